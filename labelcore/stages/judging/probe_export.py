"""Probes as a flat file for other tools: the case, what people say of it, what judges say of it."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labelcore.errors import BadInput
from labelcore.llm import ModelClient
from labelcore.models import JudgeVersion, ProbeOpinion, Project
from labelcore.stages.deriving import list_criteria
from labelcore.stages.judging.probe_cases import Probe, list_probes
from labelcore.stages.judging.probing import Said, answers_on, said_of
from labelcore.store import Database
from labelcore.store import judges as judge_table
from labelcore.store import probes as probe_table

COLUMNS = (
    "probe_id",
    "criterion_id",
    "criterion",
    "criterion_version",
    "defect",
    "text",
    "where",
    "output_id",
    "external_id",
    "source_text",
    "state",
    "left_out",
    "opinions",
    "verdicts",
    "seed",
    "author",
    "made_at",
)


def export_probes(
    db: Database,
    project: Project,
    out: Path,
    *,
    criterion: str | None = None,
    ask_models: bool = False,
    client: ModelClient | None = None,
) -> int:
    """Write the probes of a criterion (or of all) to a .csv or .jsonl. Returns how many.

    ``opinions`` and ``verdicts`` are lists, in CSV as JSON. Verdicts on probes are not stored, so
    the judges are asked now; LLM judges only with ``ask_models``, because that costs.

    Raises:
        NotFound: there is no such criterion.
        BadInput: the ending is not known, or the file cannot be written.
    """
    if out.suffix not in {".csv", ".jsonl"}:
        raise BadInput(
            f"Probes cannot be written as '{out.suffix}'.", next_step="End the file in .csv or .jsonl."
        )
    rows = probe_rows(db, project, criterion, ask_models=ask_models, client=client)
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            if out.suffix == ".jsonl":
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            else:
                table = csv.DictWriter(file, COLUMNS)
                table.writeheader()
                table.writerows(map(_flat, rows))
    except OSError as trouble:
        raise BadInput(
            f"{out} cannot be written: {trouble.strerror}.", next_step="Name another file."
        ) from trouble
    return len(rows)


def probe_rows(
    db: Database,
    project: Project,
    criterion: str | None = None,
    *,
    ask_models: bool = False,
    client: ModelClient | None = None,
) -> list[dict[str, Any]]:
    """The rows of the export, with the names of ``COLUMNS``."""
    found = list_probes(db, project, criterion)
    opinions = defaultdict(list)
    for own in probe_table.opinions_by_person(db, project.id):
        opinions[own.probe_id].append(own)
    names = {own.id: own.name for own in list_criteria(db, project)}
    said = _verdicts(db, project, found, ask_models=ask_models, client=client)
    return [
        _row(own, names.get(own.case.criterion_id, ""), opinions[own.case.id], said[own.case.id])
        for own in found
    ]


def _verdicts(
    db: Database, project: Project, probes: Sequence[Probe], *, ask_models: bool, client: ModelClient | None
) -> Mapping[str, list[Said]]:
    """By probe id: what each judge of its criterion says."""
    kinds = {"code", "learned", *(["llm"] if ask_models else [])}
    judges: dict[str, list[JudgeVersion]] = defaultdict(list)
    for own in judge_table.current(db, project.id):
        if own.criterion_id and own.kind in kinds:
            judges[own.criterion_id].append(own)
    found: dict[str, list[Said]] = defaultdict(list)
    for criterion_id, asked in judges.items():
        mine = [own for own in probes if own.case.criterion_id == criterion_id]
        answers = answers_on(db, asked, mine, client) if mine else {}
        for probe in mine:
            found[probe.case.id] = [said_of(probe, own, answers[own.id]) for own in asked]
    return found


def _row(
    own: Probe, criterion: str, opinions: Sequence[ProbeOpinion], said: Sequence[Said]
) -> dict[str, Any]:
    case = own.case
    return {
        "probe_id": case.id,
        "criterion_id": case.criterion_id,
        "criterion": criterion,
        "criterion_version": case.criterion_version,
        "defect": case.defect,
        "text": case.text,
        "where": case.where,
        "output_id": case.output_id,
        "external_id": own.source.external_id,
        "source_text": own.source.text,
        "state": own.state,
        "left_out": own.left_out,
        "opinions": [
            one.model_dump(mode="json", include={"annotator", "value", "note", "at"}) for one in opinions
        ],
        "verdicts": [one.model_dump(mode="json") for one in said],
        "seed": case.seed,
        "author": case.author,
        "made_at": case.at.isoformat(),
    }


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for key, value in row.items()
    }
