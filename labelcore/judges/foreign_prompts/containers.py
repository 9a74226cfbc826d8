"""What a prompt from elsewhere comes wrapped in: plain text, messages as JSON or YAML, or Python source."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from labelcore.errors import BadInput
from labelcore.judges.fields import NotData, nodes, read
from labelcore.judges.foreign_prompts.options import Options, options_in, options_of
from labelcore.models import Fact, Frozen, fact

LONGEST = 100_000
_SYSTEM = ("system", "developer")
_KEYS = (
    "rubricPrompt rubric_prompt rubricprompt messages prompt prompt_template judge_prompt evaluation_prompt "
    "grading_prompt metric_prompt_template template instructions prompts chat content text value user "
    "user_prompt"
).split()
"""Under which names tools keep a judge's prompt, the surest first."""
_PYTHON_KEYS = frozenset(_KEYS) - {"text", "value", "content", "user"}
_UNQUOTED = re.compile(r"(?<![\"\w])\{\{-?\s*([\w.]+)\s*\|\s*(?:dump|tojson)(?:\s*\|\s*safe)?\s*-?\}\}")
_IN_BACKTICKS = re.compile(r"\bprompt_?template\s*[:=]\s*`([^`]{1,50000})`", re.IGNORECASE)
"""A prompt in a JavaScript program."""
_AT_ONCE = re.compile(
    r"\buse_?cot[\"']?\s*[:=]\s*false\b|\beval_type: classify\s*$", re.IGNORECASE | re.MULTILINE
)


class PromptWords(Frozen):
    """A prompt's words: the system message, and the user's; ``wrapped`` says what they came in. ``options``
    stand beside it: what it may answer, and which number each stands for, None for no verdict; ``at_once``:
    its tool asks for one of these without a reason.
    """

    system: str
    user: str
    wrapped: str
    notices: tuple[Fact, ...] = ()
    options: Options = ()
    at_once: bool = False


def unwrap(text: str) -> PromptWords:
    """The messages in a file or a paste. Raises BadInput: there are none, or too much of it."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise BadInput(
            "The prompt is empty.", next_step="Paste the prompt's text, or the file that holds it."
        )
    if len(text) > LONGEST:
        raise BadInput("The prompt is longer than {longest:,} characters.", longest=LONGEST)
    if found := _as_prompty(text):
        return _two_parts(found, "data")
    for wrapped, data in (("data", _as_data(text)), ("python", _as_python(text))):
        if data is not None and (found := _messages_in(data)):
            return _two_parts(found, wrapped).model_copy(update=_beside(text, data))
    if literal := _IN_BACKTICKS.search(text):
        return _two_parts([("user", literal[1])], "javascript").model_copy(update=_beside(text))
    return PromptWords(system="", user=text, wrapped="text")


def _beside(text: str, data: Any = None) -> dict[str, Any]:
    """What a file says beside its messages."""
    return {"options": options_in(data) or options_of(text), "at_once": _AT_ONCE.search(text) is not None}


_FRONT = re.compile(r"\A\s*---[ \t]*\n.{0,20000}?\n---[ \t]*\n", re.DOTALL)
_ROLE = re.compile(r"^[ \t]*#?[ \t]*(system|developer|user)[ \t]*:[ \t]*$", re.MULTILINE | re.IGNORECASE)


def _as_prompty(text: str) -> list[tuple[str, str]]:
    """(role, text) of a prompty file: settings between lines of dashes, then each message under its role."""
    front = _FRONT.match(text)
    parts = _ROLE.split(text[front.end() :]) if front else []
    found = zip(parts[1::2], parts[2::2], strict=True)
    return [(role.casefold(), words.strip("\n")) for role, words in found if words.strip()]


def _as_data(text: str) -> Any:
    """JSON or YAML that may hold messages; None for a plain text."""
    for variant in dict.fromkeys((text, _UNQUOTED.sub(r'"{{ \1 }}"', text))):
        try:
            return read(variant)
        except NotData:
            continue
    return None


def _messages_in(data: Any) -> list[tuple[str, str]]:
    """(role, text) of each message that is found first in some data; [] where there are none."""
    if found := _as_messages(data):
        return found
    if isinstance(data, Mapping):
        if {"instruction", "examples"} <= data.keys() and isinstance(data["instruction"], str):
            return [("ragas", ragas_text(data["instruction"], data["examples"]))]
        if isinstance(data.get("system"), str) and isinstance(data.get("user"), str):
            return [("system", data["system"]), ("user", data["user"])]
    for key in _KEYS:
        for value in (node[key] for node in nodes(data) if isinstance(node, Mapping) and key in node):
            if isinstance(value, str) and value.strip():
                _refuse_reference(value)
                inner = _as_data(value) if value.lstrip().startswith(("[", "{", "- ")) else None
                return _as_messages(inner) or [("user", value)]
            if found := _as_messages(value):
                return found
    return []


def _as_messages(data: Any) -> list[tuple[str, str]]:
    """A list of messages as tools write them: objects with a role, or pairs of a role and a text."""
    if not isinstance(data, list) or not data:
        return []
    found = [_message(item) for item in data]
    return [message for message in found if message] if all(found) else []


def _message(item: Any) -> tuple[str, str] | None:
    if isinstance(item, Sequence) and not isinstance(item, str) and len(item) == 2:
        role, content = item
    elif isinstance(item, Mapping) and "role" in item:
        role, content = item["role"], item.get("content", item.get("text"))
    else:
        return None
    if isinstance(content, list):
        parts = [part.get("text", "") if isinstance(part, Mapping) else part for part in content]
        content = "".join(part for part in parts if isinstance(part, str))
    return (role.casefold(), content) if isinstance(role, str) and isinstance(content, str) else None


def _refuse_reference(value: str) -> None:
    if re.match(r"\s*file://", value) and "\n" not in value.strip():
        raise BadInput(
            "The file names another file that holds the prompt: {name}.",
            next_step="Import that file.",
            name=value.strip()[:200],
        )


def _two_parts(messages: Sequence[tuple[str, str]], wrapped: str) -> PromptWords:
    """The words as a system and a user message, and what of their order could not be kept."""
    notices = []
    if messages[0][0] == "ragas":
        notices.append(fact("foreign_ragas_file"))
    system = [text for role, text in messages if role in _SYSTEM]
    others = [text for role, text in messages if role not in _SYSTEM]
    if not others:
        others, system = system, []
        notices.append(fact("foreign_moved_to_user"))
    if len(others) > 1 or len(system) > 1:
        notices.append(fact("foreign_messages_joined", n=len(messages)))
    return PromptWords(
        system="\n\n".join(system), user="\n\n".join(others), wrapped=wrapped, notices=tuple(notices)
    )


def ragas_text(instruction: str, examples: Any) -> str:
    """A prompt as Ragas saves it, an instruction and examples with fields, as one text with variables."""
    import json

    shown = [
        example
        for example in (examples if isinstance(examples, list) else [])
        if isinstance(example, Mapping)
        and isinstance(example.get("input"), Mapping)
        and isinstance(example.get("output"), Mapping)
    ]
    if not shown:
        return instruction
    asked, answered = shown[0]["input"], shown[0]["output"]
    parts = [instruction, f"Answer with one JSON object with the fields {', '.join(answered)}."]
    parts += [
        f"Input: {json.dumps(example['input'], ensure_ascii=False)}\n"
        f"Output: {json.dumps(example['output'], ensure_ascii=False)}"
        for example in shown
    ]
    fields = "\n".join(f"{name}: {{{{{name}}}}}" for name in asked)
    return "\n\n".join([*parts, f"{fields}\n\nOutput:"])


def _as_python(text: str) -> Any:
    """Strings of Python source that hold a prompt, as data: by their keyword or name, or messages."""
    if not re.search(r"^\s*(?:[A-Za-z_][\w.]*\s*(?::[^=\n]+)?=|[\w.]+\()", text, re.MULTILINE):
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in _PYTHON_KEYS and (value := _literal(keyword.value)):
                    found.setdefault(str(keyword.arg), value)
        if isinstance(node, ast.List) and (messages := _as_messages(_literal(node))):
            return messages
    named = [
        (node, _literal(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    texts = [value for _, value in named if isinstance(value, str) and value.strip()]
    return found or ({"template": max(texts, key=len)} if texts else None)


def _literal(node: ast.expr | None) -> Any:
    """A text, or a list of messages, that stands in the source; a formatted text with its names in braces."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_formatted, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        both = _literal(node.left), _literal(node.right)
        return both[0] + both[1] if all(isinstance(part, str) for part in both) else None
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(element) for element in node.elts]
    if isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        return {
            key: _literal(value) for key, value in zip(keys, node.values, strict=True) if isinstance(key, str)
        }
    return None


def _formatted(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{ast.unparse(part.value)}}}"
    text = part.value if isinstance(part, ast.Constant) else ""
    return str(text).replace("{", "{{").replace("}", "}}")
