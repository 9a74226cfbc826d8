"""The prompts that a program holds, be it Python or JavaScript, with the names that they have there."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labelcore.judges.foreign_prompts.chat_messages import as_messages
from labelcore.judges.foreign_prompts.slots import slot_like
from labelcore.judges.foreign_prompts.variables import take

Messages = list[tuple[str, str]]
_KEYS = frozenset(
    "rubric_prompt messages prompt prompt_template judge_prompt evaluation_prompt grading_prompt "
    "metric_prompt_template template instructions prompts chat user_prompt".split()
)
"""Keywords and names under which programs keep a judge's prompt."""
_ROLES = (("system", r"System|Developer"), ("user", r"Human|User"), ("assistant", r"AI|Assistant"))
_PLAIN = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}
_LAID_OUT = {"dedent": textwrap.dedent, "cleandoc": inspect.cleandoc}
_JS_MESSAGE = re.compile(
    r"\brole\s*:\s*['\"`](?P<role>\w{1,20})['\"`]\s*,\s*content\s*:\s*(?:`(?P<back>[^`]{1,50000})`|"
    r"'(?P<one>(?:[^'\\\n]|\\.){1,20000})'|\"(?P<two>(?:[^\"\\\n]|\\.){1,20000})\")"
)
_JS_NAMED = re.compile(
    r"(?:\b(?:const|let|var)\s+(?P<name>\w{1,60})(?:\s*:\s*\w{1,40})?\s*=|\b(?P<key>prompt_?[tT]emplate)\s*[:=])"
    r"\s*`(?P<text>[^`]{1,50000})`"
)


class ProgramPrompt(NamedTuple):
    """A prompt's messages as (role, text), and its name in the program."""

    name: str
    messages: Messages

    @classmethod
    def of(cls, name: str, text: str) -> ProgramPrompt:
        """A prompt of one text."""
        return cls(name, [("user", text)])

    @property
    def shows_output(self) -> bool:
        """Whether one of its variables is the output, by its name."""
        text = "\n".join(words for _, words in self.messages)
        return any(slot_like(name) == "output" for name in take("", text).names)

    @property
    def length(self) -> int:
        """Characters of all messages."""
        return sum(len(words) for _, words in self.messages)


def likeliest(prompts: Sequence[ProgramPrompt]) -> ProgramPrompt:
    """The prompt that a judge would be: messages first, one that shows the output, else the longest."""
    return max(prompts, key=lambda prompt: (len(prompt.messages) > 1, prompt.shows_output, prompt.length))


def prompts_of(text: str) -> list[ProgramPrompt]:
    """Every prompt of a program; [] of what is none."""
    if (tree := _parsed(text)) is not None:
        return [prompt for prompt in _in_python(tree) if prompt.length]
    if messages := [(match["role"], _js_text(match)) for match in _JS_MESSAGE.finditer(text)]:
        return [ProgramPrompt("messages", messages)]
    return [
        ProgramPrompt.of(match["name"] or match["key"], match["text"]) for match in _JS_NAMED.finditer(text)
    ]


def is_program(text: str) -> bool:
    """Whether a text is Python that does something: it imports or defines."""
    tree = _parsed(text)
    does = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return tree is not None and any(isinstance(node, does) for node in tree.body)


def _js_text(match: re.Match[str]) -> str:
    quoted = match["one"] or match["two"]
    return match["back"] or re.sub(
        r"\\(.)", lambda mark: {"n": "\n", "t": "\t"}.get(mark[1], mark[1]), quoted
    )


def _parsed(text: str) -> ast.Module | None:
    if not re.search(
        r"^\s*(?:[A-Za-z_][\w.]*\s*(?::[^=\n]+)?=|[\w.]+\(|def |class |return |import |from )",
        text,
        re.MULTILINE,
    ):
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _in_python(tree: ast.Module) -> Iterator[ProgramPrompt]:
    """Its messages, and its texts: of a keyword that names a prompt, of an assignment, and of a return."""
    for name, node in _values(tree):
        value = _literal(node)
        if isinstance(value, str):
            yield ProgramPrompt.of(name, value)
        elif messages := as_messages(value):
            yield ProgramPrompt(name, messages)


def _values(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((str(word.arg), word.value) for word in node.keywords if word.arg in _KEYS)
            yield from ((_called(node), value) for value in node.args if isinstance(value, ast.List))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            yield ast.unparse(target)[:60], node.value
        elif isinstance(node, ast.FunctionDef):
            inside = (part for statement in node.body for part in ast.walk(statement))
            yield from (
                (node.name, part.value) for part in inside if isinstance(part, ast.Return) and part.value
            )
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.List):
            yield "messages", node.value


def _called(node: ast.Call) -> str:
    """The last part of what is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


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
    return _of_call(node) if isinstance(node, ast.Call) else None


def _of_call(node: ast.Call) -> Any:
    """What a call makes of a text: the same one laid out, or a message with its role."""
    name, function = _called(node), node.func
    first = node.args[0] if node.args else None
    if name in _PLAIN and isinstance(function, ast.Attribute) and not node.args:
        text = _literal(function.value)
        return _PLAIN[name](text) if isinstance(text, str) else None
    if name in _LAID_OUT and first is not None:
        text = _literal(first)
        return _LAID_OUT[name](text) if isinstance(text, str) else None
    said = {word.arg: word.value for word in node.keywords}
    content = _literal(said.get("content", said.get("template", first)))
    if not isinstance(content, str):
        return None
    if "role" in said:
        return {"role": _literal(said["role"]), "content": content}
    of = ast.unparse(function).rsplit(".", 2)
    made = of[-2] if name == "from_template" and len(of) > 1 else name
    role = next((role for role, names in _ROLES if re.match(rf"(?:{names})Message", made)), "")
    if role:
        return {"role": role, "content": content}
    return content if name in {"from_template", "PromptTemplate", "Template"} else None


def _formatted(part: ast.expr) -> str:
    if isinstance(part, ast.FormattedValue):
        return f"{{{ast.unparse(part.value)}}}"
    text = part.value if isinstance(part, ast.Constant) else ""
    return str(text).replace("{", "{{").replace("}", "}}")
