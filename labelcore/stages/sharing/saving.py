"""Criteria with their judges as a file that people can read and other projects can load."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from labelcore.errors import BadInput
from labelcore.judges.kinds import RESERVED, fault, judge_of, kind_of
from labelcore.models import (
    OVERALL,
    Criterion,
    CriterionOrigin,
    Frozen,
    JudgeVersion,
    Risk,
    Role,
    Severity,
    now,
)
from labelcore.operations import Flags, operation
from labelcore.stages.aligning.measuring import measure_judge, votes_on
from labelcore.stages.deriving.clauses import grounded
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import human_labels
from labelcore.stages.sharing import yaml_text
from labelcore.stages.sharing.ruled import SharedRuling, by_subject, rulings_of
from labelcore.stats.rate import Rate
from labelcore.store import Database, grades as grade_table, judges as judge_table
from labelcore.workspace import Workspace

FORMAT = "labelcore-rubric"
VERSION = 1
LARGEST = 5_000_000
"""Bytes of a rubric file. More is no rubric, and takes long to read."""

Name = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
"""One line: names are printed in terminals, where control characters are commands."""
Share = Annotated[float, Field(ge=0, le=1)]


class Figure(Rate):
    """A share with its 95 % interval and n, or why it is not measurable."""

    value: Share | None = None
    low: Share | None = None
    high: Share | None = None
    n: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _holds_together(self) -> Figure:
        if self.value is None:
            if not self.why_not:
                raise ValueError("a figure without a value says why_not")
        elif self.low is None or self.high is None or not self.low <= self.value <= self.high:
            raise ValueError("a value lies in its interval, from low to high")
        return self

    @classmethod
    def of(cls, rate: Rate) -> Figure:
        """A rate, rounded to four digits for reading."""
        shares = {name: getattr(rate, name) for name in ("value", "low", "high")}
        rounded = {k: None if v is None else round(v, 4) for k, v in shares.items()}
        return cls.model_validate(rate.model_dump() | rounded)


class Figures(Frozen):
    """A judge against people's overall grades there; ``in_sample``: they shaped it, so it is flattered."""

    tpr: Figure = Figure(why_not="it was not measured")
    tnr: Figure = Figure(why_not="it was not measured")
    in_sample: bool = False


class SharedJudge(Frozen):
    """A judge of a criterion. ``spec`` depends on ``kind`` (code, llm or learned)."""

    name: Name
    kind: str
    description: str = ""
    spec: dict[str, Any]
    model: str = ""
    figures: Figures = Figures()
    note: str = ""


class SharedCriterion(Frozen):
    """A criterion. ``evidence`` counts the quotes behind it, ``annotators`` the people quoted.

    ``passes``, ``fails``: outputs that count as such on it; ``settled``: those on which people differed.
    ``risk``: left out, it is the risk of the project that takes it in (older files have none).
    """

    name: Name
    statement: str = Field(min_length=1)
    severity: Severity = "must"
    max_false_failure_rate: Share = 0.25
    risk: Risk | None = None
    risk_why: str = Field(default="", max_length=500)
    keywords: tuple[str, ...] = ()
    pass_examples: tuple[str, ...] = ()
    fail_examples: tuple[str, ...] = ()
    origin: CriterionOrigin = "person"
    version: int = Field(default=1, ge=1)
    evidence: int = Field(default=0, ge=0)
    annotators: int = Field(default=0, ge=0)
    passes: int = Field(default=0, ge=0)
    fails: int = Field(default=0, ge=0)
    settled: tuple[SharedRuling, ...] = ()
    judges: tuple[SharedJudge, ...] = ()


class NotPortable(Frozen):
    """A judge that stayed where it was, and why, as the end of a sentence."""

    criterion: Name
    judge: Name
    kind: Name
    reason: Name


class RubricFile(Frozen):
    """Criteria with judges and examples; ``overall``: of the overall grade; ``not_portable`` stay there;
    ``settled``: rulings on outputs as a whole.
    """

    format: Literal["labelcore-rubric"] = "labelcore-rubric"
    version: Literal[1] = 1
    project: str
    exported_at: datetime
    criteria: tuple[SharedCriterion, ...]
    overall: tuple[SharedJudge, ...] = ()
    not_portable: tuple[NotPortable, ...] = ()
    settled: tuple[SharedRuling, ...] = ()

    @model_validator(mode="after")
    def _holds_something(self) -> RubricFile:
        if not self.criteria and not self.overall:
            raise ValueError("it holds neither a criterion nor a judge of the overall grade")
        return self


@operation("library schema", role=Role.EXPERT, project="none")
def json_schema(_workspace: Workspace) -> dict[str, Any]:
    """Print the JSON schema of the file, for editors that check YAML while it is written."""
    schema = RubricFile.model_json_schema()
    schema["required"] = ["format", "version", *schema["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def first_fault(trouble: ValidationError) -> str:
    """The first fault with its place ("criteria[2].severity"), without what the file says there."""
    fault = trouble.errors(include_input=False)[0]
    place = ""
    for part in fault["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return f"{place or 'the file'}: {fault['msg'].removeprefix('Value error, ')}"


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

    Without examples no text of an output leaves, and no reason of a ruling; quotes of notes, names of
    people, keys and addresses of endpoints never do. Statements, keywords and the phrases that a check
    looks for are the rubric itself and always leave. Judges whose verdicts were imported stay here:
    nothing could run them elsewhere.

    Raises:
        BadInput: there is no criterion, the file exists already, cannot be written or is too large.
        NotFound: a criterion that is named does not exist.
    """
    if criteria:
        criteria_now = [find_criterion(workspace, word) for word in criteria if word != OVERALL]
    elif not (criteria_now := list_criteria(workspace, status="accepted")):
        raise BadInput(
            "There is no accepted criterion to save.", next_step="Accept some, or name those that you want."
        )
    subjects: dict[str | None, Criterion | None] = {criterion.id: criterion for criterion in criteria_now}
    if not criteria or OVERALL in criteria:
        subjects[None] = None
    saved = _gathered(workspace, subjects, out, with_examples=with_examples)
    written = saved.model_dump(mode="json", include=set(RubricFile.model_fields))
    content = (_HEAD + yaml_text.write(written)).encode("utf-8")
    if len(content) > LARGEST:
        raise BadInput(
            "The rubric takes {n:,} bytes; a file may have {largest:,}.",
            next_step="Save fewer criteria, or leave the examples out.",
            n=len(content),
            largest=LARGEST,
        )
    _write(out, content)
    return saved


def _write(out: Path, content: bytes) -> None:
    try:
        with out.open("xb") as file:
            file.write(content)
    except FileExistsError as trouble:
        raise BadInput("{out} exists already.", next_step="Name a new file.", out=out) from trouble
    except OSError as trouble:
        raise BadInput("{out} cannot be written: {reason}.", out=out, reason=trouble.strerror) from trouble


def _gathered(
    workspace: Workspace, subjects: dict[str | None, Criterion | None], out: Path, *, with_examples: bool
) -> SavedRubric:
    judges, staying = _judges(workspace, subjects, with_examples=with_examples)
    rows = by_subject(workspace)
    rulings = rulings_of(workspace, rows) if with_examples else {}
    criteria = grounded(workspace, [criterion for criterion in subjects.values() if criterion])
    try:
        return SavedRubric(
            out=out,
            with_examples=with_examples,
            project=workspace.project.name,
            exported_at=now().replace(microsecond=0),
            criteria=tuple(
                _criterion(workspace.db, criterion, with_examples=with_examples).model_copy(
                    update={
                        "judges": tuple(judges.get(criterion.id, ())),
                        "settled": rulings.get(criterion.id, ()),
                        "passes": sum(row.label == "pass" for row in rows[criterion.id]),
                        "fails": sum(row.is_fail for row in rows[criterion.id]),
                    }
                )
                for criterion in criteria
            ),
            settled=rulings.get(None, ()) if None in subjects else (),
            overall=tuple(judges.get(None, ())),
            not_portable=tuple(staying),
        )
    except ValidationError as trouble:
        raise BadInput(
            "A criterion cannot be saved: {trouble}.",
            next_step="Edit it first.",
            trouble=first_fault(trouble),
        ) from trouble


def _criterion(db: Database, criterion: Criterion, *, with_examples: bool) -> SharedCriterion:
    cited = grade_table.some(db, [item.grade_id for item in criterion.evidence])
    counts = {"evidence": len(criterion.evidence), "annotators": len({grade.annotator for grade in cited})}
    left_out = counts.keys() if with_examples else counts.keys() | {"pass_examples", "fail_examples"}
    same = criterion.model_dump(include=SharedCriterion.model_fields.keys() - left_out)
    name = {"name": criterion.shared_name or criterion.name}
    return SharedCriterion.model_validate(same | counts | name)


def _judges(
    workspace: Workspace, subjects: dict[str | None, Criterion | None], *, with_examples: bool
) -> tuple[dict[str | None, list[SharedJudge]], list[NotPortable]]:
    """By criterion id (None: overall) with figures on all grades, as ``align`` gives them; and who stays."""
    versions, staying = [], []
    for judge in judge_table.current(workspace.db, workspace.project.id):
        if judge.criterion_id not in subjects:
            continue
        kind = kind_of(judge)
        if reason := kind.stays or fault(judge.kind, _leaving(judge, with_examples=with_examples)):
            criterion = subjects[judge.criterion_id]
            about = criterion.name if criterion else OVERALL
            why = " ".join(reason.split())
            staying.append(NotPortable(criterion=about, judge=judge.name, kind=judge.kind, reason=why))
        else:
            versions.append(judge)
    judges_of: dict[str | None, list[SharedJudge]] = {}
    if not versions:
        return {}, staying
    labels, votes = human_labels(workspace), votes_on(workspace.db, versions)
    for judge in versions:
        measured = labels.shared_for(judge.criterion_id)
        alignment = measure_judge(judge, votes[judge.id], measured, subjects[judge.criterion_id], "all")
        shaped = kind_of(judge).shaped == "in-sample" and bool(judge.fitted_on)
        figures = Figures(tpr=Figure.of(alignment.tpr), tnr=Figure.of(alignment.tnr), in_sample=shaped)
        shared = judges_of.setdefault(judge.criterion_id, [])
        shared.append(_judge(judge, figures, with_examples=with_examples))
    return judges_of, staying


def _leaving(judge: JudgeVersion, *, with_examples: bool) -> dict[str, Any]:
    kind = kind_of(judge)
    return kind.leaving() if with_examples else kind.leaving_bare()


def _judge(judge: JudgeVersion, figures: Figures, *, with_examples: bool) -> SharedJudge:
    spec = _leaving(judge, with_examples=with_examples)
    came = judge.spec.get(RESERVED) or {}
    has_examples = any(prompt.example_texts for prompt in kind_of(judge).prompts)
    unchanged = bool(came) and judge.description == f"{came.get('description')} {came['note']}"
    # what a learned judge was made of stands in notes, which stay here
    description = judge_of(judge.kind, spec).describe() if kind_of(judge).learns else judge.description
    return SharedJudge(
        name=came.get("name", judge.name),
        kind=judge.kind,
        spec=spec,
        description=came["description"] if unchanged else description,
        model=judge.model,
        figures=figures,
        note=_WITHOUT if has_examples and not with_examples else "",
    )
