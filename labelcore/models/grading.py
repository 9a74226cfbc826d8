"""What people say: grades, comparisons, rulings, codes of notes, criteria."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from labelcore.models.base import (
    CriterionOrigin,
    CriterionStatus,
    Frozen,
    GradeValue,
    Preference,
    ProjectItem,
    Risk,
    Severity,
    now,
)

GradeSource = Literal[
    "person",
    "import",
    "suggestion",
    "feedback",
    "repeat",
    "relook",
    "calibration",
    "gold",
    "alike",
    "released",
]
"""``alike``: a copy of what the person said of a near-identical output. ``released``: a skip that a lead
repeated for the person, so that the output goes to somebody else.
"""
APART: frozenset[GradeSource] = frozenset({"repeat", "calibration", "gold"})
"""Grades from these count in no label and no rate."""


class Grade(ProjectItem):
    """One act of grading: an event that is never changed, only superseded (by "undone": taken back).

    ``id`` may be made by the client, so that the same press sent twice is stored once. It is about the
    output as a whole, one criterion, or one ``field`` (a JSON pointer). ``level``: 1 is the worst.
    ``sample_id``: the sample or the calibration round that it was given for.
    """

    output_id: str
    annotator: str
    value: GradeValue
    criterion_id: str | None = None
    criterion_version: int | None = None
    field: str | None = None
    level: int | None = None
    note: str = ""
    spans: tuple[dict[str, Any], ...] = ()
    corrected_text: str | None = None
    seconds: float | None = None
    judge_shown: bool = False
    source: GradeSource = "person"
    supersedes: str | None = None
    sample_id: str | None = None
    at: datetime = Field(default_factory=now)

    @property
    def is_overall(self) -> bool:
        """Whether it is about the output as a whole."""
        return self.criterion_id is None and self.field is None

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        return self.model_dump(include={"id", "output_id", "annotator", "value", "level", "field", "note"})


class Assignment(ProjectItem):
    """Outputs that somebody is to grade: a person, or everybody who ``knows`` a subject.

    The outputs: those whose ``fields`` have one of the values, of one import (``batch``), else all.
    ``share``: they are divided among those who have a share of them, in proportion; None: any of them.
    ``quota``: so many at most; ``a_day``: so many are asked for each day. Neither depends on a grade.
    """

    person: str = ""
    knows: str = ""
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    batch: str | None = None
    share: float | None = Field(default=None, gt=0, le=100)
    quota: int | None = Field(default=None, ge=1)
    a_day: int | None = Field(default=None, ge=1)
    ended: bool = False
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class Expertise(Frozen):
    """What somebody reads (languages) and knows (subjects) in a project; nothing to read: everything."""

    project_id: str
    person: str
    reads: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class Comparison(ProjectItem):
    """One act of comparing the outputs of two pipeline versions on the same input: an event.

    ``first_id`` belongs to the first version, wherever it stood on the screen; ``left_id`` stood on the left.
    """

    first_id: str
    second_id: str
    annotator: str
    value: Preference
    note: str = ""
    seconds: float | None = None
    left_id: str = ""
    supersedes: str | None = None
    at: datetime = Field(default_factory=now)

    @property
    def pair(self) -> str:
        """The id of the pair."""
        return f"{self.first_id}~{self.second_id}"


class Ruling(ProjectItem):
    """What an output's grade is where people disagreed; ``withdrawn`` takes the ruling before it back.

    ``unclear``: no grade is right, because a criterion (``about``; else the ``criterion_id``) does not say.
    """

    output_id: str
    value: Literal["pass", "fail", "unclear", "withdrawn"]
    reason: str
    author: str
    criterion_id: str | None = None
    criterion_version: int | None = None
    about: str | None = None
    at: datetime = Field(default_factory=now)


class Comment(ProjectItem):
    """What somebody says of a conflict; never changed. ``mentions``: names; ``seen``: no words, but that the
    author has read what was said.
    """

    output_id: str
    criterion_id: str | None = None
    text: str = ""
    mentions: tuple[str, ...] = ()
    seen: bool = False
    author: str
    at: datetime = Field(default_factory=now)


class Relook(ProjectItem):
    """People are asked to look at an output again; ``is_open``: they are shown what the others gave."""

    output_id: str
    criterion_id: str | None = None
    people: tuple[str, ...]
    is_open: bool = False
    reason: str = ""
    author: str
    at: datetime = Field(default_factory=now)


class Guideline(ProjectItem):
    """What counts as good in a project, in Markdown and one language; "" ends it. ``version``: counted over
    all languages of the project.
    """

    version: int
    language: Literal["en", "zh"]
    text: str
    author: str = ""
    why: str = ""
    at: datetime = Field(default_factory=now)


class GuidelineExample(ProjectItem):
    """An output that the guidelines show as what passes or fails; ``withdrawn``: not any more."""

    output_id: str
    value: Literal["pass", "fail", "withdrawn"]
    why: str
    author: str = ""
    at: datetime = Field(default_factory=now)


class Calibration(ProjectItem):
    """A few outputs that people grade blind, to see how far they agree. ``people``: who; () is everybody.

    ``counts``: they were drawn among ``pool`` outputs that were to be graded anyway and nobody had graded, so
    that its grades are ordinary ones with the chances that the outputs have; else they are kept apart.
    """

    number: int
    outputs: tuple[str, ...]
    people: tuple[str, ...] = ()
    counts: bool = False
    pool: int = 0
    seed: int = 0
    state: Literal["open", "revealed", "dropped"] = "open"
    why: str = ""
    begun_at: datetime = Field(default_factory=now)
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class Gold(ProjectItem):
    """An output whose ruling people's grades are held against; ``training``: newcomers begin with it, else it
    is mixed in unannounced.
    """

    output_id: str
    training: bool = False
    ended: bool = False
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class Trained(Frozen):
    """That somebody may grade: they got ``correct`` of ``n`` training outputs right, or the lead says so.

    ``sent back``: they train again, from the ``begun``-th time on that they see the outputs.
    """

    project_id: str
    person: str
    state: Literal["passed", "let through", "sent back"]
    correct: int = 0
    n: int = 0
    begun: int = 0
    made_by: str = ""
    at: datetime = Field(default_factory=now)


class Evidence(Frozen):
    """A quote that supports a criterion: words of a grade's note or, ``marked``, of its output."""

    grade_id: str
    output_id: str
    quote: str
    marked: bool = False


class Code(ProjectItem):
    """What some notes say, in a few words, and the criterion that it was put under."""

    label: str
    state: Literal["proposed", "accepted", "dropped"] = "proposed"
    criterion_id: str | None = None
    origin: Literal["offline", "model", "person"] = "offline"
    author: str = ""
    why: str = ""
    at: datetime = Field(default_factory=now)


class Quote(Frozen):
    """A verbatim part of a grade's note, or words marked in its output, and the code it carries.

    ``sure``: how sure the proposal is, from 0 to 1; None where a person decided.
    """

    project_id: str
    grade_id: str
    output_id: str
    text: str
    code_id: str | None
    marked: bool = False
    sure: float | None = None
    author: str = ""
    at: datetime = Field(default_factory=now)

    def evidence(self) -> Evidence:
        """The quote as evidence."""
        return Evidence(grade_id=self.grade_id, output_id=self.output_id, quote=self.text, marked=self.marked)


class Criterion(ProjectItem):
    """One thing that makes an output good, in one version of its wording.

    ``risk``: what it costs when an output breaks it unnoticed, ``risk_why`` in words; None takes the
    project's risk. ``restores``: the earlier version that this one brings back, where an undo made it.
    ``shared_name``: what its file calls it, where another criterion had that name here.
    """

    version: int
    name: str
    statement: str
    severity: Severity = "must"
    max_false_failure_rate: float = 0.25
    risk: Risk | None = None
    risk_why: str = ""
    origin: CriterionOrigin = "notes"
    status: CriterionStatus = "proposed"
    pass_examples: tuple[str, ...] = ()
    fail_examples: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    wording_only: bool = False
    restores: int | None = None
    shared_name: str = ""
    author: str = ""
    why: str = ""
    evidence: tuple[Evidence, ...] = ()
    at: datetime = Field(default_factory=now)

    def document(self) -> dict[str, Any]:
        """The JSON form: where it comes from is its ``kind``, and each quote stands with its output."""
        fields = self.model_dump(exclude={"project_id", "origin", "evidence"})
        quotes = [quote.model_dump(include={"output_id", "quote"}) for quote in self.evidence]
        return fields | {"kind": self.origin, "evidence": quotes}
