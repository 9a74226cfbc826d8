"""What of a model's answer holds: quotes that stand in the notes; the rest is left out, counted, with why."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from labelcore.models import Frozen
from labelcore.stages.deriving.clauses import Clause
from labelcore.text.reading import han_share
from labelcore.wording import Wording

_SHORTEST = 4  # characters of a quote that is looked for in other notes; one Han character counts for two
_SHOWN = 120

INVENTED = Wording("quotes that are not in the note that they cite, nor in another")
UNKNOWN = Wording("citations of notes that do not exist")
EMPTY = Wording("entries without a name")
BEYOND = Wording("entries beyond what one answer may hold")
UNFOUNDED = Wording("criteria and codes of which no quote holds")
KNOWN = Wording("criteria that are there already, or were rejected")
REPEATED = Wording("criteria that say the same as another one, whose quotes went to that")


def _counted(why: Wording, n: int) -> Wording:
    """So many of what was left out for a reason."""
    return {
        INVENTED: Wording("{n} quotes that no note holds", n=n),
        UNKNOWN: Wording("{n} citations of notes that do not exist", n=n),
        EMPTY: Wording("{n} entries without a name", n=n),
        BEYOND: Wording("{n} entries beyond what one answer may hold", n=n),
        UNFOUNDED: Wording("{n} entries, criteria or codes, of which no quote holds", n=n),
        KNOWN: Wording("{n} criteria known already, or rejected before", n=n),
        REPEATED: Wording("{n} criteria with the sense of another one, to which their quotes went", n=n),
    }[why]


class CitedNote(BaseModel):
    """A note by its number, with words copied from it."""

    note: int
    quote: str = Field(json_schema_extra={"maxLength": 300})


class AnswerLoss(Frozen):
    """One thing of a model's answer that was left out."""

    what: Literal["quote", "criterion", "code"]
    text: str
    why: Wording


class AnswerLosses:
    """What was left out of the model's answers; ``relocated``: quotes that stood under a wrong number."""

    def __init__(self) -> None:
        self.dropped: list[AnswerLoss] = []
        self.relocated = 0

    def drop(self, what: Literal["quote", "criterion", "code"], text: str, why: Wording) -> None:
        """Leave it out."""
        self.dropped.append(AnswerLoss(what=what, text=tidy(text, _SHOWN), why=why))

    def says(self) -> list[Wording]:
        """A sentence for each reason that occurred."""
        counts = Counter(dropped.why for dropped in self.dropped)
        sentences = [
            Wording("The model's answers held {things}: left out.", things=_counted(why, n))
            for why, n in counts.items()
        ]
        if self.relocated:
            sentences.append(
                Wording(
                    "{n} quotes stood under a wrong number; they are with the notes that hold them.",
                    n=self.relocated,
                )
            )
        return sentences

    def cited(self, notes: Sequence[CitedNote], part: Sequence[Clause]) -> Iterator[tuple[int, str]]:
        """The citations that hold, as number and quote; a quote under a wrong number where it stands"""
        texts = [" ".join(clause.text.splitlines()) for clause in part]
        for cited in notes:
            quote = cited.quote.strip()
            exists = 0 <= cited.note < len(part)
            if exists and quote and quote in texts[cited.note]:
                yield cited.note, quote
                continue
            holding = [at for at, text in enumerate(texts) if quote in text] if _is_telling(quote) else []
            if holding:
                self.relocated += 1
                yield min(holding, key=lambda at: abs(at - cited.note)), quote
            else:
                self.drop("quote", quote, INVENTED if exists else UNKNOWN)


def _is_telling(quote: str) -> bool:
    return len(quote) * (1 + han_share(quote)) >= _SHORTEST


def tidy(label: str, longest: int) -> str:
    """A label on one line, without characters that steer a terminal or the direction of text."""
    visible = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in label)
    plain = " ".join(visible.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1].rstrip()}…"
