"""Probes: edge cases of a criterion, made from passed outputs by planted defects.

Experts say whether a probe fails its criterion now; judges are tested on what they say. Only outputs
that fitting may see become sources, so the sealed test stays unread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Literal

from labelcore.errors import BadInput, LabelcoreError
from labelcore.models import Criterion, Decision, Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import operation
from labelcore.stages.judging.running.deciding import Answers, decide
from labelcore.stages.judging.testing.probe_cases import (
    Probe,
    ProbesMade,
    ProbeState,
    find_probe,
    list_probes,
    make_probes,
    say_of_probe,
    versions_meaning_it,
)
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import Database
from labelcore.store import judges as judge_table
from labelcore.text.planting import DEFECTS
from labelcore.workspace import Workspace

__all__ = [
    "Detection",
    "OverallRate",
    "Probe",
    "ProbeState",
    "ProbeTest",
    "ProbesMade",
    "find_probe",
    "list_probes",
    "make_probes",
    "say_of_probe",
    "try_judges_on_probes",
]

_CANNOT_RUN = "its verdicts were imported, so it cannot be run"


class Detection(Frozen):
    """How many of the probes with one defect a judge fails, among those whose source it passes.

    ``of`` says which probes are counted: the confirmed ones, or, while nobody has confirmed one with
    this defect, all that nobody rejected. ``rate.n`` is the number of probes in the rate;
    ``source_not_passed`` and ``errors`` are those that could not be in it. ``caught`` and ``missed``
    are the ids of the probes in the rate.
    """

    judge: str
    judge_version_id: str
    kind: str
    defect: str
    of: Literal["confirmed", "not rejected"]
    rate: Rate
    detected: int | None
    source_not_passed: int = 0
    errors: int = 0
    caught: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


class OverallRate(Frozen):
    """How many of all confirmed probes a judge fails, among those whose source it passes.

    It is a rate over planted defects, each as frequent as somebody made it: it says nothing about
    how many of the failures that occur by themselves a judge catches.
    """

    judge: str
    judge_version_id: str
    rate: Rate
    detected: int | None
    confirmed: int


class ProbeVerdicts(Frozen):
    """What one judge says of a probe and of its source; None where it gives no verdict."""

    judge: str
    judge_version_id: str
    kind: str
    source: str | None
    probe: str | None


class ProbeTest(Frozen):
    """All judges of a criterion on its probes; ``cost_usd`` is what their models cost."""

    criterion: Criterion
    detections: tuple[Detection, ...]
    overall: tuple[OverallRate, ...]
    warnings: tuple[Fact, ...]
    cost_usd: float = 0.0

    def document(self) -> dict[str, Any]:
        """Its JSON form."""
        about = {"criterion_id": self.criterion.id, "criterion_version": self.criterion.version}
        return self.model_dump(exclude={"criterion"}) | about


class _DefectProbes(Frozen):
    """The probes with one defect that judges are tested on, and how many there are in all."""

    defect: str
    of: Literal["confirmed", "not rejected"]
    probes: tuple[Probe, ...]
    total: int


@operation("probe test", role=Role.ENGINEER)
def try_judges_on_probes(workspace: Workspace, criterion: Criterion) -> ProbeTest:
    """Show how many probes of each defect the criterion's judges catch; nothing is stored.

    Raises:
        BadInput: it has no judge, or no probe that counts.
    """
    judges = [
        judge
        for judge in judge_table.current(workspace.db, workspace.project.id)
        if judge.criterion_id == criterion.id
    ]
    probes = [probe for probe in list_probes(workspace, criterion) if not probe.left_out]
    _check(criterion, judges, probes)
    defects = dict.fromkeys([*DEFECTS, *(probe.case.defect for probe in probes)])
    counted = [_counted(name, [p for p in probes if p.case.defect == name]) for name in defects]
    answers = answers_on(workspace.db, judges, [probe for group in counted for probe in group.probes])
    same = versions_meaning_it(workspace, criterion.id)
    return ProbeTest(
        criterion=criterion,
        detections=tuple(_detection(j, group, answers.get(j.id)) for j in judges for group in counted),
        overall=tuple(_overall(j, counted, answers.get(j.id)) for j in judges),
        warnings=tuple(_warnings(judges, counted, same)),
        cost_usd=_cost(answers.values()),
    )


def _check(criterion: Criterion, judges: Sequence[JudgeVersion], probes: Sequence[Probe]) -> None:
    if not judges:
        raise BadInput(
            f"'{criterion.name}' has no judge to test.", next_step="`labelcore judge propose` makes some."
        )
    if not probes:
        raise BadInput(
            f"'{criterion.name}' has no probe to test judges on.",
            next_step=f"`labelcore probe make {criterion.id}` makes some.",
        )


def _counted(defect: str, probes: Sequence[Probe]) -> _DefectProbes:
    confirmed = tuple(probe for probe in probes if probe.state == "confirmed")
    rest = tuple(probe for probe in probes if probe.state != "rejected")
    return _DefectProbes(
        defect=defect,
        of="confirmed" if confirmed else "not rejected",
        probes=confirmed or rest,
        total=len(probes),
    )


def _texts(probe: Probe) -> tuple[Output, Output]:
    """The source and the probe as outputs, under ids that no fit has seen.

    A learned judge answers for a graded output from a model that did not see its grade; both texts
    must be judged by the same model, or the difference would not come from the defect alone.
    """
    group = {"group_key": probe.source.group}  # an LLM judge leaves out examples of the same group
    planted = probe.source.model_copy(update=group | {"id": probe.case.id, "text": probe.case.text})
    return probe.source.model_copy(update=group | {"id": _source_id(probe)}), planted


def _source_id(probe: Probe) -> str:
    return f"source of probes: {probe.case.output_id}"


def _detection(judge: JudgeVersion, counted: _DefectProbes, answers: Answers | None) -> Detection:
    found = Detection(
        judge=judge.name,
        judge_version_id=judge.id,
        kind=judge.kind,
        defect=counted.defect,
        of=counted.of,
        rate=not_measurable(_why_nothing(counted)),
        detected=None,
    )
    if answers is None:
        return found.model_copy(update={"rate": not_measurable(_CANNOT_RUN)})
    return found.model_copy(update=_measured(counted, answers)) if counted.probes else found


def _overall(judge: JudgeVersion, counted: Sequence[_DefectProbes], answers: Answers | None) -> OverallRate:
    confirmed = [probe for group in counted if group.of == "confirmed" for probe in group.probes]
    every = _DefectProbes(
        defect="", of="confirmed", probes=tuple(confirmed), total=sum(group.total for group in counted)
    )
    why = "nobody has confirmed a probe" if answers is not None else _CANNOT_RUN
    figures: dict[str, object] = {"rate": not_measurable(why), "detected": None}
    if confirmed and answers is not None:
        figures = _measured(every, answers)
    return OverallRate.model_validate(
        {
            "judge": judge.name,
            "judge_version_id": judge.id,
            "confirmed": len(confirmed),
            "rate": figures["rate"],
            "detected": figures["detected"],
        }
    )


def answers_on(db: Database, judges: Sequence[JudgeVersion], probes: Sequence[Probe]) -> dict[str, Answers]:
    """What each judge says of the probes and of their sources, by judge version; nothing is stored."""
    texts = {output.id: output for probe in probes for output in _texts(probe)}
    return decide(db, judges, list(texts.values()))


def verdicts_on(probe: Probe, judge: JudgeVersion, answers: Answers) -> ProbeVerdicts:
    """One judge's words on one probe, out of `answers_on`."""

    def value(key: str) -> str | None:
        answer = answers.get(key)
        return answer.value if isinstance(answer, Decision) else None

    return ProbeVerdicts(
        judge=judge.name,
        judge_version_id=judge.id,
        kind=judge.kind,
        source=value(_source_id(probe)),
        probe=value(probe.case.id),
    )


def _why_nothing(counted: _DefectProbes) -> str:
    if counted.total:
        return f"experts rejected all {counted.total} probes with this defect"
    return "there is no probe with this defect"


def _measured(counted: _DefectProbes, answers: Answers) -> dict[str, object]:
    """The fields of a detection that come from the judge's answers."""
    pairs = [(answers[_source_id(probe)], answers[probe.case.id]) for probe in counted.probes]
    troubles = [answer for pair in pairs for answer in pair if isinstance(answer, LabelcoreError)]
    both = [(a, b) for a, b in pairs if isinstance(a, Decision) and isinstance(b, Decision)]
    decided = [planted for source, planted in both if source.value == "pass"]
    caught, missed = _caught(counted, answers)
    detected = len(caught)
    why = f"it passes none of the {len(both)} sources"
    if not both:
        why = f"it gives no verdict: {troubles[0]}"
    rate = proportion(detected, len(decided)) if decided else not_measurable(why)
    return {
        "rate": rate,
        "detected": detected if decided else None,
        "source_not_passed": len(both) - len(decided),
        "errors": len(pairs) - len(both),
        "caught": caught,
        "missed": missed,
    }


def _caught(counted: _DefectProbes, answers: Answers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The probes that a judge fails, and that it does not, where it passes the source."""
    found: tuple[list[str], list[str]] = ([], [])
    for probe in counted.probes:
        source, planted = answers[_source_id(probe)], answers[probe.case.id]
        if isinstance(source, Decision) and isinstance(planted, Decision) and source.value == "pass":
            found[planted.value != "fail"].append(probe.case.id)
    return tuple(found[0]), tuple(found[1])


def _warnings(
    judges: Sequence[JudgeVersion], counted: Sequence[_DefectProbes], same: set[int]
) -> Iterator[Fact]:
    for judge in judges:
        if judge.criterion_version is not None and judge.criterion_version not in same:
            yield fact("earlier_meaning", judge=judge.name)
    guessed = [group.defect for group in counted if group.probes and group.of == "not rejected"]
    if guessed:
        yield fact("probes_unconfirmed", defects=guessed)


def _cost(answers: Collection[Answers]) -> float:
    every = (answer for judge in answers for answer in judge.values())
    return sum(answer.cost_usd for answer in every if isinstance(answer, Decision))
