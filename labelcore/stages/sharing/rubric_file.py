"""The file in which a rubric travels: its fields, their order, and what they may hold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from labelcore.models import CriterionOrigin, Frozen, Risk, Role, Severity
from labelcore.operations import operation
from labelcore.stats.rate import Rate
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
    """A judge against people's overall grades of the project that it was saved from.

    ``in_sample``: these grades shaped the judge, so the figures flatter it.
    """

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
    judges: tuple[SharedJudge, ...] = ()


class NotPortable(Frozen):
    """A judge that stayed where it was, and why, as the end of a sentence."""

    criterion: Name
    judge: Name
    kind: Name
    reason: Name


class RubricFile(Frozen):
    """Criteria with their judges and examples, to be brought into another project.

    ``overall``: judges of the overall grade. ``not_portable``: judges that the project has and that
    could not run elsewhere.
    """

    format: Literal["labelcore-rubric"] = "labelcore-rubric"
    version: Literal[1] = 1
    project: str
    exported_at: datetime
    criteria: tuple[SharedCriterion, ...]
    overall: tuple[SharedJudge, ...] = ()
    not_portable: tuple[NotPortable, ...] = ()

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
