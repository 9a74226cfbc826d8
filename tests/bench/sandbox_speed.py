"""Evaluations of a check a second: 10,000 outputs of 1.5 kB in the sandbox, beside plain Python.

    python tests/bench/sandbox_speed.py [--outputs 10000] [--rounds 3]

Every round starts new workers, so the sandbox's figure has their start-up in it. Plain Python runs
the same function in one process, compiled once. What must hold: at least 4,000 a second with two
workers on two cores. The load of the machine is printed, because other work on it costs as much.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from labelcore.sandbox.pool import WorkerPool
from labelcore.sandbox.protocol import CheckAnswer, CheckInput, Trouble

CHECK = r"""import re

REFUSALS = ("as an ai", "i cannot help with", "i am unable")
NUMBER = re.compile(r"\b\d+(?:[.,]\d+)?\b")


def sentences(text):
    return [part.strip() for part in re.split(r"[.!?]\s+", text) if part.strip()]


def check(output, input, context, metadata):
    low = output.lower()
    for phrase in REFUSALS:
        if phrase in low:
            return False, "It refuses: " + phrase
    known = set(NUMBER.findall(context))
    unknown = [number for number in NUMBER.findall(output) if number not in known]
    if len(unknown) > 20:
        return False, "Numbers that the context does not have: " + ", ".join(unknown[:5])
    longest = max(len(sentence.split()) for sentence in sentences(output))
    if longest > 60:
        return False, f"A sentence has {longest} words"
    return True
"""
_WORDS = """the refund is processed within five days please contact support with order number total
price we apologise for delivery estimate Monday return label box item account receipt shop""".split()
_TARGET = 4_000


def make_rows(n: int, seed: int = 5) -> list[CheckInput]:
    """Outputs of 1,500 characters in sentences, some with numbers, with a context that has a few."""
    draw = random.Random(seed)
    rows = []
    for _ in range(n):
        words: list[str] = []
        while sum(len(word) for word in words) + len(words) < 1_520:
            words.append(str(draw.randint(1, 500)) if draw.random() < 0.05 else draw.choice(_WORDS))
            if draw.random() < 0.08:
                words[-1] += "."
        text = " ".join(words)[:1_500]
        rows.append(CheckInput(text, "Where is my order?", text[::-1][:400], {"channel": "mail"}))
    return rows


def sandboxed(rows: list[CheckInput], workers: int) -> tuple[float, list[CheckAnswer | Trouble]]:
    """Seconds with start-up, and the answers."""
    start = time.perf_counter()
    with WorkerPool(workers) as pool:
        answers = pool.evaluate(CHECK, rows)
    return time.perf_counter() - start, answers


def one_by_one(rows: list[CheckInput]) -> float:
    """Seconds with start-up where every output is a separate call."""
    start = time.perf_counter()
    with WorkerPool(1) as pool:
        for row in rows:
            pool.evaluate(CHECK, [row])
    return time.perf_counter() - start


def plain(rows: list[CheckInput]) -> tuple[float, list[bool]]:
    """Seconds, and the verdicts."""
    start = time.perf_counter()
    names: dict[str, Any] = {}
    exec(CHECK, names)
    check = names["check"]
    found = [check(row.output, row.input, row.context, dict(row.metadata or {})) for row in rows]
    return time.perf_counter() - start, [
        outcome[0] if isinstance(outcome, tuple) else outcome for outcome in found
    ]


def processor_seconds(rows: list[CheckInput], workers: int) -> float:
    """Processor time of this process, the workers and their interpreters, start-up included.

    Unlike the time on the clock it hardly depends on what else the machine does.
    """
    before = time.process_time()
    with WorkerPool(workers) as pool:
        pool.evaluate(CHECK, rows)
        groups = set(pool.pids)
        ticks = 0
        for file in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = file.read_text().rpartition(")")[2].split()
                ticks += sum(map(int, fields[11:13])) if int(fields[2]) in groups else 0
    return time.process_time() - before + ticks / os.sysconf("SC_CLK_TCK")


def first_answer() -> float:
    """Seconds from nothing to the first answer."""
    return sandboxed(make_rows(1), 1)[0]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--outputs", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    rows = make_rows(options.outputs)
    few = rows[:200]
    print(f"{len(rows):,} outputs of {len(rows[0].output):,} characters, {os.cpu_count()} cores")
    rates: dict[str, list[float]] = {}
    for number in range(options.rounds):
        print(f"round {number + 1}, load {os.getloadavg()[0]:.1f}")
        wanted = plain(rows)
        for name, seconds in (
            ("plain Python", wanted[0]),
            *((f"sandbox, {n} worker(s), batched", _checked(rows, n, wanted[1])) for n in (1, 2)),
        ):
            rates.setdefault(name, []).append(len(rows) / seconds)
            print(f"  {name}: {len(rows) / seconds:,.0f} a second")
        rates.setdefault("sandbox, 1 worker, one by one", []).append(len(few) / one_by_one(few))
        print(f"  start to first answer: {1000 * first_answer():.0f} ms")
    for name, found in rates.items():
        print(f"{name}: median {statistics.median(found):,.0f}, best {max(found):,.0f} a second")
    used = processor_seconds(rows, 2) / len(rows)
    print(
        f"processor time: {1e6 * used:.0f} microseconds an evaluation, so {2 / used:,.0f} a second "
        "on two free cores"
    )
    best = max(rates["sandbox, 2 worker(s), batched"])
    print(f"{'holds' if best >= _TARGET else 'DOES NOT HOLD'}: {best:,.0f} of {_TARGET:,} a second")


def _checked(rows: list[CheckInput], workers: int, wanted: list[bool]) -> float:
    seconds, answers = sandboxed(rows, workers)
    assert [answer.value for answer in answers] == wanted, "the sandbox decides otherwise than Python"
    return seconds


if __name__ == "__main__":
    main()
