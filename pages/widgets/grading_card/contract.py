"""What travels between the card in the browser and the page in Python, as frozen models."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from labelcore.models import Frozen, GradeValue, Severity

MAX_TEXT = 200_000
"""Characters of one text that are sent to the browser; the card says how many it leaves out."""
MAX_METADATA = 40
MAX_METADATA_VALUE = 500

CardConversation = tuple[tuple[str, str], ...]
"""Messages in order, each as (role, content)."""


class CardGrade(Frozen):
    """The grade that this person has in force for an output. ``client_id`` is the grade's id."""

    value: GradeValue
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


class CardSuggestion(Frozen):
    """The chosen judges' verdict on an output."""

    value: Literal["pass", "fail"]
    reason: str = ""


class CardItem(Frozen):
    """One output as the card shows it. ``position`` is its place in the sample, from 1;
    a half stands between two places and is shown as the later one.
    """

    output_id: str
    position: float
    text: str
    input: str = ""
    context: str = ""
    conversation: CardConversation = ()
    metadata: Mapping[str, Any] = Field(default_factory=dict)
    reason_for_pick: str = ""
    current: CardGrade | None = None
    suggestion: CardSuggestion | None = None
    marks: Mapping[str, CardGrade] = Field(default_factory=dict)
    """This person's grades of single criteria, by the criterion's id."""

    def as_data(self, *, known: bool = False) -> dict[str, Any]:
        """The item as plain JSON, with overlong texts cut and the length of the rest kept.

        With ``known`` only what may have changed: an output's texts never do.
        """
        current = self.current.model_dump() if self.current else None
        marks = {criterion: grade.model_dump() for criterion, grade in self.marks.items()}
        moving = {
            "output_id": self.output_id, "position": self.position, "current": current,
            "marks": marks,
            "suggestion": self.suggestion.model_dump() if self.suggestion else None,
        }  # fmt: skip
        if known:
            return moving
        return moving | {
            "text": _cut(self.text),
            "input": _cut(self.input),
            "context": _cut(self.context),
            "conversation": [[role[:100], _cut(content)] for role, content in self.conversation],
            "metadata": _small(self.metadata),
            "reason_for_pick": self.reason_for_pick,
        }


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
    value: GradeValue
    note: Annotated[str, Field(max_length=50_000)] = ""
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    shown_at: datetime | None = None
    supersedes: Annotated[str, Field(max_length=80)] | None = None
    criterion_id: Annotated[str, Field(max_length=120)] | None = None
    criterion_version: int | None = None
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
