"""Judges tested on probes: how many of each planted defect they catch; and probes as a file for others."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from labelcore import files
from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of
from labelcore.models import (
    Criterion,
    Decision,
    Fact,
    Frozen,
    JudgeVersion,
    Output,
    ProbeOpinion,
    Role,
    fact,
    total_cost,
)
from labelcore.operations import operation
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.judging.running.deciding import Answers, decide
from labelcore.stages.judging.running.live_run import Result
from labelcore.stages.judging.testing.probe_cases import Probe, list_probes, versions_meaning_it
from labelcore.stats.rate import Rate, not_measurable, proportion
from labelcore.store import Database, judges as judge_table, probes as probe_table
from labelcore.text.planting import DEFECTS
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_CANNOT_RUN = Wording("its verdicts were imported, so it cannot be run")
_COLUMNS = (
    "probe_id criterion_id criterion criterion_version defect text where output_id external_id source_text "
    "state left_out opinions verdicts seed author made_at"
).split()


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


class ProbeTest(Frozen):
    """All judges of a criterion on its probes; ``cost_usd`` is what their models cost, None where
    no price is set.
    """

    criterion: Criterion
    detections: tuple[Detection, ...]
    overall: tuple[OverallRate, ...]
    warnings: tuple[Fact, ...]
    cost_usd: float | None = 0.0

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
            "'{name}' has no judge to test.",
            next_step="`labelcore judge propose` makes some.",
            name=criterion.name,
        )
    if not probes:
        raise BadInput(
            "'{name}' has no probe to test judges on.",
            next_step="`labelcore probe make {id}` makes some.",
            name=criterion.name,
            id=criterion.id,
        )
    groups = _counted(probes)
    answers = _answers_on(workspace.db, judges, [probe for group in groups for probe in group.probes])
    every = [answer for judge in answers.values() for answer in judge.values()]
    decisions = [answer for answer in every if isinstance(answer, Decision)]
    return ProbeTest(
        criterion=criterion,
        detections=tuple(_detection(j, group, answers.get(j.id)) for j in judges for group in groups),
        overall=tuple(_overall(j, groups, answers.get(j.id)) for j in judges),
        warnings=tuple(_warnings(judges, groups, versions_meaning_it(workspace, criterion.id))),
        cost_usd=total_cost(decision.cost_usd for decision in decisions),
    )


def _counted(probes: Sequence[Probe]) -> list[_DefectProbes]:
    """For each defect the confirmed probes, or all that nobody rejected."""
    groups = []
    for defect in dict.fromkeys([*DEFECTS, *(probe.case.defect for probe in probes)]):
        every = [probe for probe in probes if probe.case.defect == defect]
        if confirmed := [probe for probe in every if probe.state == "confirmed"]:
            groups.append(_DefectProbes(defect, "confirmed", confirmed, len(every)))
        else:
            rest = [probe for probe in every if probe.state != "rejected"]
            groups.append(_DefectProbes(defect, "not rejected", rest, len(every)))
    return groups


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


def _detection(judge: JudgeVersion, group: _DefectProbes, answers: Answers | None) -> Detection:
    why = Wording("there is no probe with this defect")
    if group.total:
        why = Wording("experts rejected all {n} probes with this defect", n=group.total)
    return Detection.model_validate(
        {
            "judge": judge.name,
            "judge_version_id": judge.id,
            "kind": judge.kind,
            "defect": group.defect,
            "of": group.of,
            **_measured(group.probes, answers, why),
        }
    )


def _overall(judge: JudgeVersion, groups: Sequence[_DefectProbes], answers: Answers | None) -> OverallRate:
    confirmed = [probe for group in groups if group.of == "confirmed" for probe in group.probes]
    figures = _measured(confirmed, answers, Wording("nobody has confirmed a probe"))
    return OverallRate(
        judge=judge.name,
        judge_version_id=judge.id,
        confirmed=len(confirmed),
        rate=figures["rate"],
        detected=figures["detected"],
    )


def _answers_on(db: Database, judges: Sequence[JudgeVersion], probes: Sequence[Probe]) -> dict[str, Answers]:
    """What each judge says of the probes and of their sources, by judge version; nothing is stored."""
    texts = {output.id: output for probe in probes for output in _texts(probe)}
    return decide(db, judges, list(texts.values()))


def _measured(probes: Sequence[Probe], answers: Answers | None, why: Wording) -> dict[str, Any]:
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
    why = Wording("it passes none of the {n} sources", n=unpassed)
    if troubles and not unpassed:
        why = Wording("it gives no verdict: {trouble}", trouble=troubles[0])
    return {
        "rate": proportion(len(caught), n) if n else not_measurable(why),
        "detected": len(caught) if n else None,
        "source_not_passed": unpassed,
        "errors": len(troubles),
        "caught": tuple(caught),
        "missed": tuple(missed),
    }


def _warnings(
    judges: Sequence[JudgeVersion], groups: Sequence[_DefectProbes], same: set[int]
) -> Iterator[Fact]:
    for judge in judges:
        if judge.criterion_version is not None and judge.criterion_version not in same:
            yield fact("earlier_meaning", judge=judge.name)
    guessed = [group.defect for group in groups if group.probes and group.of == "not rejected"]
    if guessed:
        yield fact("probes_unconfirmed", defects=guessed)


class ProbesExported(Frozen):
    """How many probes stand in which file."""

    probes: int
    out: Path


@operation("probe export", role=Role.ENGINEER)
def export_probes(
    workspace: Workspace,
    criterion: Criterion | None = None,
    *,
    out: Annotated[Path, Field(description="A .csv or .jsonl file.")],
    ask_models: Annotated[bool, Field(description="Ask LLM judges too, which may cost.")] = False,
) -> ProbesExported:
    """Write probes with what people and judges say of them to a file for other tools.

    ``opinions`` and ``verdicts`` are lists, in CSV as JSON. Verdicts on probes are not stored, so
    the judges are asked now; LLM judges only with ``ask_models``, because that costs.

    Raises:
        BadInput: the ending is not known, or the file cannot be written.
    """
    if out.suffix not in {".csv", ".jsonl"}:
        raise BadInput(
            "Probes cannot be written as '{suffix}'.",
            next_step="End the file in .csv or .jsonl.",
            suffix=out.suffix,
        )
    rows = _rows(workspace, list_probes(workspace, criterion), ask_models=ask_models)
    with files.whole(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        if out.suffix == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        else:
            table = csv.DictWriter(file, _COLUMNS)
            table.writeheader()
            lists = ("opinions", "verdicts")
            for row in rows:
                cells = row | {name: json.dumps(row[name], ensure_ascii=False) for name in lists}
                table.writerow(
                    {
                        name: files.for_spreadsheet(value) if isinstance(value, str) else value
                        for name, value in cells.items()
                    }
                )
    return ProbesExported(probes=len(rows), out=out)


def _rows(workspace: Workspace, probes: Sequence[Probe], *, ask_models: bool) -> list[dict[str, Any]]:
    opinions = defaultdict(list)
    for opinion in probe_table.opinions_by_person(workspace.db, workspace.project.id):
        opinions[opinion.probe_id].append(opinion)
    names = {criterion.id: criterion.name for criterion in list_criteria(workspace)}
    verdicts = _verdicts(workspace, probes, ask_models=ask_models)
    return [
        _row(probe, names.get(probe.case.criterion_id, ""), opinions[probe.case.id], verdicts[probe.case.id])
        for probe in probes
    ]


def _verdicts(
    workspace: Workspace, probes: Sequence[Probe], *, ask_models: bool
) -> Mapping[str, list[dict[str, Any]]]:
    """By probe id: what each judge of its criterion says."""
    verdicts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for judge in judge_table.current(workspace.db, workspace.project.id):
        kind = kind_of(judge)
        about = [probe for probe in probes if probe.case.criterion_id == judge.criterion_id]
        if about and (kind.decides_here or (kind.needs_model and ask_models)):
            answers = _answers_on(workspace.db, [judge], about)[judge.id]
            values = {key: getattr(answer, "value", None) for key, answer in answers.items()}
            for probe in about:
                who = {"judge": judge.name, "judge_version_id": judge.id, "kind": judge.kind}
                what = {"source": values[_source_id(probe)], "probe": values[probe.case.id]}
                verdicts[probe.case.id].append(who | what)
    return verdicts


def _row(
    probe: Probe, criterion: str, opinions: Sequence[ProbeOpinion], verdicts: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    cells = dict(probe.case) | {
        "probe_id": probe.case.id,
        "criterion": criterion,
        "external_id": probe.source.external_id,
        "source_text": probe.source.text,
        "state": probe.state,
        "left_out": probe.left_out,
        "opinions": [
            opinion.model_dump(mode="json", include={"annotator", "value", "note", "at"})
            for opinion in opinions
        ],
        "verdicts": list(verdicts),
        "made_at": probe.case.at.isoformat(),
    }
    return {name: cells[name] for name in _COLUMNS}
