"""The prompts that a program holds, be it Python or JavaScript, with the names that they have there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from labelcore.judges.foreign_prompts import javascript, python
from labelcore.judges.foreign_prompts.slots import paired, slot_like
from labelcore.judges.foreign_prompts.variables import shows_output, take

Messages = list[tuple[str, str]]
_SYSTEM = ("system", "developer")
_SYSTEM_NAME = re.compile(r"(?:\A|[._])sys(?:tem)?(?:_|\Z)", re.IGNORECASE)
_USER_NAME = re.compile(r"user|User|USER")
_SYSTEM_FOR = {"user": "system", "User": "System", "USER": "SYSTEM"}
_PLACE = re.compile(r"[$%]?[{(]{1,2}[^{}()\n]{1,80}[})]{1,2}")
_RUBRICS = frozenset("criteria criterion rubric guidelines guideline".split())
_FEWEST_LETTERS = 3
_SHORTEST = 60


class ProgramPrompt(NamedTuple):
    """A prompt's messages as (role, text), and its name in the program."""

    name: str
    messages: Messages

    @classmethod
    def of(cls, name: str, text: str) -> ProgramPrompt:
        """A prompt of one text."""
        return cls(name, [("user", text)])

    @property
    def text(self) -> str:
        """The words of all messages."""
        return "\n".join(words for _, words in self.messages)

    @property
    def shows_output(self) -> bool:
        """Whether one of its variables is the output, by its name."""
        return shows_output(self.text)

    @property
    def compares(self) -> bool:
        """Whether several of its variables are outputs, by their names."""
        return list(paired(take("", self.text).names).values()).count("output") > 1

    @property
    def asks(self) -> bool:
        """Whether it has words beside what is filled in, and so many of them that it can be a prompt."""
        if len(re.findall(r"[^\W\d_]", _PLACE.sub("", self.text))) < _FEWEST_LETTERS:
            return False
        return self.is_system or len(self.text) >= _SHORTEST or bool(take("", self.text).names)

    @property
    def is_system(self) -> bool:
        """Whether it is a system message alone, by its role or its name."""
        if all(role in _SYSTEM for role, _ in self.messages):
            return True
        return len(self.messages) == 1 and _SYSTEM_NAME.search(_snake(self.name)) is not None


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def likeliest(prompts: Sequence[ProgramPrompt]) -> ProgramPrompt:
    """The prompt that a judge would be: one that shows the output and compares none, messages first, else the
    longest; with the system message of its name, else the only one that stands beside it in the program.
    """

    def rank(prompt: ProgramPrompt) -> tuple[bool, bool, bool, bool, int]:
        several = len(prompt.messages) > 1
        return prompt.shows_output, not prompt.compares, several, not prompt.is_system, len(prompt.text)

    chosen = max(prompts, key=rank)
    if chosen.is_system or any(role in _SYSTEM for role, _ in chosen.messages):
        return chosen
    systems = {prompt.name: prompt.text for prompt in prompts if prompt.is_system}
    twin = systems.get(_USER_NAME.sub(lambda word: _SYSTEM_FOR[word[0]], chosen.name))
    beside = {twin} if twin else {*systems.values()} - {chosen.text} - _of_others(prompts)
    if len(beside) != 1:
        return chosen
    return chosen._replace(messages=[("system", beside.pop()), *chosen.messages])


def _of_others(prompts: Sequence[ProgramPrompt]) -> set[str]:
    """The system messages that stand in a list with other words, or with an input, and belong to these."""
    system: set[str] = set()
    for prompt in prompts:
        user = "\n".join(words for role, words in prompt.messages if role not in _SYSTEM)
        known = any(slot_like(name) for name in take("", user).names)
        if known or re.search(r"[^\W\d_]", _PLACE.sub("", user)):
            system.update(words for role, words in prompt.messages if role in _SYSTEM)
    return system


def others_than(chosen: ProgramPrompt, prompts: Sequence[ProgramPrompt]) -> list[str]:
    """The names of further judge's prompts, and of system messages that may belong to it."""
    taken = {words for _, words in chosen.messages} | {chosen.text}
    others = {p.text: p.name for p in prompts if (p.shows_output or p.is_system) and p.text not in taken}
    return list(others.values())


def prompts_of(text: str) -> list[ProgramPrompt]:
    """Every prompt of a program; [] of what is none."""
    if (tree := python.parsed(text)) is not None:
        found = [ProgramPrompt(name, messages) for name, messages in python.messages_of(tree)]
    elif javascript.is_javascript(text):
        found = list(_in_javascript(text))
    else:
        return []
    return [prompt for prompt in found if prompt.asks]


def is_program(text: str) -> bool:
    """Whether a text is a program that does something, in Python or JavaScript."""
    tree = python.parsed(text)
    return python.does_something(tree) if tree is not None else javascript.is_javascript(text)


def rubric_given(text: str) -> str:
    """What a program gives to a judge whose prompt its tool has (``GEval(criteria="…")``, the docstring of
    DSPy's signature); "" without any.
    """
    tree = python.parsed(text)
    parts = [*ast.walk(tree)] if tree else []
    calls = (node for node in parts if isinstance(node, ast.Call))
    values = (word.value for call in calls for word in call.keywords if word.arg in _RUBRICS)
    texts = [value.value for value in values if isinstance(value, ast.Constant)]
    signed = [node for node in parts if isinstance(node, ast.ClassDef) and _is_signed(node)]
    texts += [ast.get_docstring(node) for node in signed if any(map(_imports_dspy, parts))]
    return next((text.strip() for text in texts if isinstance(text, str) and " " in text.strip()), "")


def _is_signed(node: ast.ClassDef) -> bool:
    """Whether a class says for DSPy what is shown and what is answered."""
    return any(ast.unparse(base).rpartition(".")[2] == "Signature" for base in node.bases)


def _imports_dspy(node: ast.AST) -> bool:
    names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(name.split(".")[0] == "dspy" for name in names)


def _in_javascript(source: str) -> Iterator[ProgramPrompt]:
    texts = list(javascript.texts_of(source))
    for messages in _conversations([text for text in texts if text.role]):
        only_system = all(role in _SYSTEM for role, _ in messages)
        yield ProgramPrompt("system" if only_system else "messages", messages)
    for text in texts:
        if not text.role:
            yield ProgramPrompt.of(text.name, text.text)


def _conversations(texts: Sequence[javascript.ProgramText]) -> Iterator[Messages]:
    """The messages of each list; outside of one a system message that follows others begins anew."""
    messages: Messages = []
    within = -1
    for text in texts:
        again = text.role in _SYSTEM and any(role not in _SYSTEM for role, _ in messages)
        if messages and (text.within != within if text.within >= 0 else again):
            yield messages
            messages, within = [], -1
        within = max(within, text.within)
        messages.append((text.role, text.text))
    if messages:
        yield messages
