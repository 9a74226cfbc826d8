"""Probes as a flat file for other tools: the case, what people say of it, what judges say of it."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of
from labelcore.models import Criterion, Frozen, ProbeOpinion, Role
from labelcore.operations import operation
from labelcore.stages.deriving import list_criteria
from labelcore.stages.judging.testing.probe_cases import Probe, list_probes
from labelcore.stages.judging.testing.probing import ProbeVerdicts, answers_on, verdicts_on
from labelcore.store import judges as judge_table
from labelcore.store import probes as probe_table
from labelcore.workspace import Workspace

_COLUMNS = (
    "probe_id criterion_id criterion criterion_version defect text where output_id external_id source_text "
    "state left_out opinions verdicts seed author made_at"
).split()


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
            f"Probes cannot be written as '{out.suffix}'.", next_step="End the file in .csv or .jsonl."
        )
    rows = _rows(workspace, list_probes(workspace, criterion), ask_models=ask_models)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            if out.suffix == ".jsonl":
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            else:
                table = csv.DictWriter(file, _COLUMNS)
                table.writeheader()
                lists = ("opinions", "verdicts")
                table.writerows(
                    row | {name: json.dumps(row[name], ensure_ascii=False) for name in lists} for row in rows
                )
    except OSError as trouble:
        raise BadInput(
            f"{out} cannot be written: {trouble.strerror}.", next_step="Name another file."
        ) from trouble
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
) -> Mapping[str, list[ProbeVerdicts]]:
    """By probe id: what each judge of its criterion says."""
    found: dict[str, list[ProbeVerdicts]] = defaultdict(list)
    for judge in judge_table.current(workspace.db, workspace.project.id):
        kind = kind_of(judge)
        about = [probe for probe in probes if probe.case.criterion_id == judge.criterion_id]
        if about and (kind.decides_here or (kind.needs_model and ask_models)):
            answers = answers_on(workspace.db, [judge], about)
            for probe in about:
                found[probe.case.id].append(verdicts_on(probe, judge, answers[judge.id]))
    return found


def _row(
    probe: Probe, criterion: str, opinions: Sequence[ProbeOpinion], verdicts: Sequence[ProbeVerdicts]
) -> dict[str, Any]:
    found = dict(probe.case) | {
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
        "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts],
        "made_at": probe.case.at.isoformat(),
    }
    return {name: found[name] for name in _COLUMNS}
