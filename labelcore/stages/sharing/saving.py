"""Write criteria with their judges to a file that people can read and other projects can load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from labelcore.errors import BadInput
from labelcore.judges import portable
from labelcore.models import OVERALL, Criterion, JudgeVersion, Project, now
from labelcore.stages.aligning.measuring import measure_judge, votes_on
from labelcore.stages.deriving import find_criterion, list_criteria
from labelcore.stages.grading import human_labels
from labelcore.stages.sharing import yaml_text
from labelcore.stages.sharing.places import LARGEST, first_fault
from labelcore.stages.sharing.rubric_file import (
    Figure,
    Figures,
    NotPortable,
    RubricFile,
    SharedCriterion,
    SharedJudge,
)
from labelcore.store import Database
from labelcore.store import grades as grade_table
from labelcore.store import judges as judge_table

SUFFIX = " (library)"
"""What the name of a judge that came by file ends with, so that one made here can stand beside."""

_HEAD = "# A rubric of labelcore. Another project takes it in with: labelcore library load FILE\n"
_WITHOUT = "Measured with examples that this file leaves out."


def save_rubric(
    db: Database, project: Project, out: Path, *, criteria: Sequence[str] = (), with_examples: bool = True
) -> RubricFile:
    """Write the accepted criteria, or those that are named, with their judges to a YAML file.

    Without examples no text of an output leaves; quotes of notes, names of people, keys and
    addresses of endpoints never do. Statements, keywords and the phrases that a check looks for
    are the rubric itself and always leave. Judges whose verdicts were imported stay here: nothing
    could run them elsewhere.

    Raises:
        BadInput: there is no criterion, the file exists already, cannot be written or is too large.
        NotFound: a criterion that is named does not exist.
    """
    wanted: dict[str | None, Criterion | None] = {own.id: own for own in _wanted(db, project, criteria)}
    if not criteria or OVERALL in criteria:
        wanted[None] = None
    judges, staying = _judges(db, project, wanted, with_examples=with_examples)
    try:
        rubric = RubricFile(
            project=project.name,
            exported_at=now().replace(microsecond=0),
            criteria=tuple(
                _criterion(db, own, judges.get(own.id, ()), with_examples=with_examples)
                for own in wanted.values()
                if own
            ),
            overall=tuple(judges.get(None, ())),
            not_portable=tuple(staying),
        )
    except ValidationError as trouble:
        raise BadInput(
            f"A criterion cannot be saved: {first_fault(trouble)}.", next_step="Edit it first."
        ) from trouble
    _write(out, _HEAD + yaml_text.write(rubric.model_dump(mode="json")))
    return rubric


def _wanted(db: Database, project: Project, criteria: Sequence[str]) -> list[Criterion]:
    if criteria:
        return [find_criterion(db, project, word) for word in criteria if word != OVERALL]
    accepted = list_criteria(db, project, status="accepted")
    if not accepted:
        raise BadInput(
            "There is no accepted criterion to save.", next_step="Accept some, or name those that you want."
        )
    return accepted


def _write(out: Path, text: str) -> None:
    content = text.encode("utf-8")
    if len(content) > LARGEST:
        raise BadInput(
            f"The rubric takes {len(content):,} bytes; a file may have {LARGEST:,}.",
            next_step="Save fewer criteria, or leave the examples out.",
        )
    try:
        with out.open("xb") as file:
            file.write(content)
    except FileExistsError as trouble:
        raise BadInput(f"{out} exists already.", next_step="Name a new file.") from trouble
    except OSError as trouble:
        raise BadInput(f"{out} cannot be written: {trouble.strerror}.") from trouble


def _criterion(
    db: Database, own: Criterion, judges: Sequence[SharedJudge], *, with_examples: bool
) -> SharedCriterion:
    cited = grade_table.some(db, [item.grade_id for item in own.evidence])
    return SharedCriterion(
        name=own.name,
        statement=own.statement,
        severity=own.severity,
        max_false_failure_rate=own.max_false_failure_rate,
        risk=own.risk,
        risk_why=own.risk_why,
        keywords=own.keywords,
        pass_examples=own.pass_examples if with_examples else (),
        fail_examples=own.fail_examples if with_examples else (),
        origin=own.origin,
        version=own.version,
        evidence=len(own.evidence),
        annotators=len({grade.annotator for grade in cited}),
        judges=tuple(judges),
    )


def _judges(
    db: Database, project: Project, wanted: dict[str | None, Criterion | None], *, with_examples: bool
) -> tuple[dict[str | None, list[SharedJudge]], list[NotPortable]]:
    """The newest versions of the judges by criterion id (None: overall), and those that stay here."""
    versions, staying = [], []
    for own in judge_table.current(db, project.id):
        if own.criterion_id not in wanted:
            continue
        if reason := _why_not(own, with_examples=with_examples):
            criterion = wanted[own.criterion_id]
            staying.append(
                NotPortable(
                    criterion=criterion.name if criterion else OVERALL,
                    judge=own.name,
                    kind=own.kind,
                    reason=" ".join(reason.split()),
                )
            )
        else:
            versions.append(own)
    found: dict[str | None, list[SharedJudge]] = {}
    for version, figures in _measured(db, project, versions, wanted):
        own_judges = found.setdefault(version.criterion_id, [])
        own_judges.append(_judge(version, figures, with_examples=with_examples))
    return found, staying


def _why_not(own: JudgeVersion, *, with_examples: bool) -> str | None:
    """Why a judge could not run elsewhere; None where it can."""
    if own.kind == "imported":
        return "its verdicts were imported from another tool, which is not here to be run"
    if own.kind not in portable.TRAVELLING:
        return f"judges of the kind '{own.kind}' cannot be written to a file"
    return portable.fault(own.kind, portable.leaving(own.kind, own.spec, with_examples=with_examples))


def _measured(
    db: Database,
    project: Project,
    versions: Sequence[JudgeVersion],
    wanted: dict[str | None, Criterion | None],
) -> Iterator[tuple[JudgeVersion, Figures]]:
    """Each judge with its figures on all grades of the project, as ``align`` gives them."""
    if not versions:
        return
    labels = human_labels(db, project)
    votes = votes_on(db, versions)
    for own in versions:
        criterion = wanted[own.criterion_id]
        found = measure_judge(own, votes[own.id], labels, criterion, "all")
        shaped = own.kind == "code" and bool(own.fitted_on)
        yield own, Figures(tpr=Figure.of(found.tpr), tnr=Figure.of(found.tnr), in_sample=shaped)


def _judge(own: JudgeVersion, figures: Figures, *, with_examples: bool) -> SharedJudge:
    spec = portable.leaving(own.kind, own.spec, with_examples=with_examples)
    came = own.spec.get(portable.RESERVED) or {}
    has_examples = portable.has_examples(own.kind, own.spec)
    return SharedJudge(
        name=own.name.removesuffix(SUFFIX) if came else own.name,
        kind=own.kind,
        spec=spec,
        description=own.description.removesuffix(f" {came['note']}") if came else own.description,
        model=own.model,
        figures=figures,
        note=_WITHOUT if has_examples and not with_examples else "",
    )
