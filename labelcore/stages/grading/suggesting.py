"""The judges' verdicts as suggestions to people, and how much people follow them."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Collection, Sequence

from labelcore.models import Fact, Frozen, fact
from labelcore.stages.grading.card import CardSuggestion
from labelcore.stats.rate import Rate, proportion
from labelcore.store import (
    Database,
    criteria as criterion_table,
    grades as grade_table,
    judges as judge_table,
    verdicts as verdict_table,
)
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_SHORT = 60
_MOST_KEPT = 4_000
_ASK_AGAIN = 20.0
"""Seconds after which an output that was not decided is looked up again."""


def phrases(workspace: Workspace, *, limit: int = 9) -> list[str]:
    """A person's repeated short notes, then the accepted criteria; nobody is told what others saw."""
    place = (workspace.db, workspace.project.id)
    names = [
        criterion.name for criterion in criterion_table.current(*place) if criterion.status == "accepted"
    ]
    grades = grade_table.current(*place, annotator=workspace.person, overall_only=True)
    notes = Counter(note for event in grades if 0 < len(note := event.note.strip()) <= _SHORT)
    again = [note for note, count in notes.most_common(limit) if count > 1]
    return list(dict.fromkeys([*again, *names]))[:limit]


class Anchoring(Frozen):
    """Share of first grades that equal the chosen set's verdict, given blind and after seeing it.

    ``changed``: to the verdict once it was seen; they stay in ``blind`` as they were first.
    """

    blind: Rate
    suggested: Rate
    changed: int
    says: Fact


def suggestions(
    workspace: Workspace, output_ids: Collection[str], soon: Collection[str] = ()
) -> dict[str, CardSuggestion]:
    """The chosen set's verdicts on those of the outputs that all its judges have decided.

    What was decided never changes, so it is kept in memory. ``soon``: will be asked for next, and read along.
    """
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    members = tuple(choice["judge_version_ids"]) if choice else ()
    if not members or not output_ids:
        return {}
    memory: _Known = workspace.db.memory.setdefault((_Known, workspace.project.id, members), _Known())
    fresh: dict[str, CardSuggestion] = {}
    if memory.lacks(output_ids):
        with memory.reading:  # one reads, and the others who lack the same find it
            if lacking := memory.lacks(output_ids) and memory.lacks([*output_ids, *soon]):
                fresh = _read(workspace.db, lacking, members)
                workspace.db.after_commit(lambda: memory.keep(lacking, fresh))
    pairs = ((output_id, memory.said.get(output_id) or fresh.get(output_id)) for output_id in output_ids)
    return {output_id: suggestion for output_id, suggestion in pairs if suggestion}


class _Known:
    """Suggestions read lately; an output that was not decided then is asked for again later."""

    def __init__(self) -> None:
        self.said: OrderedDict[str, CardSuggestion] = OrderedDict()
        self.reading = threading.Lock()
        self._open: dict[str, float] = {}
        self._lock = threading.Lock()

    def lacks(self, output_ids: Collection[str]) -> list[str]:
        """Those that must be read."""
        since = time.monotonic() - _ASK_AGAIN
        with self._lock:
            return [
                output_id
                for output_id in output_ids
                if output_id not in self.said and self._open.get(output_id, -_ASK_AGAIN) <= since
            ]

    def keep(self, ids: Collection[str], values: dict[str, CardSuggestion]) -> None:
        """Remember what was read, and what was still open."""
        with self._lock:
            self.said |= values
            if len(self._open) > _MOST_KEPT:
                self._open.clear()
            self._open |= {output_id: time.monotonic() for output_id in ids if output_id not in values}
            while len(self.said) > _MOST_KEPT:
                self.said.popitem(last=False)


def _read(db: Database, output_ids: Collection[str], members: Sequence[str]) -> dict[str, CardSuggestion]:
    by_output: dict[str, list[tuple[str, str]]] = {}
    for output_id, value, reason in verdict_table.said(db, output_ids, members):
        by_output.setdefault(output_id, []).append((value, reason))
    verdict_of = {}
    for output_id, verdicts in by_output.items():
        if len(verdicts) == len(members):
            fails = [reason for value, reason in verdicts if value == "fail"]
            reason = " ".join(fails) or Wording("No judge of the chosen set fails it.")
            verdict_of[output_id] = CardSuggestion(value="fail" if fails else "pass", reason=reason)
    return verdict_of


def anchoring(workspace: Workspace) -> Anchoring:
    """How much people follow the verdict once they see it."""
    overall = grade_table.overall(workspace.db, workspace.project.id)
    now = {(output_id, who): value for output_id, who, value, _ in overall if value in {"pass", "fail"}}
    verdicts: dict[str, str] = {}
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    if choice and choice["judge_version_ids"] and now:
        ids = list({output_id for output_id, _ in now})
        failing = verdict_table.failing(workspace.db, ids, choice["judge_version_ids"])
        verdicts = {output_id: "fail" if fails else "pass" for output_id, fails in failing.items()}
    blind: list[bool] = []
    open_eyed: list[bool] = []
    changed = 0
    for output_id, who, value, shown in grade_table.first_overall(workspace.db, workspace.project.id):
        if output_id in verdicts and (output_id, who) in now:
            verdict = verdicts[output_id]
            (open_eyed if shown else blind).append(value == verdict)
            changed += not shown and value != now[output_id, who] == verdict
    before = proportion(sum(blind), len(blind), what="grades given blind on judged outputs")
    after = proportion(sum(open_eyed), len(open_eyed), what="grades given after seeing the verdict")
    if before.value is None or after.value is None:
        says = fact("following_unknown", why=before.why_not or after.why_not)
    else:
        code = "surely_followed" if (after.low or 0) > (before.high or 1) else "followed"
        figures = {"blind": before.value, "blind_n": before.n, "seen": after.value, "seen_n": after.n}
        says = fact(code, **figures, points=(after.value - before.value) * 100)
    return Anchoring(blind=before, suggested=after, changed=changed, says=says)
