"""Write criteria with their judges to a file that people can read and other projects can load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from labelcore.errors import BadInput
from labelcore.judges.kinds import RESERVED, fault, kind_of
from labelcore.models import OVERALL, Criterion, JudgeVersion, Role, now
from labelcore.operations import Flags, operation
from labelcore.stages.aligning.measuring import measure_judge, votes_on
from labelcore.stages.deriving import find_criterion, list_criteria
from labelcore.stages.grading import human_labels
from labelcore.stages.sharing import yaml_text
from labelcore.stages.sharing.rubric_file import (
    LARGEST,
    Figure,
    Figures,
    NotPortable,
    RubricFile,
    SharedCriterion,
    SharedJudge,
    first_fault,
)
from labelcore.store import Database
from labelcore.store import grades as grade_table
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

SUFFIX = " (library)"
"""What the name of a judge that came by file ends with, so that one made here can stand beside."""

_HEAD = "# A rubric of labelcore. Another project takes it in with: labelcore library load FILE\n"
_WITHOUT = "Measured with examples that this file leaves out."


class SavedRubric(RubricFile):
    """What was written, and where."""

    out: Path
    with_examples: bool

    @property
    def judges(self) -> int:
        """How many judges are in the file."""
        return sum(len(criterion.judges) for criterion in self.criteria) + len(self.overall)

    def document(self) -> dict[str, Any]:
        """The JSON form: the criteria's names, and judges in counts."""
        return {
            "out": str(self.out),
            "with_examples": self.with_examples,
            "judges": self.judges,
            "criteria": [criterion.name for criterion in self.criteria],
            "overall": len(self.overall),
            "not_portable": self.not_portable,
        }


@operation("library save", role=Role.ENGINEER)
def save_rubric(
    workspace: Workspace,
    *,
    out: Annotated[Path, Field(description="The YAML file to write.")],
    criteria: Annotated[
        Sequence[str],
        Flags(("--criterion",)),
        Field(description="Only this criterion; repeat. Without it all accepted ones."),
    ] = (),
    with_examples: Annotated[
        bool, Flags(("--with-examples/--no-examples",)), Field(description="Examples are texts of outputs.")
    ] = True,
) -> SavedRubric:
    """Write criteria with their judges and examples to a file for another project.

    Without examples no text of an output leaves; quotes of notes, names of people, keys and
    addresses of endpoints never do. Statements, keywords and the phrases that a check looks for
    are the rubric itself and always leave. Judges whose verdicts were imported stay here: nothing
    could run them elsewhere.

    Raises:
        BadInput: there is no criterion, the file exists already, cannot be written or is too large.
        NotFound: a criterion that is named does not exist.
    """
    wanted: dict[str | None, Criterion | None] = {
        criterion.id: criterion for criterion in _wanted(workspace, criteria)
    }
    if not criteria or OVERALL in criteria:
        wanted[None] = None
    saved = _gathered(workspace, wanted, out, with_examples=with_examples)
    written = saved.model_dump(mode="json", include=set(RubricFile.model_fields))
    _write(out, _HEAD + yaml_text.write(written))
    return saved


def _gathered(
    workspace: Workspace, wanted: dict[str | None, Criterion | None], out: Path, *, with_examples: bool
) -> SavedRubric:
    judges, staying = _judges(workspace, wanted, with_examples=with_examples)
    try:
        return SavedRubric(
            out=out,
            with_examples=with_examples,
            project=workspace.project.name,
            exported_at=now().replace(microsecond=0),
            criteria=tuple(
                _criterion(workspace.db, criterion, judges.get(criterion.id, ()), with_examples=with_examples)
                for criterion in wanted.values()
                if criterion
            ),
            overall=tuple(judges.get(None, ())),
            not_portable=tuple(staying),
        )
    except ValidationError as trouble:
        raise BadInput(
            f"A criterion cannot be saved: {first_fault(trouble)}.", next_step="Edit it first."
        ) from trouble


def _wanted(workspace: Workspace, criteria: Sequence[str]) -> list[Criterion]:
    if criteria:
        return [find_criterion(workspace, word) for word in criteria if word != OVERALL]
    accepted = list_criteria(workspace, status="accepted")
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
    db: Database, criterion: Criterion, judges: Sequence[SharedJudge], *, with_examples: bool
) -> SharedCriterion:
    cited = grade_table.some(db, [item.grade_id for item in criterion.evidence])
    counted = {"evidence": len(criterion.evidence), "annotators": len({grade.annotator for grade in cited})}
    left_out = counted.keys() if with_examples else counted.keys() | {"pass_examples", "fail_examples"}
    same = criterion.model_dump(include=SharedCriterion.model_fields.keys() - left_out)
    return SharedCriterion.model_validate(same | counted | {"judges": tuple(judges)})


def _judges(
    workspace: Workspace, wanted: dict[str | None, Criterion | None], *, with_examples: bool
) -> tuple[dict[str | None, list[SharedJudge]], list[NotPortable]]:
    """The newest versions of the judges by criterion id (None: overall), and those that stay here."""
    versions, staying = [], []
    for judge in judge_table.current(workspace.db, workspace.project.id):
        if judge.criterion_id not in wanted:
            continue
        if reason := _why_not(judge, with_examples=with_examples):
            criterion = wanted[judge.criterion_id]
            staying.append(
                NotPortable(
                    criterion=criterion.name if criterion else OVERALL,
                    judge=judge.name,
                    kind=judge.kind,
                    reason=" ".join(reason.split()),
                )
            )
        else:
            versions.append(judge)
    found: dict[str | None, list[SharedJudge]] = {}
    for version, figures in _measured(workspace, versions, wanted):
        shared = found.setdefault(version.criterion_id, [])
        shared.append(_judge(version, figures, with_examples=with_examples))
    return found, staying


def _why_not(judge: JudgeVersion, *, with_examples: bool) -> str | None:
    """Why a judge could not run elsewhere; None where it can."""
    leaving = _leaving(judge, with_examples=with_examples)
    return kind_of(judge).stays or fault(judge.kind, leaving)


def _leaving(judge: JudgeVersion, *, with_examples: bool) -> dict[str, Any]:
    kind = kind_of(judge)
    return kind.leaving() if with_examples else kind.leaving_bare()


def _measured(
    workspace: Workspace, versions: Sequence[JudgeVersion], wanted: dict[str | None, Criterion | None]
) -> Iterator[tuple[JudgeVersion, Figures]]:
    """Each judge with its figures on all grades of the project, as ``align`` gives them."""
    if not versions:
        return
    labels = human_labels(workspace)
    votes = votes_on(workspace.db, versions)
    for judge in versions:
        criterion = wanted[judge.criterion_id]
        found = measure_judge(judge, votes[judge.id], labels, criterion, "all")
        shaped = kind_of(judge).shaped == "in-sample" and bool(judge.fitted_on)
        yield judge, Figures(tpr=Figure.of(found.tpr), tnr=Figure.of(found.tnr), in_sample=shaped)


def _judge(judge: JudgeVersion, figures: Figures, *, with_examples: bool) -> SharedJudge:
    spec = _leaving(judge, with_examples=with_examples)
    came = judge.spec.get(RESERVED) or {}
    has_examples = any(prompt.example_texts for prompt in kind_of(judge).prompts)
    return SharedJudge(
        name=judge.name.removesuffix(SUFFIX) if came else judge.name,
        kind=judge.kind,
        spec=spec,
        description=judge.description.removesuffix(f" {came['note']}") if came else judge.description,
        model=judge.model,
        figures=figures,
        note=_WITHOUT if has_examples and not with_examples else "",
    )
