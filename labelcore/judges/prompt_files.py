"""A judge's prompt as a file that people read and write: `judge prompt show --out` writes what `set` reads.

    system:
    You decide …

    user:
    {{criterion}}

    {{output}}

Before the two parts may stand ``marked: no`` and, in a line of JSON, ``answer: {…}``. A line of a prompt that
looks like one of these begins with a backslash in the file. JSON with the same four keys is read as well.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field, ValidationError

from labelcore.errors import BadInput
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.templates import SLOTS, Template
from labelcore.models import Frozen
from labelcore.text.reading import well_formed
from labelcore.wording import Wording

MOST = 60_000
"""Characters of a prompt at most."""
_PARTS = ("system", "user")
_HEAD = re.compile(r"^(\\*)((?:system|user):|(?:marked|answer):.*)[ \t]*$")


class PromptFile(Frozen):
    """A prompt, and how its answer is read where the file says it. ``first_lines``: where its parts begin in
    the file; {} where that is no text of lines.
    """

    template: Template
    answer: AnswerFormat | None = None
    first_lines: dict[str, int] = Field(default_factory=dict)

    def place(self, at: int) -> Wording:
        """Where a character of the system part, a line end and the user part stands."""
        system = self.template.system
        part, before = ("system", system[:at]) if at <= len(system) else ("user", self._user_until(at))
        line = before.count("\n") + self.first_lines.get(part, 1)
        if self.first_lines:
            return Wording("line {line}", line=line)
        return Wording("line {line} of {part}", line=line, part=part)

    def _user_until(self, at: int) -> str:
        return self.template.user[: at - len(self.template.system) - 1]


def read(text: str) -> PromptFile:
    """The prompt in a file's text.

    Raises:
        BadInput: it is not one; the sentence says where.
    """
    text = well_formed(text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > MOST:
        raise BadInput(
            "The prompt has {n:,} characters; at most {most:,} are read.",
            next_step="Say less: a judge decides one criterion.",
            n=len(text),
            most=MOST,
        )
    prompt = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text)
    if not prompt.template.user.strip():
        raise BadInput(
            "The prompt has no user part.",
            next_step="Write `user:` on a line of its own, and below it what is asked about an output.",
        )
    return prompt


def write(template: Template, answer: AnswerFormat | None = None) -> str:
    """The file of a prompt: text, or JSON where blank lines at its ends would be lost."""
    head = [] if template.marked else ["marked: no"]
    head += [f"answer: {answer.model_dump_json()}"] if answer else []
    parts = [f"{name}:\n{_escaped(getattr(template, name))}" for name in _PARTS if getattr(template, name)]
    text = "\n\n".join([*filter(None, ["\n".join(head)]), *parts]) + "\n"
    if "\r" not in text and _from_lines(text).template == template:
        return text
    document = template.model_dump() | ({"answer": answer.model_dump(mode="json")} if answer else {})
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def check(prompt: PromptFile, before: Template) -> None:
    """That a prompt can be asked. What only looks like a slot may stay where the prompt ``before`` has it.

    Raises:
        BadInput: it shows no output, or has a slot that there is not; the sentence says where.
    """
    template = prompt.template
    whole = f"{template.system}\n{template.user}"
    for at, name in _strange(whole, {*template.unknown} - {*before.unknown}):
        near = difflib.get_close_matches(name.casefold(), SLOTS, 1)
        raise BadInput(
            "{place}: there is no slot '{name}'.",
            next_step="Did you mean {{{{{near}}}}}? Slots are: {slots}." if near else "Slots are: {slots}.",
            place=prompt.place(at),
            name=name,
            slots=[*SLOTS, "metadata.KEY"],
            near=near[0] if near else "",
        )
    if unclosed := template.unclosed:
        raise BadInput(
            "{place}: '{words}' is not closed.",
            next_step="A slot ends with two braces.",
            place=prompt.place(unclosed.start()),
            words=unclosed[0],
        )
    if "output" not in template.slots:
        raise BadInput(
            "The prompt never shows the output: it has no slot {slot}.",
            next_step="Put {slot} where the output shall stand.",
            slot="{{output}}",
        )


def _strange(whole: str, names: set[str]) -> Iterator[tuple[int, str]]:
    places = ((re.search(rf"\{{\{{[ \t]*{re.escape(name)}[ \t]*\}}\}}", whole), name) for name in names)
    return iter(sorted((match.start(), name) for match, name in places if match))


def _escaped(part: str) -> str:
    return "\n".join(f"\\{line}" if _HEAD.match(line) else line for line in part.split("\n"))


def _from_lines(text: str) -> PromptFile:
    parts: dict[str, list[str]] = {}
    firsts, settings, present = dict[str, int](), dict[str, str](), ""
    for number, line in enumerate(text.split("\n"), 1):
        head = _HEAD.match(line)
        name, _, value = head[2].partition(":") if head and not head[1] else ("", "", "")
        if name in _PARTS or (name and not present):
            if name in firsts or name in settings:
                raise _fault(number, Wording("a second '{name}:'", name=name))
            if name in _PARTS:
                present, firsts[name], parts[name] = name, number + 1, []
            else:
                settings[name] = value.strip()
        elif present:
            parts[present].append(line[1:] if head and head[1] else line)
        elif line.strip() and not line.startswith("#"):
            raise _fault(number, Wording("words before the first part"))
    skipped = {name: next((at for at, line in enumerate(lines) if line), 0) for name, lines in parts.items()}
    template = Template(
        system="\n".join(parts.get("system", ())).strip("\n"),
        user="\n".join(parts.get("user", ())).strip("\n"),
        marked=_marked(settings.get("marked", "yes")),
    )
    return PromptFile(
        template=template,
        answer=_answer(settings["answer"]) if "answer" in settings else None,
        first_lines={name: first + skipped[name] for name, first in firsts.items()},
    )


def _fault(line: int, fault: Wording) -> BadInput:
    return BadInput(
        "line {line}: {fault}.",
        next_step="A prompt's file has `system:` and `user:`, each on a line of its own above its words.",
        line=line,
        fault=fault,
    )


def _marked(word: str) -> bool:
    if word not in {"yes", "no"}:
        raise BadInput("marked: '{word}' is neither yes nor no.", word=word[:40])
    return word == "yes"


def _answer(text: str) -> AnswerFormat | None:
    try:
        return _form_of(json.loads(text))
    except (ValueError, RecursionError) as trouble:
        raise BadInput(
            "answer: it is not JSON ({fault}).",
            next_step="docs/prompts.md tells how answers are read.",
            fault=str(trouble)[:120],
        ) from trouble


def _form_of(document: Any) -> AnswerFormat | None:
    try:
        return None if document is None else AnswerFormat.model_validate(document)
    except ValidationError as trouble:
        fault = trouble.errors()[0]
        place = ".".join(("answer", *map(str, fault["loc"])))
        raise BadInput(
            "{place}: {fault}.",
            next_step="docs/prompts.md tells how answers are read.",
            place=place,
            fault=fault["msg"],
        ) from trouble


def _from_json(text: str) -> PromptFile:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as trouble:
        line = getattr(trouble, "lineno", 1)
        raise BadInput("The prompt is not JSON (line {line}).", line=line) from trouble
    if "judge" in document:  # the document of `judge prompt show`, with what else it tells
        document = {
            name: document[name] for name in ("system", "user", "marked", "answer") if name in document
        }
    if unknown := sorted(document.keys() - {*_PARTS, "marked", "answer"}):
        raise BadInput(
            "'{name}' is not part of a prompt.",
            next_step="Parts are: system, user, marked, answer.",
            name=unknown[0][:60],
        )
    for name, kind in (("system", str), ("user", str), ("marked", bool)):
        if not isinstance(document.get(name, kind()), kind):
            raise BadInput("'{name}' is not what it should be: {kind}.", name=name, kind=kind.__name__)
    template = Template(
        system=well_formed(document.get("system", "")),
        user=well_formed(document.get("user", "")),
        marked=document.get("marked", True),
    )
    return PromptFile(template=template, answer=_form_of(document.get("answer")))
