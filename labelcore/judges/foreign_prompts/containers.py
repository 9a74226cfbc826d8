"""What a prompt from elsewhere comes wrapped in: plain text, messages as JSON or YAML, or Python source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.judges.fields import NotData, nodes, read
from labelcore.judges.foreign_prompts import inspect_scorers, ragas
from labelcore.judges.foreign_prompts.chat_messages import as_messages, in_chat_marks
from labelcore.judges.foreign_prompts.families import tool_used
from labelcore.judges.foreign_prompts.options import (
    Options,
    Scale,
    direction_of,
    options_in,
    options_of,
    scale_in,
)
from labelcore.judges.foreign_prompts.programs import (
    ProgramPrompt,
    is_program,
    likeliest,
    others_than,
    prompts_of,
    rubric_given,
)
from labelcore.judges.foreign_prompts.variables import escaped
from labelcore.models import Fact, Frozen, fact

LONGEST = 100_000
_SYSTEM = ("system", "developer")
_KEYS = (
    "rubricPrompt rubric_prompt rubricprompt messages prompt prompt_template judge_prompt evaluation_prompt "
    "grading_prompt metric_prompt_template template instructions prompts chat content text value user "
    "user_prompt"
).split()
"""Under which names tools keep a judge's prompt, the surest first."""
_SYSTEM_KEYS = "system_prompt system_message system_instruction system".split()
"""Under which names the system message stands beside a prompt."""
_TOOL_JUDGES = frozenset(
    f"{sign}{name}"
    for sign in ("", "not-")
    for name in ("llm-rubric", "g-eval", "factuality", "model-graded-closedqa", "answer-relevance")
)
"""Assertions of promptfoo that a model decides by words that promptfoo has."""
_GRADERS = ("score_model", "label_model")
"""OpenAI's graders, which keep their messages as "input"."""
_TOOLS = {ragas.ROLE: "Ragas", inspect_scorers.ROLE: "Inspect", inspect_scorers.UNGRADED: "Inspect"}
"""Roles of messages of which their tool writes a part in code."""
_NAMES = "name id prompt_id key".split()
_SENTENCE = re.compile(r"\s\S|[{}$]|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3，。、]{6}")
"""Words or variables; Chinese and Japanese have no spaces between words."""
_UNQUOTED = re.compile(r"(?<![\"\w])\{\{-?\s*([\w.]+)\s*\|\s*(?:dump|tojson)(?:\s*\|\s*safe)?\s*-?\}\}")
_AT_ONCE = re.compile(
    r"\buse_?cot[\"']?\s*[:=]\s*false\b|\beval_type: classify\s*$", re.IGNORECASE | re.MULTILINE
)


class PromptWords(Frozen):
    """A prompt's words: the system message, and the user's; ``wrapped`` says what they came in. ``options``
    stand beside it: what it may answer, and which number each stands for, None for no verdict; ``at_once``:
    its tool asks for one of these without a reason, or reads it behind a ``label`` where the words have one.
    ``scale``: of the score that it asks for in code.
    """

    system: str
    user: str
    wrapped: str
    notices: tuple[Fact, ...] = ()
    options: Options = ()
    at_once: bool = False
    label: str = ""
    direction: str = ""
    scale: Scale | None = None


def unwrap(text: str) -> PromptWords:
    """The messages in a file or a paste. Raises BadInput: there are none, or too much of it."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise BadInput(
            "The prompt is empty.", next_step="Paste the prompt's text, or the file that holds it."
        )
    if len(text) > LONGEST:
        raise BadInput("The prompt is longer than {longest:,} characters.", longest=LONGEST)
    if messages := _as_prompty(text):
        return _two_parts(messages, "data")
    data = _as_data(text)
    _refuse_tested(data)
    if data is not None and (messages := _messages_in(data)):
        read = _two_parts(messages, "data", _others_in(data)).model_copy(update=_beside(text, data))
        return _with_roles(read)
    if prompts := prompts_of(text):
        chosen = likeliest(prompts)
        others = others_than(chosen, prompts)
        beside = _beside(text)
        if chosen.messages[0][0] in (inspect_scorers.ROLE, inspect_scorers.WHOLE):
            beside |= {"options": inspect_scorers.grades(chosen.text), "label": inspect_scorers.LABEL}
        return _two_parts(chosen.messages, "program", others).model_copy(update=beside)
    if rubric := rubric_given(text):
        raise BadInput(
            "The program says what is to be judged and leaves the prompt to its tool.",
            next_step="Make a criterion of what it asks (“{rubric}”) and propose judges for it.",
            rubric=rubric[:200],
        )
    if is_program(text) and (tool := tool_used(text)):
        raise BadInput(
            "The program holds no prompt: what it has {tool} judge is asked with words of {tool}.",
            next_step="Paste the words that your version of {tool} asks with.",
            tool=tool,
        )
    if is_program(text):
        raise BadInput("The program holds no prompt.", next_step="Paste the words of the prompt alone.")
    if isinstance(data, Mapping) and len(data) >= _FEWEST_SETTINGS and all(map(_is_setting, nodes(data))):
        raise BadInput(
            "The file holds settings and no prompt.", next_step="Paste the words of the prompt alone."
        )
    return _with_roles(PromptWords(system="", user=text, wrapped="text"))


def _is_setting(node: Any) -> bool:
    """Whether a part of some data is no sentence and has no variable: a name, a number, a model."""
    texts = node if isinstance(node, list) else node.values() if isinstance(node, Mapping) else ()
    if isinstance(node, Mapping) and [*node.values()] == [None]:
        return False  # YAML takes a variable in braces for this
    names = node if isinstance(node, Mapping) else ()
    words = [text for text in texts if isinstance(text, str)]
    return all(re.fullmatch(r"[A-Za-z_]\w*", str(name)) for name in names) and not any(
        _SENTENCE.search(text) for text in words
    )


def _refuse_tested(data: Any) -> None:
    """A file whose prompts are those under test, and whose judge's words are the tool's, holds no judge."""
    kept = [node for node in nodes(data) if isinstance(node, Mapping)]
    asserted = [node["assert"] for node in kept if isinstance(node.get("assert"), list)]
    listed = [item for items in asserted for item in items if isinstance(item, Mapping)]
    types = [str(item.get("type", "")) for item in listed]
    rubrics = [
        str(item.get("value") or name)
        for item, name in zip(listed, types, strict=True)
        if name in _TOOL_JUDGES
    ]
    if rubrics and not any("rubricPrompt" in node for node in kept):
        raise BadInput(
            "The file has prompts that are tested and what is asked of their outputs, but no judge's prompt.",
            next_step="Make a criterion of what it asks (“{rubric}”) and propose judges for it.",
            rubric=rubrics[0][:200],
        )


def _with_roles(words: PromptWords) -> PromptWords:
    """Messages that stand between the marks of a model's chat format, as messages."""
    marked = in_chat_marks(words.user) if not words.system else []
    if not marked:
        return words
    notices = (*words.notices, fact("foreign_chat_marks"))
    parts = _two_parts(marked, words.wrapped)
    return words.model_copy(
        update={"system": parts.system, "user": parts.user, "notices": (*notices, *parts.notices)}
    )


def _beside(text: str, data: Any = None) -> dict[str, Any]:
    """What a file says beside its messages."""
    grader = _grader_in(data) or {}
    return {
        "scale": scale_in(grader),
        "options": options_in(grader or data) or options_of(text),
        "at_once": _AT_ONCE.search(text) is not None,
        "direction": direction_of(text),
    }


_FEWEST_SETTINGS = 3
_FRONT = re.compile(r"\A\s*---[ \t]*\n.{0,20000}?\n---[ \t]*\n", re.DOTALL)
_ROLE = re.compile(r"^[ \t]*#?[ \t]*(system|developer|user)[ \t]*:[ \t]*$", re.MULTILINE | re.IGNORECASE)


def _as_prompty(text: str) -> list[tuple[str, str]]:
    """(role, text) of a prompty file: settings between lines of dashes, then each message under its role."""
    front = _FRONT.match(text)
    parts = _ROLE.split(text[front.end() :]) if front else []
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return [(role.casefold(), words.strip("\n")) for role, words in pairs if words.strip()]


def _as_data(text: str) -> Any:
    """JSON or YAML that may hold messages; None for a plain text."""
    for variant in dict.fromkeys((text, _UNQUOTED.sub(r'"{{ \1 }}"', text))):
        try:
            return read(variant)
        except NotData:
            continue
    return _as_lines(text)


def _as_lines(text: str) -> Any:
    """JSON with one object on each line; None for another text."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.lstrip().startswith("{") for line in lines):
        return None
    try:
        return [read(line) for line in lines]
    except NotData:
        return None


def _messages_in(data: Any) -> list[tuple[str, str]]:
    """(role, text) of each message that is found first in some data; [] where there are none."""
    if messages := as_messages(data):
        return messages
    if isinstance(data, Mapping):
        if {"instruction", "examples"} <= data.keys() and isinstance(data["instruction"], str):
            return [(ragas.ROLE, ragas.saved(data["instruction"], data["examples"]).text)]
        if isinstance(data.get("system"), str) and isinstance(data.get("user"), str):
            return [("system", data["system"]), ("user", data["user"])]
    if grader := _grader_in(data):
        return as_messages(grader["input"])
    for _, value, node in _kept_in(data):
        if isinstance(value, str):
            _refuse_reference(value)
            inner = _as_data(value) if value.lstrip().startswith(("[", "{", "- ")) else None
            return as_messages(inner) or [*_system_beside(node), ("user", _with_defaults(value, node))]
        if messages := as_messages(value):
            return messages
    return []


def _grader_in(data: Any) -> Mapping[str, Any] | None:
    """The first of OpenAI's graders in some data."""
    kept = (node for node in nodes(data) if isinstance(node, Mapping) and node.get("type") in _GRADERS)
    return next((node for node in kept if as_messages(node.get("input"))), None)


def _kept_in(data: Any) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """(key, value, what it stands in) of everything that could be a prompt, the surest first."""
    kept = [node for node in nodes(data) if isinstance(node, Mapping)]
    fillings = {id(node["defaults"]) for node in kept if "defaults" in node}
    for key in _KEYS:
        for node in kept:
            value = None if id(node) in fillings else node.get(key)
            if (isinstance(value, str) and value.strip()) or isinstance(value, list):
                yield key, value, node


def _others_in(data: Any) -> list[str]:
    """The names of further prompts beside the first one, which stand under the same key."""
    kept = [(key, value, node) for key, value, node in _kept_in(data) if isinstance(value, str)]
    alike = [
        node for key, value, node in kept if key == kept[0][0] and ProgramPrompt.of("", value).shows_output
    ]
    return [
        str(next((node[name] for name in _NAMES if node.get(name)), n)) for n, node in enumerate(alike, 1)
    ][1:]


def _system_beside(node: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = (node[key] for key in _SYSTEM_KEYS if isinstance(node.get(key), str) and node[key].strip())
    return [("system", text) for text in found][:1]


def _with_defaults(text: str, node: Mapping[str, Any]) -> str:
    """A prompt with the words that stand beside it for some of its variables in braces."""
    defaults = node.get("defaults")
    for name, words in defaults.items() if isinstance(defaults, Mapping) else ():
        if isinstance(words, str):
            text = text.replace(f"{{{name}}}", escaped(words))
    return text


def _refuse_reference(value: str) -> None:
    if re.fullmatch(
        r"\s*(?:file://[^\n]+|[\w./\\-]+\.(?:txt|md|j2|jinja2?|json|ya?ml|prompty|py|js|ts))\s*", value
    ):
        raise BadInput(
            "The file names another file that holds the prompt: {name}.",
            next_step="Import that file.",
            name=value.strip()[:200],
        )


def _two_parts(messages: Sequence[tuple[str, str]], wrapped: str, others: Sequence[str] = ()) -> PromptWords:
    """The words as a system and a user message, and what could not be kept: their order, ``others``."""
    notices = [fact("foreign_several_prompts", names=list(others[:8]), n=len(others))] if others else []
    if tool := _TOOLS.get(messages[0][0]):
        notices.append(fact("foreign_tool_adds", tool=tool))
    system = [text for role, text in messages if role in _SYSTEM]
    rest = [text for role, text in messages if role not in _SYSTEM]
    if not rest:
        rest, system = system, []
        notices.append(fact("foreign_moved_to_user"))
    if len(rest) > 1 or len(system) > 1:
        notices.append(fact("foreign_messages_joined", n=len(messages)))
    return PromptWords(
        system="\n\n".join(system), user="\n\n".join(rest), wrapped=wrapped, notices=tuple(notices)
    )
