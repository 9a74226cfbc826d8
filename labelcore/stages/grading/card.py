"""What travels between the grading card in a browser and the library, on a page and in a pack."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from labelcore.models import Frozen, GradeValue, Severity
from labelcore.wording import Wording

MAX_TEXT = 200_000
"""Characters of one text that are sent to the browser; the card says how many it leaves out."""
LONGEST_NOTE = 50_000
MAX_METADATA = 40
MAX_METADATA_VALUE = 500
MAX_TERMS = 200
MAX_EXAMPLES = 20
MAX_EXAMPLE = 1_500

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
    required: bool = False


class CardLevel(Frozen):
    """One level of an ordinal grade, and what it amounts to."""

    name: str
    value: Literal["pass", "fail"]


class CardField(Frozen):
    """One field of a structured output that is asked for; ``pointer`` is a JSON pointer."""

    pointer: str
    value: str = ""


class CardExample(Frozen):
    """An output in the guidelines, and why it passes or fails."""

    value: Literal["pass", "fail"]
    why: str
    text: str


class CardGuideline(Frozen):
    """What the person is told, in every language that it is written in; ``versions``: which is newest."""

    texts: Mapping[Language, str] = Field(default_factory=dict)
    versions: Mapping[Language, int] = Field(default_factory=dict)
    examples: tuple[CardExample, ...] = ()

    @cached_property
    def key(self) -> str:
        """Changes with every word of it."""
        return hashlib.sha256(self.model_dump_json().encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @cached_property
    def data(self) -> dict[str, Any]:
        """As plain JSON; of a long output the beginning."""
        cut = [
            example.model_dump() | {"text": example.text[:MAX_EXAMPLE]}
            for example in self.examples[:MAX_EXAMPLES]
        ]
        return {"key": self.key, "texts": self.texts, "versions": self.versions, "examples": cut}


class CardSetting(Frozen):
    """What is the same for all cards of one person in one project.

    ``annotator`` and ``project`` name the queue in the browser's storage. ``criteria`` are asked beside the
    whole. ``scale``: levels in place of pass and fail, the worst first. ``compare``: items carry two outputs.
    ``suggest_first``: suggestions before the grade is given. ``phrases``: beside the note box, at most nine;
    None leaves those that the card has. ``asked_version``: of the criterion whose wording stands on the page.
    ``guideline``: what the person is told before the first grade; ``guideline_seen``: its newest version that
    they were told, on whatever device.
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
    guideline: CardGuideline = CardGuideline()
    guideline_seen: int = 0

    def as_data(self) -> dict[str, Any]:
        """The setting as plain JSON."""
        setting = self.model_dump(mode="json", exclude={"phrases", "guideline"})
        setting["guideline"] = self.guideline.data
        if self.phrases is None:
            return setting
        return setting | {"phrases": [words[:80] for words in self.phrases[:9]]}


class CardSuggestion(Frozen):
    """The chosen judges' verdict on an output: fail where any of them fails it."""

    value: Literal["pass", "fail"]
    reason: str = ""


class CardTerm(Frozen):
    """A term that occurs in an item's texts, and what it means there."""

    term: str
    meaning: str


class CardItem(Frozen):
    """One output as the card shows it. ``position``: its place in the sample, from 1; a half is shown as the
    later one. ``other``: the output on the right. ``reference``: what it should resemble. ``terms``: the
    longest first. ``marks``: this person's grades of criteria and fields, by id or pointer. ``opinions``:
    what others gave, where the person is to look again and may see it. ``alike``: near-identical outputs that
    get the same grade.
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
    reason_for_pick: Wording | str = ""
    current: CardGrade | None = None
    suggestion: CardSuggestion | None = None
    marks: Mapping[str, CardGrade] = Field(default_factory=dict)
    opinions: tuple[Mapping[str, Any], ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def terms_key(self) -> str:
        """Changes with the terms and their meanings; "" where there are none."""
        if not self.terms:
            return ""
        text = "\x1f".join(f"{term.term}\x1e{term.meaning}" for term in self.terms[:MAX_TERMS])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def as_data(self, *, known: bool = False, known_terms: str = "") -> dict[str, Any]:
        """The item as plain JSON, overlong texts cut. With ``known`` only what may have changed: an output's
        texts never do. ``known_terms``: the key of the terms that the browser holds for it.
        """
        terms = {"terms": [term.model_dump() for term in self.terms[:MAX_TERMS]], "terms_key": self.terms_key}
        moving = self.model_dump(include={"output_id", "position", "current", "marks", "suggestion"})
        if known:
            return moving | (terms if self.terms_key != known_terms else {})
        texts = {name: _cut(getattr(self, name)) for name in ("text", "input", "context", "reference")}
        fields = list(self.metadata.items())[:MAX_METADATA]
        rest = {
            "other": None if self.other is None else _cut(self.other),
            "conversation": [turn.as_data() for turn in self.conversation],
            "fields": [field.model_dump() for field in self.fields],
            "metadata": {str(name)[:100]: str(value)[:MAX_METADATA_VALUE] for name, value in fields},
            "reason_for_pick": self.reason_for_pick,
            "opinions": [dict(opinion) for opinion in self.opinions],
            "alike": [_cut(text) for text in self.alike[:MAX_EXAMPLES]],
        }
        return moving | terms | texts | rest


class CardSpan(Frozen):
    """Words that somebody marked; ``start`` is -1 where they were laid out differently."""

    part: Literal["output", "shown"]
    text: Annotated[str, Field(max_length=2_000)]
    start: int = -1
    end: int = -1


class CardEvent(Frozen):
    """One press in the browser, on the output SHOWN. ``client_id``: the same press may arrive many times.
    ``supersedes``: the grade that it replaces or, when "undone", takes back. ``seconds``: visible before it.
    """

    client_id: Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
    output_id: Annotated[str, Field(min_length=1, max_length=200)]
    value: CardValue
    level: Annotated[int, Field(ge=1, le=9)] | None = None
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
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

    @property
    def is_overall(self) -> bool:
        """Whether it is about the output as a whole."""
        return self.criterion_id is None and self.field is None

    @field_validator("note", "corrected_text", mode="before")
    @classmethod
    def _storable(cls, note: object) -> object:
        # Half a character cannot be written as UTF-8, and must not cost the grade.
        return note.encode("utf-8", "replace").decode() if isinstance(note, str) else note


CardEvents = tuple[CardEvent, ...]
"""Presses in the order in which they were made."""


def read_events(payload: object) -> tuple[CardEvents, dict[str, str]]:
    """Usable events and refused ones (client_id -> reason); the browser is not trusted, so nothing raises."""
    sent = payload.get("events") if isinstance(payload, Mapping) else None
    events: list[CardEvent] = []
    refused: dict[str, str] = {}
    for raw in sent if isinstance(sent, list) else []:
        try:
            events.append(CardEvent.model_validate(raw))
        except ValidationError as error:
            client_id = raw.get("client_id") if isinstance(raw, Mapping) else None
            if isinstance(client_id, str):
                first = error.errors()[0]
                refused[client_id] = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return tuple(events), refused


def _cut(text: str) -> str | dict[str, Any]:
    if len(text) <= MAX_TEXT:
        return text
    return {"text": text[:MAX_TEXT], "left_out": len(text) - MAX_TEXT}


class CardWaiting(Frozen):
    """Why there is nothing to grade now, in words; ``kind`` as `queueing.Wait` has it."""

    kind: str
    says: str
    next_step: str


class CardNews(Frozen):
    """The coming outputs, the setting, and what became of the presses.

    ``items``: the output to grade now and about ten after it, and a few graded before it, to look back.
    ``place``: 1-based, of the first output to grade; ``total + 1`` when all are graded. ``done``: by this
    person (default: ``place - 1``). ``acknowledged``: client_ids that are stored durably. ``refused``:
    client_id -> sentence, for presses that can never be stored. ``pace``: a quiet line on top. ``page``: what
    the page around the card depends on; when it changes, the card asks for a run. ``stamp``: taken before the
    outputs were read; of two with the same ``epoch`` (a server's life) the lower knows less. ``waiting``:
    where nothing is to be graded; without it all are. ``told``: once, of what was just pressed.
    """

    items: tuple[CardItem, ...]
    setting: CardSetting
    place: int
    total: int
    done: int | None = None
    acknowledged: tuple[str, ...] = ()
    refused: Mapping[str, str] = Field(default_factory=dict)
    pace: str = ""
    page: str = ""
    epoch: str | None = None
    stamp: int = 0
    waiting: CardWaiting | None = None
    told: str = ""

    @property
    def is_done(self) -> bool:
        """Nothing is left to grade (what was graded last may still be among the items)."""
        return self.place > self.total

    def as_data(self, words: Mapping[str, str], have: Collection[str] = ()) -> dict[str, Any]:
        """Plain JSON with the card's words, without what the browser holds (see `held_by_browser`)."""
        terms_held = dict(key.rsplit("#", 1) for key in have if "#" in key)
        language = self.setting.language
        news = {
            "items": [
                card.as_data(known=card.output_id in have, known_terms=terms_held.get(card.output_id, ""))
                for card in self.items
            ],
            "place": self.place,
            "total": self.total,
            "done": self.place - 1 if self.done is None else self.done,
            "acknowledged": list(self.acknowledged),
            "refused": dict(self.refused),
            "messages": None if language in have else dict(words),
            "pace": self.pace,
            "page": self.page,
            "epoch": self.epoch,
            "stamp": self.stamp,
            "told": self.told,
            "waiting": self.waiting.model_dump() if self.waiting else None,
        }
        news |= self.setting.as_data()
        if self.setting.guideline.key in have:
            news["guideline"] = None
        return news


def held_by_browser(payload: object) -> set[str]:
    """What need not be sent again: output ids, the language, the guideline's key, ``id#key`` of terms."""
    have = payload.get("have") if isinstance(payload, Mapping) else None
    return {name for name in have if isinstance(name, str)} if isinstance(have, list) else set()
