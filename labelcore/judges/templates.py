"""A prompt as a text that a person can read and write: a system and a user part with slots in ``{{…}}``.

What fills a slot stands between marks that it cannot close, as ``prompts`` tells. A prompt that was brought
from elsewhere is not ``marked``: its words stay as they are, and what fills its slots stands there bare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labelcore.judges.prompts import DEFAULT_SYSTEM, DEFAULT_USER, Example, fence, inert, shown, token_of
from labelcore.llm import Message
from labelcore.models import Frozen, Output

SHARED = ("criterion", "statement", "examples")
"""Slots that are filled alike for every output; ``criterion`` is its name and its statement."""
ABOUT_OUTPUT = ("glossary", "conversation", "input", "context", "reference", "output")
"""Slots that each output fills anew; beside them ``metadata.KEY``, a field of its metadata."""
SLOTS = (*SHARED, *ABOUT_OUTPUT)
_SLOT = re.compile(rf"\{{\{{[ \t]*({'|'.join(SLOTS)}|metadata\.[^\s{{}}]+)[ \t]*\}}\}}")
_UNCLOSED = re.compile(rf"\{{\{{[ \t]*(?:{'|'.join(SLOTS)}|metadata\.[^\s{{}}]*)(?![^\n{{}}]*\}}\}})")
_ALIKE = re.compile(r"\{\{[ \t]*([^\s{}][^{}\n]{0,80}?)[ \t]*\}\}")


@dataclass(frozen=True)
class Filling:
    """What stands in the slots for one output. ``glossary``: the terms that occur, with their meanings."""

    name: str
    statement: str
    output: Output
    examples: Sequence[Example] = ()
    glossary: Mapping[str, str] | None = None

    @property
    def texts(self) -> dict[str, str]:
        """Every slot but ``examples`` and ``metadata.KEY``, bare."""
        output = self.output
        return {
            "criterion": f"{self.name}\n{self.statement}",
            "statement": self.statement,
            "glossary": "\n".join(f"{term} = {meaning}" for term, meaning in (self.glossary or {}).items()),
            "conversation": "\n".join(f"{turn.role}: {turn.content}" for turn in output.conversation),
            "input": output.input,
            "context": output.context,
            "reference": output.reference,
            "output": output.text,
        }

    def text_of(self, slot: str) -> str:
        """What fills a slot other than ``examples``; "" where the output has nothing for it."""
        if slot.startswith("metadata."):
            value = self.output.metadata.get(slot.removeprefix("metadata."))
            return "" if value is None else str(value)
        return self.texts[slot]


class Template(Frozen):
    """A prompt with slots. ``marked``: what fills a slot stands between marks that it cannot close."""

    system: str = ""
    user: str
    marked: bool = True

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots in the order of their first use."""
        return tuple(dict.fromkeys(_SLOT.findall(f"{self.system}\n{self.user}")))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What looks like a slot and is none: it would be asked as it stands."""
        names = _ALIKE.findall(f"{self.system}\n{self.user}")
        return tuple(dict.fromkeys(name for name in names if name not in self.slots))

    @property
    def unclosed(self) -> re.Match[str] | None:
        """The first slot that is opened and never closed; its place counts the system part, a line end and
        the user part.
        """
        return _UNCLOSED.search(f"{self.system}\n{self.user}")

    @property
    def words(self) -> str:
        """What it says itself, without its slots."""
        return _ALIKE.sub(" ", f"{self.system}\n\n{self.user}")

    def render(self, filling: Filling) -> list[Message]:
        """The messages about one output; a paragraph of nothing but empty slots falls out."""
        fill = _marked(filling) if self.marked else _bare(filling)
        parts = (("system", self.system), ("user", self.user))
        if not self.marked:
            texts = ((role, _SLOT.sub(lambda slot: fill(slot[1]), text)) for role, text in parts)
        else:
            texts = ((role, _paragraphs(text, fill)) for role, text in parts)
        return [{"role": role, "content": text} for role, text in texts if text]


def _paragraphs(text: str, fill: Callable[[str], str]) -> str:
    paragraphs = []
    for paragraph in text.split("\n\n"):
        content = _SLOT.sub(lambda slot: fill(slot[1]), paragraph)
        if content.strip() or not _SLOT.search(paragraph):
            paragraphs.append(content)
    return "\n\n".join(paragraphs)


def _bare(filling: Filling) -> Callable[[str], str]:
    """Texts as they are; of examples the verdict, the text and the note."""

    def fill(slot: str) -> str:
        if slot != "examples":
            return inert(filling.text_of(slot))
        return "\n\n".join(f"[{title}]\n{inert(text)}" for title, text in shown(filling.examples))

    return fill


def _marked(filling: Filling) -> Callable[[str], str]:
    """Texts between marks: what all outputs share with one token, the rest with the output's."""
    output, examples = filling.output, list(shown(filling.examples))
    token = token_of(output.text, output.input, output.context, filling.statement)
    same = token_of(filling.name, filling.statement, *(text for _, text in examples))

    def fill(slot: str) -> str:
        if slot == "examples":
            return "\n\n".join(fence(title, text, same, token) for title, text in examples)
        text = filling.text_of(slot)
        tokens = (same, token) if slot in SHARED else (token, same)
        return fence(slot, text, *tokens) if text or slot == "output" else ""

    return fill


DEFAULT = Template(system=DEFAULT_SYSTEM, user=DEFAULT_USER)
"""What a judge asks whose specification has no template."""
