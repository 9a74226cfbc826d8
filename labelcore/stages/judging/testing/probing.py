"""Judges tested on probes, by what experts say of these: how many of each planted defect they catch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from labelcore.errors import BadInput
from labelcore.models import Criterion, Decision, Fact, Frozen, JudgeVersion, Output, Role, fact
from labelcore.operations import operation
from labelcore.stages.judging.running.deciding import Answers, decide
from labelcore.stages.judging.running.live_run import Result
from labelcore.stages.judging.testing.probe_cases import Probe, list_probes, versions_meaning_it
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import Database
from labelcore.store import judges as judge_table
from labelcore.text.planting import DEFECTS
from labelcore.workspace import Workspace

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


class _DefectProbes(NamedTuple):
    """The probes with one defect that judges are tested on, and how many there are in all."""

    defect: str
    of: Literal["confirmed", "not rejected"]
    probes: Sequence[Probe]
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
    if not judges:
        raise BadInput(
            f"'{criterion.name}' has no judge to test.", next_step="`labelcore judge propose` makes some."
        )
    if not probes:
        raise BadInput(
            f"'{criterion.name}' has no probe to test judges on.",
            next_step=f"`labelcore probe make {criterion.id}` makes some.",
        )
    counted = _counted(probes)
    answers = answers_on(workspace.db, judges, [probe for group in counted for probe in group.probes])
    every = [answer for judge in answers.values() for answer in judge.values()]
    return ProbeTest(
        criterion=criterion,
        detections=tuple(_detection(j, group, answers.get(j.id)) for j in judges for group in counted),
        overall=tuple(_overall(j, counted, answers.get(j.id)) for j in judges),
        warnings=tuple(_warnings(judges, counted, versions_meaning_it(workspace, criterion.id))),
        cost_usd=sum(answer.cost_usd for answer in every if isinstance(answer, Decision)),
    )


def _counted(probes: Sequence[Probe]) -> list[_DefectProbes]:
    """For each defect the confirmed probes, or all that nobody rejected."""
    found = []
    for defect in dict.fromkeys([*DEFECTS, *(probe.case.defect for probe in probes)]):
        every = [probe for probe in probes if probe.case.defect == defect]
        if confirmed := [probe for probe in every if probe.state == "confirmed"]:
            found.append(_DefectProbes(defect, "confirmed", confirmed, len(every)))
        else:
            rest = [probe for probe in every if probe.state != "rejected"]
            found.append(_DefectProbes(defect, "not rejected", rest, len(every)))
    return found


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
    why = "there is no probe with this defect"
    if counted.total:
        why = f"experts rejected all {counted.total} probes with this defect"
    return Detection.model_validate(
        {
            "judge": judge.name,
            "judge_version_id": judge.id,
            "kind": judge.kind,
            "defect": counted.defect,
            "of": counted.of,
            **_measured(counted.probes, answers, why),
        }
    )


def _overall(judge: JudgeVersion, counted: Sequence[_DefectProbes], answers: Answers | None) -> OverallRate:
    confirmed = [probe for group in counted if group.of == "confirmed" for probe in group.probes]
    figures = _measured(confirmed, answers, "nobody has confirmed a probe")
    return OverallRate(
        judge=judge.name,
        judge_version_id=judge.id,
        confirmed=len(confirmed),
        rate=figures["rate"],
        detected=figures["detected"],
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


def _measured(probes: Sequence[Probe], answers: Answers | None, why: str) -> dict[str, Any]:
    """The fields of a detection that come from the judge's answers; ``why`` there are none without probes."""
    if answers is None or not probes:
        return {"rate": not_measurable(_CANNOT_RUN if answers is None else why), "detected": None}
    caught, missed, troubles, unpassed = list[str](), list[str](), list[Result](), 0
    for probe in probes:
        source, planted = answers[_source_id(probe)], answers[probe.case.id]
        if not (isinstance(source, Decision) and isinstance(planted, Decision)):
            troubles.append(planted if isinstance(source, Decision) else source)
        elif source.value != "pass":
            unpassed += 1
        else:
            (caught if planted.value == "fail" else missed).append(probe.case.id)
    n = len(caught) + len(missed)
    why = f"it passes none of the {unpassed} sources"
    if troubles and not unpassed:
        why = f"it gives no verdict: {troubles[0]}"
    return {
        "rate": proportion(len(caught), n) if n else not_measurable(why),
        "detected": len(caught) if n else None,
        "source_not_passed": unpassed,
        "errors": len(troubles),
        "caught": tuple(caught),
        "missed": tuple(missed),
    }


def _warnings(
    judges: Sequence[JudgeVersion], counted: Sequence[_DefectProbes], same: set[int]
) -> Iterator[Fact]:
    for judge in judges:
        if judge.criterion_version is not None and judge.criterion_version not in same:
            yield fact("earlier_meaning", judge=judge.name)
    guessed = [group.defect for group in counted if group.probes and group.of == "not rejected"]
    if guessed:
        yield fact("probes_unconfirmed", defects=guessed)
