"""What a learned judge looks at: its weights in words, and what tells in one output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from labelcore.judges import learned_judge
from labelcore.judges.code_judge import CodeSpec, describe, quantity
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import Column, Floats, measure
from labelcore.judges.learned_judge import RANK_SCALE
from labelcore.models import Frozen, Output
from labelcore.text.reading import sentences

Encode = Callable[[list[str]], Floats]
_LEAST = 0.01
_MOST_SENTENCES = 12
MEANING = "what the text means as a whole (its embedding)"


class Weight(Frozen):
    """One thing that a judge looks at. ``weight`` is in log odds of a fail, above 0 towards fail.

    A measured quantity: from the lowest to the highest among the graded outputs. A check: from
    passing it to failing it. The meaning: one standard deviation, without a direction.
    """

    what: str
    weight: float


class Part(Frozen):
    """A sentence, and how far it pulls the log odds towards a fail (below 0: towards a pass)."""

    text: str
    pull: float


class Explanation(Frozen):
    """What tells in one output, the strongest first, and its most telling sentences.

    It explains the model of all grades; the verdict on a graded output comes from a model that did
    not see its grade, so the two may differ a little.
    """

    tells: tuple[Weight, ...]
    parts: tuple[Part, ...]


def weights(spec: Mapping[str, Any], limit: int = 12) -> list[Weight]:
    """A learned judge's weights in words, the strongest first."""
    model = learned_judge.model_of(dict(spec))
    parts, d = model.linear.parts, len(model.linear.knots)
    found = [
        Weight(what=f"{_more(column)} {_words(column)}", weight=round(weight, 4))
        for column, weight, (knots, _) in zip(
            spec["columns"][:d],
            (parts["coefficients"][:d] * parts["weight"] * RANK_SCALE).tolist(),
            model.linear.knots,
            strict=True,
        )
        if len(knots) > 1
    ]
    found += [
        Weight(what=_check_words(check), weight=round((bad - good) * model.check_weight, 4))
        for check, bad, good in model.checks
    ]
    if spec.get("meaning"):
        found.append(Weight(what=f"{MEANING}, either way", weight=float(spec["meaning"])))
    return _strongest(found, limit)


def _strongest(found: Sequence[Weight], limit: int) -> list[Weight]:
    kept = [weight for weight in found if abs(weight.weight) >= _LEAST]
    return sorted(kept, key=lambda weight: -abs(weight.weight))[:limit]


def _more(column: Sequence[Any]) -> str:
    return "a larger" if REGISTRY[column[0]].percent else "more"


def _words(column: Sequence[Any]) -> str:
    return quantity(CodeSpec(detector=column[0], side="above", threshold=0, parameters=column[1]))


def _check_words(spec: CodeSpec) -> str:
    return describe(spec).removeprefix("Fails an output with ").rstrip(".")


def explain(spec: Mapping[str, Any], output: Output, encode: Encode, limit: int = 6) -> Explanation:
    """What tells in one output, and which sentences: each is left out once, to see what changes."""
    distinct = list(dict.fromkeys(sentences(output.text)))[:_MOST_SENTENCES]
    without = [output.model_copy(update={"text": output.text.replace(s, "", 1)}) for s in distinct]
    everything = [output, *(without if len(distinct) > 1 else [])]
    vectors = encode([one.text for one in everything]) if spec["with_vectors"] else None
    columns = [Column(name, parameters) for name, parameters in spec["columns"]]
    table = measure(everything, columns, vectors)
    model = learned_judge.model_of(dict(spec))
    fail = np.clip(model.fail_probability(table), 1e-12, 1 - 1e-12)
    odds = np.log(fail / (1 - fail))
    parts = [
        Part(text=text, pull=round(float(odds[0] - value), 4))
        for text, value in zip(distinct, odds[1:], strict=False)
    ]
    told = [part for part in parts if abs(part.pull) >= _LEAST]
    return Explanation(
        tells=tuple(_strongest(_told(model, spec, table.rows(np.array([0]))), limit)),
        parts=tuple(sorted(told, key=lambda part: -abs(part.pull))[:limit]),
    )


def _told(model: learned_judge.LearnedModel, spec: Mapping[str, Any], table: Any) -> list[Weight]:
    d = len(model.linear.knots)
    moved = model.linear.inputs(table)[0] * model.linear.parts["coefficients"]
    found = [
        Weight(what=f"{_number(value)} {_words(column)}", weight=round(pull, 4))
        for column, value, pull in zip(
            spec["columns"][:d], table.values[0, :d].tolist(), moved[:d].tolist(), strict=True
        )
        if value == value  # not a nan: a quantity that does not apply here tells nothing
    ]
    if len(moved) > d:
        found.append(Weight(what=MEANING, weight=round(float(moved[d:].sum()), 4)))
    for vote, (check, bad, good) in zip(model.check_votes(table), model.checks, strict=True):
        what = _check_words(check)
        said = what if vote[0] else f"not {what}"
        found.append(Weight(what=said, weight=round((bad if vote[0] else good) * model.check_weight, 4)))
    return found


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}"
