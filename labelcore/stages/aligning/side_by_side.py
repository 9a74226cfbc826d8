"""All judges in one table: what each finds and wrongly fails for its criterion, its cost, where it stands.

Measured on the graded outputs outside the sealed test, against what people say of the judge's criterion.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from labelcore.judges.kinds import kind_of
from labelcore.models import NOTHING, OVERALL, Fact, Frozen, JudgeVersion, Role, fact
from labelcore.operations import operation
from labelcore.settings import settings
from labelcore.stages.aligning.evidence import LabelledOutputs, evidence_of, truth_of
from labelcore.stages.aligning.measuring import complement, measured_on, words_on
from labelcore.stages.aligning.refereeing import price_of, unpriced
from labelcore.stages.aligning.report import flat
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.grading import NEEDED, Labels, fitting_labels
from labelcore.stages.judging import active_judges, replaced_in_set
from labelcore.stages.judging.keeping.binding import renamed
from labelcore.stages.judging.keeping.versions import Staleness
from labelcore.stats.rate import Rate, difference, not_measurable
from labelcore.store import judges as judge_rows
from labelcore.store.verdicts import costs
from labelcore.wording import Wording
from labelcore.workspace import Workspace, remembered

State = Literal["in the set", "candidate", "weak", "stale", "not run yet"]
_BEST, _FEWEST = 2, 3
"""So many judges of a criterion are shown first; with fewer fails than that nobody can tell a good one."""


class JudgeRow(Frozen):
    """One judge.

    ``replaced``: it decides in the set though the judge has a newer version than this, its ``version``.
    ``catches``: the share of outputs that fail ``against`` (its criterion) which it fails; ``false_alarms``:
    of those that pass; ``ran``: it has any verdict there. ``seen``: these grades shaped it, so that the
    figures flatter. ``edge``: ``catches`` - ``false_alarms``, 0 for a constant answer. Cost in US dollars for
    1,000 verdicts, None where not known.
    """

    judge: str
    judge_version_id: str
    criterion: str
    criterion_id: str | None
    kind: str
    description: str
    against: Fact
    catches: Rate
    false_alarms: Rate
    edge: Rate
    seen: bool
    cost_per_thousand: float | None
    in_set: bool
    stale_because: tuple[Wording | str, ...]
    unpriced: bool = False
    version: int = 1
    replaced: bool = False
    renamed: Fact = NOTHING
    ran: bool = True
    shown: bool = False

    @property
    def n(self) -> int:
        """The graded outputs that it decided."""
        return self.catches.n + self.false_alarms.n

    @property
    def weak(self) -> bool:
        """Whether a constant answer may be as good."""
        return self.catches.n < _FEWEST or (self.edge.low or 0.0) <= 0

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.stale_because:
            return "stale"
        if not (self.ran or self.in_set):
            return "not run yet"
        return "in the set" if self.in_set else "weak" if self.weak else "candidate"

    @property
    def name(self) -> str:
        """Its name without its criterion's."""
        return self.judge.removeprefix(f"{self.criterion} · ")

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        plain = {
            "judge",
            "judge_version_id",
            "criterion",
            "kind",
            "against",
            "n",
            "state",
            "in_set",
            "seen",
            "version",
        }
        return {
            **{name: getattr(self, name) for name in sorted(plain)},
            **flat("catches", self.catches),
            **flat("false_alarms", self.false_alarms),
            "cost_per_thousand": self.cost_per_thousand,
            "stale_because": [str(reason) for reason in self.stale_because],
            "renamed": self.renamed,
            "shown": self.shown,
        }


class UnjudgedCriterion(Frozen):
    """A criterion of which no judge is better than a constant answer for sure, and what would help."""

    criterion: str
    criterion_id: str | None
    fails: int
    helps: Fact

    @property
    def unrun(self) -> bool:
        """Whether its judges have not run."""
        return self.helps.code == "helps_run"


class JudgeTable(Frozen):
    """All judges, those in use first, then by criterion, the best first.

    ``n``: graded outputs outside the sealed test; ``choosable``: whether a set can be chosen, which takes
    grades of the whole. ``unseen``: what the set catches and wrongly fails on
    outputs that it had not seen, as of its choice; None where none is chosen.
    """

    rows: tuple[JudgeRow, ...]
    unheld: tuple[UnjudgedCriterion, ...]
    n: int
    in_use: int
    unseen: tuple[Rate, Rate] | None
    choosable: bool = True

    @property
    def shown(self) -> tuple[JudgeRow, ...]:
        """Those of the set, and the best of each criterion that hold up."""
        return tuple(row for row in self.rows if row.shown)

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "n": self.n,
            "judges": [row.document() for row in self.rows],
            "nothing_holds_up": self.unheld,
            "set": {**flat("catches", self.unseen[0]), **flat("false_alarms", self.unseen[1])}
            if self.unseen
            else None,
        }


@operation("judge table", role=Role.MANAGER)
def judge_table(workspace: Workspace) -> JudgeTable:
    """Show what each judge finds and wrongly fails, what it costs, and where nothing holds up."""
    return _table(workspace, "helps_wording" if settings().has_model else "helps_model")


@remembered
def _table(workspace: Workspace, else_helps: str) -> JudgeTable:
    labels, versions = fitting_labels(workspace), active_judges(workspace)
    choice = judge_rows.chosen(workspace.db, workspace.project.id)
    members = set(choice["judge_version_ids"]) if choice else set()
    replaced = replaced_in_set(workspace, versions)
    rows = list(_rows(workspace, [*versions, *replaced], labels, members))
    replaced_ids = {version.id for version in replaced}
    rows = [row.model_copy(update={"replaced": row.judge_version_id in replaced_ids}) for row in rows]
    used = {row.criterion for row in rows if row.in_set}
    rows.sort(
        key=lambda row: (row.criterion not in used, row.criterion, not row.in_set, row.weak, -_edge(row))
    )
    by_criterion = [list(group) for _, group in itertools.groupby(rows, key=lambda row: row.criterion)]
    weak = [group[0] for group in by_criterion if all(row.weak and not row.in_set for row in group)]
    return JudgeTable(
        rows=tuple(row for group in by_criterion for row in _with_best(group)),
        unheld=(*(_unheld(row, else_helps) for row in weak), *_unjudged(workspace, labels, rows, else_helps)),
        n=len(labels.graded),
        in_use=sum(row.in_set for row in rows),
        choosable=not labels.only_on_criteria,
        unseen=_unseen(choice["figures"].get("held_out") or {}) if choice and members else None,
    )


def _rows(
    workspace: Workspace, versions: Sequence[JudgeVersion], labels: Labels, members: set[str]
) -> Iterator[JudgeRow]:
    if not versions:
        return
    votes = words_on(workspace.db, versions, labels.graded)
    everything = evidence_of(workspace, dict.fromkeys(labels.graded, True))
    criteria = {criterion.id: criterion for criterion in list_criteria(workspace)}
    staleness, costs_now = Staleness(workspace), costs(workspace.db, workspace.project.id)
    others = renamed(workspace.db, versions)
    ordered = sorted(versions, key=lambda version: version.criterion_id or "")
    for criterion_id, group in itertools.groupby(ordered, key=lambda version: version.criterion_id):
        criterion = criteria.get(criterion_id or "")
        truth = truth_of(criterion, labels)
        evidence, judges = _part(everything, truth.fails), list(group)
        rates = measured_on(evidence, votes.loc[evidence.ids, [judge.id for judge in judges]])
        for version, (tpr, tnr) in zip(judges, rates, strict=True):
            false = complement(tpr, not_measurable("there are no outputs that people passed"))
            ran = bool(votes[version.id].notna().any())
            if not ran:
                false = tnr = not_measurable("not run yet")
            yield JudgeRow(
                judge=version.name,
                judge_version_id=version.id,
                criterion=criterion.name if criterion else OVERALL,
                criterion_id=criterion_id,
                kind=version.kind,
                version=version.version,
                description=version.description,
                against=truth.against,
                catches=tnr,
                false_alarms=false,
                edge=difference(tnr, false),
                seen=bool(version.fitted_on) and kind_of(version).shaped == "in-sample",
                cost_per_thousand=price_of(workspace, version, costs_now)[0],
                unpriced=unpriced(version, costs_now),
                in_set=version.id in members,
                stale_because=staleness.reasons(version),
                renamed=others.get(version.id, NOTHING),
                ran=ran,
            )


def _part(evidence: LabelledOutputs, fails: Mapping[str, bool]) -> LabelledOutputs:
    """The outputs that say something about one criterion, with whether they pass it."""
    part = evidence.only(np.array([output_id in fails for output_id in evidence.ids], dtype=bool))
    passes = np.array([not fails[output_id] for output_id in part.ids], dtype=bool)
    return dataclasses.replace(part, passes=passes)


def _edge(row: JudgeRow) -> float:
    return -2.0 if row.edge.value is None else row.edge.value


def _with_best(group: Sequence[JudgeRow]) -> Iterator[JudgeRow]:
    """One criterion's judges, the best first; shown: those of the set, the best that hold up, the new."""
    for place, row in enumerate(group):
        is_shown = row.in_set or not row.ran or (place < _BEST and not row.weak)
        yield row.model_copy(update={"shown": is_shown})


def _unheld(row: JudgeRow, else_helps: str) -> UnjudgedCriterion:
    helps = _helping(row.catches.n, row.false_alarms.n, else_helps) if row.ran else fact("helps_run")
    return UnjudgedCriterion(
        criterion=row.criterion, criterion_id=row.criterion_id, fails=row.catches.n, helps=helps
    )


def _unjudged(
    workspace: Workspace, labels: Labels, rows: Sequence[JudgeRow], else_helps: str
) -> Iterator[UnjudgedCriterion]:
    """Accepted criteria for which there is no judge at all, where others have one."""
    judged = {row.criterion_id for row in rows}
    for criterion in list_criteria(workspace, status="accepted") if rows else ():
        if criterion.id not in judged:
            values = truth_of(criterion, labels).fails.values()
            fails = sum(values)
            yield UnjudgedCriterion(
                criterion=criterion.name,
                criterion_id=criterion.id,
                fails=fails,
                helps=_helping(fails, len(values) - fails, else_helps),
            )


def _helping(fails: int, passes: int, else_helps: str) -> Fact:
    """What would help where so many outputs that fail and that pass tell no judge from a constant answer.

    ``else_helps``: what does where there are enough of both.
    """
    if fails < NEEDED:
        return fact("helps_fails", n=NEEDED - fails)
    if passes < NEEDED:
        return fact("helps_passes", n=NEEDED - passes)
    return fact(else_helps)


def _unseen(held_out: Mapping[str, Any]) -> tuple[Rate, Rate]:
    n, fails = held_out.get("n") or 0, held_out.get("n_fails") or 0
    rates = []
    for name, size in (("coverage", fails), ("false_failure_rate", n - fails)):
        value = held_out.get(name)
        rates.append(
            not_measurable(held_out.get("why_not") or "it was not measured when the set was chosen", size)
            if value is None
            else Rate(value=value, low=held_out.get(f"{name}_low"), high=held_out.get(f"{name}_high"), n=size)
        )
    return rates[0], rates[1]
