"""What travels between the card in the browser and the page in Python, as frozen models."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from labelcore.models import Frozen, GradeValue, Severity

MAX_TEXT = 200_000
"""Characters of one text that are sent to the browser; the card says how many it leaves out."""
MAX_METADATA = 40
MAX_METADATA_VALUE = 500
MAX_TERMS = 200

Language = Literal["en", "zh"]
CardValue = Literal[GradeValue, "left", "right", "tie"]
"""A grade, or which of two outputs side by side is better."""


class CardTurn(Frozen):
    """One message of a conversation; ``calls`` are (tool, arguments as written)."""

    role: str
    content: str
    name: str = ""
    calls: tuple[tuple[str, str], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The message as plain JSON."""
        return {
            "role": self.role[:100],
            "name": self.name[:100],
            "content": _cut(self.content),
            "calls": [[tool[:200], _cut(arguments)] for tool, arguments in self.calls[:50]],
        }


class CardGrade(Frozen):
    """The grade that this person has in force for an output. ``client_id`` is the grade's id."""

    value: CardValue
    level: int | None = None
    note: str = ""
    client_id: str | None = None
    spans: tuple[Mapping[str, Any], ...] = ()
    corrected_text: str | None = None


class CardCriterion(Frozen):
    """One criterion that is asked of every output."""

    id: str
    version: int
    name: str
    severity: Severity
    statement: str = ""


class CardLevel(Frozen):
    """One level of an ordinal grade, and what it amounts to."""

    name: str
    value: Literal["pass", "fail"]


class CardField(Frozen):
    """One field of a structured output that is asked for; ``pointer`` is a JSON pointer."""

    pointer: str
    value: str = ""


class CardSetting(Frozen):
    """What is the same for all cards of one person in one project.

    ``annotator`` and ``project`` name the queue in the browser's storage. ``criteria`` are asked of
    every output beside the whole; () asks for the whole only. ``scale``: the levels that are asked
    in place of pass and fail, the worst first. ``compare``: items carry two outputs, and which is
    better is asked. ``suggest_first`` shows the items' suggestions before the grade is given, not
    only after it. ``phrases`` are offered beside the note box, at most nine; None leaves those that the
    card has. ``asked_version``: of the
    criterion whose wording stands on the page; each press carries the one that was read.
    """

    annotator: str
    project: str
    language: Language = "en"
    criteria: tuple[CardCriterion, ...] = ()
    scale: tuple[CardLevel, ...] = ()
    compare: bool = False
    suggest_first: bool = False
    phrases: tuple[str, ...] | None = ()
    asked_version: int | None = None

    def as_data(self) -> dict[str, Any]:
        """The setting as plain JSON."""
        setting = self.model_dump(mode="json", exclude={"phrases"})
        if self.phrases is None:
            return setting
        return setting | {"phrases": [words[:80] for words in self.phrases[:9]]}


class CardSuggestion(Frozen):
    """The chosen judges' verdict on an output."""

    value: Literal["pass", "fail"]
    reason: str = ""


class CardTerm(Frozen):
    """A term that occurs in an item's texts, and what it means there."""

    term: str
    meaning: str


class CardItem(Frozen):
    """One output as the card shows it. ``position`` is its place in the sample, from 1;
    a half stands between two places and is shown as the later one.

    ``other`` is the output on the right where two are compared. ``reference`` is a text that the
    output should resemble: it is shown, and the differences to it on request. ``terms``, the
    longest first, are marked in all texts and tell their meaning.
    """

    output_id: str
    position: float
    text: str
    input: str = ""
    context: str = ""
    other: str | None = None
    reference: str = ""
    conversation: tuple[CardTurn, ...] = ()
    fields: tuple[CardField, ...] = ()
    terms: tuple[CardTerm, ...] = ()
    metadata: Mapping[str, Any] = Field(default_factory=dict)
    reason_for_pick: str = ""
    current: CardGrade | None = None
    suggestion: CardSuggestion | None = None
    marks: Mapping[str, CardGrade] = Field(default_factory=dict)
    """This person's grades of single criteria and fields, by the criterion's id or pointer."""

    @property
    def terms_key(self) -> str:
        """Changes with the terms and their meanings; "" where there are none."""
        if not self.terms:
            return ""
        joined = "\x1f".join(f"{term.term}\x1e{term.meaning}" for term in self.terms[:MAX_TERMS])
        return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def as_data(self, *, known: bool = False, known_terms: str = "") -> dict[str, Any]:
        """The item as plain JSON, with overlong texts cut and the length of the rest kept.

        With ``known`` only what may have changed: an output's texts never do. ``known_terms`` is the
        key of the terms that the browser holds for it.
        """
        terms = {"terms": [term.model_dump() for term in self.terms[:MAX_TERMS]], "terms_key": self.terms_key}
        current = self.current.model_dump() if self.current else None
        marks = {criterion: grade.model_dump() for criterion, grade in self.marks.items()}
        moving = {
            "output_id": self.output_id,
            "position": self.position,
            "current": current,
            "marks": marks,
            "suggestion": self.suggestion.model_dump() if self.suggestion else None,
        }
        if known:
            return moving | (terms if self.terms_key != known_terms else {})
        return (
            moving
            | terms
            | {
                "text": _cut(self.text),
                "input": _cut(self.input),
                "context": _cut(self.context),
                "other": None if self.other is None else _cut(self.other),
                "reference": _cut(self.reference),
                "conversation": [turn.as_data() for turn in self.conversation],
                "fields": [field.model_dump() for field in self.fields],
                "metadata": _small(self.metadata),
                "reason_for_pick": self.reason_for_pick,
            }
        )


class CardSpan(Frozen):
    """Words that somebody marked; ``start`` is -1 where they were laid out differently."""

    part: Literal["output", "shown"]
    text: Annotated[str, Field(max_length=2_000)]
    start: int = -1
    end: int = -1


class CardEvent(Frozen):
    """One press, made in the browser. ``output_id`` is the output SHOWN when it was made.

    ``client_id`` is the idempotency key: the same press may arrive many times. ``supersedes`` names
    the grade that this one replaces or, when ``value`` is ``undone``, takes back. ``seconds`` is
    the time during which the output was visible before the press.
    """

    client_id: Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
    output_id: Annotated[str, Field(min_length=1, max_length=200)]
    value: CardValue
    level: Annotated[int, Field(ge=1, le=9)] | None = None
    note: Annotated[str, Field(max_length=50_000)] = ""
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    shown_at: datetime | None = None
    supersedes: Annotated[str, Field(max_length=80)] | None = None
    criterion_id: Annotated[str, Field(max_length=120)] | None = None
    criterion_version: int | None = None
    field: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    spans: Annotated[tuple[CardSpan, ...], Field(max_length=20)] = ()
    corrected_text: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    judge_shown: bool = False
    agreed: bool = False

    @field_validator("note", "corrected_text", mode="before")
    @classmethod
    def _storable(cls, note: object) -> object:
        # Half a character cannot be written as UTF-8, and must not cost the grade.
        return note.encode("utf-8", "replace").decode() if isinstance(note, str) else note


CardEvents = tuple[CardEvent, ...]
"""Presses in the order in which they were made."""


def read_events(payload: object) -> tuple[CardEvents, dict[str, str]]:
    """Split what a browser sent into usable events and refused ones (client_id -> reason).

    Whatever is sent, this does not raise: the browser is not trusted, and one malformed event must
    not hold up the others.
    """
    sent = payload.get("events") if isinstance(payload, Mapping) else None
    events: list[CardEvent] = []
    refused: dict[str, str] = {}
    for raw in sent if isinstance(sent, list) else []:
        try:
            events.append(CardEvent.model_validate(raw))
        except ValidationError as error:
            client_id = raw.get("client_id") if isinstance(raw, Mapping) else None
            if isinstance(client_id, str):
                refused[client_id] = _reason(error)
    return tuple(events), refused


def _reason(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _cut(text: str) -> str | dict[str, Any]:
    if len(text) <= MAX_TEXT:
        return text
    return {"text": text[:MAX_TEXT], "left_out": len(text) - MAX_TEXT}


def _small(metadata: Mapping[str, Any]) -> dict[str, str]:
    shown = list(metadata.items())[:MAX_METADATA]
    return {str(name)[:100]: str(value)[:MAX_METADATA_VALUE] for name, value in shown}
