"""When to stop grading: have all kinds of failure been seen, and are the judges known well enough?"""

from __future__ import annotations

from collections import Counter

import numpy as np

from labelcore.models import Fact, Frozen, fact
from labelcore.stages.grading.labels import human_labels
from labelcore.stats.counts import count
from labelcore.stats.rate import Rate, good_turing, more_needed, not_measurable, proportion
from labelcore.store import codes as code_table
from labelcore.store import grades as grade_table
from labelcore.store import judges as judge_table
from labelcore.store import verdicts as verdict_table
from labelcore.workspace import Workspace

_ENOUGH = 0.05
_AS_NUMBER = {"pass": 1.0, "fail": 0.0}


class Saturation(Frozen):
    """Kinds of failure seen so far. ``curve`` has (failed outputs looked at, kinds seen)."""

    kinds: int
    failed: int
    unseen: Rate
    curve: tuple[tuple[int, int], ...]
    says: Fact


class Budget(Frozen):
    """What it takes to know one judge's rate within a width. None: not measurable yet, or enough."""

    judge: str
    rate: str
    now: Rate
    more: int | None
    says: Fact


def saturation(workspace: Workspace) -> Saturation:
    """How much of the failures is of a kind not seen yet, by Good and Turing."""
    failed = human_labels(workspace).fails
    kinds = _kinds_by_output(workspace)
    seen: Counter[str] = Counter()
    curve = []
    for at, output_id in enumerate((output_id for output_id in failed if output_id in kinds), 1):
        seen.update(kinds[output_id])
        curve.append((at, len(seen)))
    if not seen:
        why = "no note carries a code yet: derive criteria from the notes first"
        return Saturation(
            kinds=0, failed=len(failed), unseen=not_measurable(why), curve=(), says=fact("because", why=why)
        )
    unseen = good_turing(list(seen.values()))
    return Saturation(
        kinds=len(seen),
        failed=len(failed),
        unseen=unseen,
        curve=tuple(curve),
        says=_kinds_seen(len(seen), unseen),
    )


def _kinds_by_output(workspace: Workspace) -> dict[str, set[str]]:
    """The codes of each output's notes; codes are finer than criteria, which would flatter."""
    live = {
        code.id for code in code_table.current(workspace.db, workspace.project.id) if code.state != "dropped"
    }
    quotes = code_table.quotes(workspace.db, workspace.project.id)
    _, counts = grade_table.states(workspace.db, [quote.grade_id for quote in quotes if quote.grade_id])
    found: dict[str, set[str]] = {}
    for quote in quotes:
        if quote.code_id in live and quote.grade_id in counts:
            found.setdefault(quote.output_id, set()).add(str(quote.code_id))
    return found


def _kinds_seen(kinds: int, unseen: Rate) -> Fact:
    if unseen.value is None or unseen.high is None:
        return fact("kinds_seen", kinds=kinds, why=unseen.why_not)
    code = "kinds_enough" if unseen.high <= _ENOUGH else "kinds_missing"
    return fact(code, kinds=kinds, share=unseen.value, high=unseen.high)


def label_budget(workspace: Workspace, *, within: float = 0.08) -> list[Budget]:
    """How many more grades the chosen judges (or all, where none is chosen) need.

    ``within`` is the wanted half width of the 95 % interval of TPR and TNR.
    """
    labels = human_labels(workspace)
    chosen = judge_table.chosen(workspace.db, workspace.project.id)
    versions = judge_table.current(workspace.db, workspace.project.id)
    if chosen and chosen["judge_version_ids"]:
        versions = list(judge_table.many(workspace.db, chosen["judge_version_ids"]).values())
    ids = list(labels.value)
    table = verdict_table.values(workspace.db, [version.id for version in versions], output_ids=ids)
    human = np.array(list(labels.value.values()), dtype=bool)
    found = []
    for version in versions:
        verdicts = table[table["judge_version_id"] == version.id].set_index("output_id")["value"]
        passes = np.asarray(verdicts.reindex(ids).map(_AS_NUMBER), dtype=np.float64)
        counts = count(passes, human)
        for rate, good, n in (
            ("TNR", counts.true_fail, counts.human_fails),
            ("TPR", counts.true_pass, counts.human_passes),
        ):
            found.append(_budget(version.name, rate, good, n, within))
    return found


def _budget(judge: str, rate: str, good: int, n: int, within: float) -> Budget:
    kind = "failing" if rate == "TNR" else "passing"
    now = proportion(good, n, what=f"{kind} outputs with a verdict")
    more = more_needed(good, n, within)
    figures = {"rate": rate, "judge": judge, "points": within * 100}
    if more is None:
        says = fact(f"budget_unknown_{kind}", **figures)
    elif more == 0:
        says = fact("budget_reached", **figures)
    else:
        says = fact(f"budget_{kind}", n=more, **figures)
    return Budget(judge=judge, rate=rate, now=now, more=more, says=says)
