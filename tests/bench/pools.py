"""Made-up pools of outputs, draws from them by labelcore's rules, and how often intervals hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from labelcore.arrays import Bools, Floats, Ints
from labelcore.stats import drawing

SIZE = 10_000
IN_GROUPS = "whole groups of 5"
Key = tuple[str, str, int]


@dataclass
class Found:
    """For each setting: share of runs that hold the truth, mean width, share offered."""

    cover: list[float]
    width: list[float]
    offered: list[float]


Table = defaultdict[Key, Found]


def new_table() -> Table:
    """An empty table: rule, method, sample size."""
    return defaultdict(lambda: Found([], [], []))


def note(table: Table, key: Key, low: Floats, high: Floats, truth: float, offered: Bools) -> None:
    """Add one setting's runs."""
    tally = table[key]
    tally.offered.append(float(offered.mean()))
    if offered.sum() >= 50:
        low, high = low[offered], high[offered]
        # A bound that equals the truth holds it; rounding of the two must not decide.
        tally.cover.append(float(((low <= truth + 1e-12) & (truth - 1e-12 <= high)).mean()))
        tally.width.append(float((high - low).mean()))


@dataclass(frozen=True)
class World:
    """A pool: people's grades, the judge, a second judge, the model, the source of each output."""

    passes: Bools
    judge: Bools
    second: Bools
    model: Ints
    source: Ints


def world(rate: float, tpr: float, tnr: float, random: np.random.Generator) -> World:
    """A pool whose sources (groups of five) and models differ in quality."""
    model = random.choice(4, SIZE, p=[0.5, 0.3, 0.15, 0.05])
    source = np.arange(SIZE) // 5
    room = min(rate, 1 - rate)
    pass_rate = rate + np.array([0.2, -0.2, -0.3, -0.1])[model] * room
    hardness = random.normal(size=SIZE // 5)[source]
    level = random.normal(size=SIZE)
    # A third of the spread belongs to the source.
    passes = rank(np.sqrt(0.3) * hardness + np.sqrt(0.7) * level) < pass_rate
    judge = random.random(SIZE) < np.where(passes, tpr, 1 - tnr)
    second = random.random(SIZE) < np.where(passes, 0.85, 0.25)
    return World(passes, judge, second, model, source)


def rank(values: Floats) -> Floats:
    """Places of the values from 0 to 1."""
    order = np.empty(len(values))
    order[np.argsort(values)] = (np.arange(len(values)) + 0.5) / len(values)
    return order


def samples(
    pool: World, rule: str, n: int, runs: int, random: np.random.Generator
) -> tuple[Ints, Floats | None]:
    """Row numbers of each run's sample, shape (runs, n), with the weights that the rule stores."""
    if rule == "random":
        return np.stack([random.permutation(SIZE)[:n] for _ in range(runs)]), None
    if rule == IN_GROUPS:
        chosen = np.stack([random.permutation(SIZE // 5)[: n // 5] for _ in range(runs)])
        return (chosen[:, :, None] * 5 + np.arange(5)).reshape(runs, n), None
    if rule == "stratified":
        return _stratified(pool, n, runs, random)
    chance = _chances(pool, rule, n)
    rows = []
    for _ in range(runs):  # labelcore orders by a keyed hash, which is a random order
        order = random.permutation(SIZE)
        rows.append(order[drawing._systematic(chance[order], random)])
    drawn = np.stack(rows)
    return drawn, 1 / chance[drawn]


def mixture_chances(parts: Mapping[str, Floats], n: int) -> Floats:
    """The chance of each output in a draw of n by the mixture, where no part is empty."""
    given = sum(drawing.MIXTURE[name] for name in parts)
    shares = np.full(SIZE, (1 - given) / SIZE)
    for name, scores in parts.items():
        shares += drawing.MIXTURE[name] * scores / scores.sum()
    return drawing._inclusion(shares, n)


def _chances(pool: World, rule: str, n: int) -> Floats:
    fails = (~pool.judge).astype(float) / 2 + (~pool.second).astype(float) / 2
    unsure = 4 * fails * (1 - fails)
    rare = (pool.model == 3).astype(float)
    if rule == "mixture":
        parts = {"judge fails it": fails, "judge is unsure": unsure, "rare kind": rare}
        return mixture_chances(parts, n)
    return drawing._inclusion(0.2 / SIZE + 0.8 * unsure / unsure.sum(), n)


def _stratified(pool: World, n: int, runs: int, random: np.random.Generator) -> tuple[Ints, Floats]:
    members = {str(m): np.flatnonzero(pool.model == m) for m in range(4)}
    sizes = drawing._allocate({name: len(stratum) for name, stratum in members.items()}, n)
    rows = [
        np.concatenate([random.permutation(stratum)[: sizes[name]] for name, stratum in members.items()])
        for _ in range(runs)
    ]
    weights = np.concatenate(
        [np.full(sizes[name], len(stratum) / sizes[name]) for name, stratum in members.items()]
    )
    return np.stack(rows), np.broadcast_to(weights, (runs, n)).copy()


def rows_of(table: Table) -> Iterator[tuple[Key, float | None, float | None, float | None, float]]:
    """Key, mean cover, worst cover, mean width, share offered."""
    for key, tally in sorted(table.items(), key=lambda pair: (pair[0][0], pair[0][1], pair[0][2])):
        if tally.cover:
            yield (
                key,
                float(np.mean(tally.cover)),
                min(tally.cover),
                float(np.mean(tally.width)),
                float(np.mean(tally.offered)),
            )
        else:
            yield key, None, None, None, float(np.mean(tally.offered))
