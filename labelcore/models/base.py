"""What everything else is made of: words, facts, roles, projects with their rules, outputs, samples."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from labelcore.wording import Wording

GradeValue = Literal["pass", "fail", "unsure", "skipped", "undone"]
Preference = Literal["first", "second", "tie", "skipped", "undone"]
VerdictValue = Literal["pass", "fail", "abstain"]
ProbeValue = Literal["confirmed", "rejected", "undone"]
Severity = Literal["must", "should"]
Risk = Literal["low", "medium", "high"]
CourtValue = Literal["judge_wrong", "person_wrong", "criterion_unclear", "context_missing", "withdrawn"]
SplitName = Literal["train", "dev", "test"]
CriterionStatus = Literal["proposed", "accepted", "rejected", "dropped"]
CriterionOrigin = Literal["notes", "model", "prompt", "person", "library"]
RunState = Literal["running", "stopped", "finished", "failed"]

DOOR_SUFFIX = ".door"
"""Beside the database, the running app leaves its address in a file with this ending."""

REFERENCE_NAMES = frozenset({"reference", "expected", "gold", "ground_truth", "target", "参考", "参考答案"})
"""Names of the metadata that hold what an output should resemble."""

OVERALL = "overall"
"""The criterion word for "the output as a whole", used wherever no single criterion is meant."""


def new_id(kind: str) -> str:
    """A short id that sorts by the time of its making, such as ``grade_018f…``."""
    return f"{kind}_{time.time_ns():016x}{secrets.token_hex(4)}"


def now() -> datetime:
    """The present moment, timezone-aware."""
    return datetime.now(UTC)


class Frozen(BaseModel):
    """Base of all models: immutable, and unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ProjectItem(Frozen):
    """What belongs to a project and has an id."""

    id: str
    project_id: str


class Fact(Frozen):
    """One thing found: a code that programs may ask for, and the values that its sentence needs.

    ``then``: facts whose sentences follow this one's. Without a code there is nothing to say. A
    serialization whose context names ``sentence`` writes that, any other the fact itself.
    """

    code: str
    values: dict[str, Any] = Field(default_factory=dict)
    then: tuple[Fact, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """A sentence, as a file has it, stands for itself."""
        if not isinstance(value, str):
            return value
        return {"code": "as_written" if value else "", "values": {"words": value} if value else {}}

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.code)

    def followed_by(self, *then: Fact) -> Fact:
        """The same with other facts after it; empty ones are left out."""
        return self.model_copy(update={"then": (*self.then, *filter(None, then))})

    @model_serializer(mode="wrap")
    def _written(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        if info.context:
            return info.context["sentence"](self)
        return self if info.mode == "python" else handler(self)


def fact(code: str, /, *then: Fact, **values: Any) -> Fact:
    """A fact with its values; empty ones that would follow are left out."""
    return Fact(code=code, values=values).followed_by(*then)


NOTHING = Fact(code="")


class Role(StrEnum):
    """What a person is in a project. A role includes those whose work it may do as well."""

    EXPERT = "expert"
    LEAD = "lead"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMIN = "admin"

    def includes(self, least: Role) -> bool:
        """Whether who has this role may do what needs at least ``least``."""
        return self == least or least in _INCLUDED[self]


_INCLUDED: dict[Role, frozenset[Role]] = {
    Role.EXPERT: frozenset(),
    Role.MANAGER: frozenset(),
    Role.LEAD: frozenset({Role.EXPERT, Role.MANAGER}),
    Role.ENGINEER: frozenset({Role.EXPERT, Role.MANAGER}),
    Role.ADMIN: frozenset(Role),
}


class Term(Frozen):
    """A word or abbreviation of the domain, and what it means where metadata has the values of ``scope``."""

    term: str
    meaning: str
    scope: dict[str, str] = Field(default_factory=dict)
    author: str = ""
    at: datetime = Field(default_factory=now)
    origin: Literal["person", "notes"] = "person"


class GradingRules(Frozen):
    """How a project's outputs are handed out for grading; kept in its settings.

    ``per_output``: so many people grade each output, None lets everybody grade everything. ``pairs``: which
    two do is planned, so that everybody meets everybody. ``alike``: near-identical outputs are graded in one
    go.
    ``repeat_share``: so many outputs come back to the same person unannounced, to measure how steady
    they are. ``review``: outputs picked by hand, in this order, before anything else.
    ``suggestions``: the chosen judges' verdict is never shown, shown once the grade is given, or first.
    ``scale``: names of the levels of an ordinal grade, the worst first; () asks for pass or fail. An output
    passes from the level ``passing_from`` on (1 is the worst). ``compare``: two pipeline versions whose
    answers to the same input are compared blind. ``regrade``: criteria whose stale answers are given anew.
    ``criteria_order``: ids of criteria that are asked first, in this order; ``required``: those without which
    the card takes no grade of the whole. ``deadline``: the day by which the sample shall be graded.
    ``contest``: the counts of all people are shown while they grade. ``gold_share``: so many outputs are
    gold, unannounced; ``gold_feedback``: who is told at once how they did. ``training``: the share of
    training outputs that a newcomer must get right before they are dealt others; None: none. ``thanks``:
    people are thanked.
    """

    per_output: int | None = Field(default=None, ge=1, le=100)
    pairs: bool = False
    alike: bool = False
    reserve_minutes: float = Field(default=20, gt=0, le=24 * 60)
    repeat_share: float = Field(default=0, ge=0, le=0.5)
    review: tuple[str, ...] = ()
    ask_criteria: bool = False
    criteria_order: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    suggestions: Literal["off", "after", "first"] = "off"
    scale: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = Field(default=(), max_length=9)
    passing_from: int = Field(default=2, ge=2)
    ask_fields: bool = False
    compare: tuple[str, str] | None = None
    regrade: tuple[str, ...] = ()
    deadline: date | None = None
    contest: bool = False
    gold_share: float = Field(default=0, ge=0, le=0.5)
    gold_feedback: Literal["lead", "person"] = "lead"
    training: float | None = Field(default=None, gt=0, le=1)
    thanks: bool = True

    @model_validator(mode="after")
    def _holds_together(self) -> GradingRules:
        if self.scale and not 2 <= self.passing_from <= len(self.scale):
            raise ValueError(f"with {len(self.scale)} levels, passing begins at 2 to {len(self.scale)}")
        if self.compare and self.compare[0] == self.compare[1]:
            raise ValueError("two different versions are needed for a comparison")
        if self.pairs and self.per_output != 2:
            raise ValueError("pairs are planned where 2 people grade each output")
        return self

    def value_of(self, level: int) -> Literal["pass", "fail"]:
        """Pass or fail, for a level of the scale."""
        return "pass" if level >= self.passing_from else "fail"


def is_plain_name(text: str) -> bool:
    """Whether a text is letters, digits and what joins them: nothing in it formats, links or runs."""
    return text == text.strip() and len(text) <= 30 and all(c.isalnum() or c in " -'’" for c in text)


class Noun(Frozen):
    """What one output is called: in English ``one`` and ``several``, in Chinese ``zh``; "" is "output".

    What is no plain name is as good as none.
    """

    one: str = ""
    several: str = ""
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        pairs = value.items() if isinstance(value, dict) else ()
        plain = {name: text for name, text in pairs if is_plain_name(str(text))}
        return plain if plain.get("one") and plain.get("several") else {"zh": plain.get("zh", "")}


class ProjectSettings(Frozen):
    """What people have chosen for a project; the keys of other versions of labelcore are kept.

    ``glossary``: its terms. ``fields``: the JSON pointer of the field that a criterion is about, by
    criterion id. ``pack_key``: what offline packs are signed and cards' names closed with, in hexadecimal
    digits, "" before it is needed; it is in no document. ``test_looks``: so many looks make a sealed test
    spent. ``sample``: it came with labelcore, to look around in. ``hidden``: it is not among the projects to
    choose from. ``noun``: what one output is called.
    ``most_cost``: US dollars that one trial, search or matrix may spend; None: no limit.
    """

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    grading: GradingRules = GradingRules()
    glossary: tuple[Term, ...] = ()
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    fields: dict[str, str] = Field(default_factory=dict)
    pack_key: str = Field(default="", exclude=True, repr=False)
    test_looks: int = 5
    sample: bool = False
    hidden: bool = False
    noun: Noun = Noun()
    most_cost: float | None = None

    def stored(self) -> dict[str, Any]:
        """As the database keeps it: what was set, by its key there."""
        secret = {"pack_key": self.pack_key} if self.pack_key else {}
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True) | secret


class Project(Frozen):
    """One pipeline's outputs and everything that people and judges said about them."""

    id: str
    name: str
    task: str = ""
    prompt_template: str = ""
    glossary: dict[str, str] = Field(default_factory=dict)
    risk: Risk = "medium"
    settings: ProjectSettings = Field(default_factory=ProjectSettings)
    at: datetime = Field(default_factory=now)

    @property
    def rules(self) -> GradingRules:
        """How its outputs are handed out, and what is asked of people."""
        return self.settings.grading


class ToolCall(Frozen):
    """A call of a tool that a message asks for; ``arguments`` is as the model wrote it."""

    name: str
    arguments: str = ""


class Turn(Frozen):
    """One message of a conversation. ``name``: of the tool that answers, or of who speaks."""

    role: str
    content: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()


class Output(ProjectItem):
    """One model answer with what it answered. ``id`` is the hash of its content."""

    text: str
    input: str = ""
    context: str = ""
    conversation: tuple[Turn, ...] = ()
    external_id: str | None = None
    group_key: str | None = None
    prompt_version: str = ""
    model: str = ""
    metadata: dict[str, Any] = Field(default_factory=dict)
    batch_id: str = ""
    at: datetime = Field(default_factory=now)

    @property
    def group(self) -> str:
        """What keeps rows of one source together in splits and intervals."""
        return self.group_key or self.id

    @property
    def reference(self) -> str:
        """What the output should resemble, from its metadata; "" where there is none."""
        values = (v for k, v in self.metadata.items() if str(k).lower() in REFERENCE_NAMES)
        return next((str(value) for value in values if value is not None), "")


class RejectedRow(Frozen):
    """A row that could not be imported, and why. ``row`` counts from 1 below the header."""

    row: int
    field: str
    reason: Wording
    raw: str = ""


class ImportBatch(ProjectItem):
    """One import of one file. ``outputs_known`` were there before; ``duplicates`` repeat another row.

    ``redacted``: how often each kind was taken out of each field; ``mostly_redacted``: outputs of which
    that was more than half.
    """

    file_name: str
    sha256: str
    mapping: dict[str, Any]
    rows_read: int
    outputs_new: int
    outputs_known: int
    rows_rejected: int
    duplicates: int = 0
    grades_new: int = 0
    verdicts_new: int = 0
    format: str = ""
    feedback_new: int = 0
    near_duplicates: int = 0
    redacted: dict[str, dict[str, int]] = Field(default_factory=dict)
    mostly_redacted: int = 0
    at: datetime = Field(default_factory=now)


class Pick(Frozen):
    """One output drawn into a sample. ``probability`` is its inclusion probability, if known."""

    output_id: str
    reason: str
    probability: float | None
    position: int


class Sample(ProjectItem):
    """A set of outputs drawn by a named, seeded rule."""

    rule: str
    seed: int
    picks: tuple[Pick, ...]
    parameters: dict[str, Any] = Field(default_factory=dict)
    author: str = ""
    at: datetime = Field(default_factory=now)

    @property
    def warnings(self) -> list[str]:
        """What to know of the draw."""
        texts: list[str] = self.parameters.get("warnings", [])
        return texts

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        picks = [pick.model_dump(include={"output_id", "reason", "probability"}) for pick in self.picks]
        head = {"sample": self.id, "n": len(picks), "warnings": self.warnings, "picks": picks}
        return head | self.model_dump(include={"rule", "seed"})
