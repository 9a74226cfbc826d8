"""The prompts of a Python program: its texts and messages, with the names that they have there."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, takewhile
from typing import Any

from labelcore.judges.foreign_prompts import filling, inspect_scorers, ragas
from labelcore.judges.foreign_prompts.chat_messages import as_messages
from labelcore.judges.foreign_prompts.choices import asks_something
from labelcore.judges.foreign_prompts.filling import LONGEST
from labelcore.judges.foreign_prompts.scopes import Scopes, logged_in, shown_in
from labelcore.judges.foreign_prompts.slots import DATA, slot_like
from labelcore.judges.foreign_prompts.variables import escaped, shows_output

_OF_MESSAGES = ("content", "text", "user", "assistant")
_KEYS = frozenset(
    "rubric_prompt messages prompt prompt_template judge_prompt evaluation_prompt grading_prompt "
    "metric_prompt_template template instructions prompts chat begin round system "
    "system_prompt user_prompt".split()
)
"""Keywords and names under which programs keep a judge's prompt."""
_ROLES = (("system", r"System|Developer"), ("user", r"Human|User"), ("assistant", r"AI|Assistant"))
_PLAIN = {"strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip}
_LAID_OUT = {"dedent": textwrap.dedent, "cleandoc": inspect.cleandoc}
_KNOWN = frozenset({*dir(builtins), "json", "chr"})
_COUNTS = frozenset("len sum min max round int float bool type abs count".split())
"""Calls that make something else of a text."""
_SAME = frozenset("dumps str repr escape strip join dedent cleandoc quote".split())
"""Calls that make the same of it, written otherwise."""
_NAMELESS = "value"
_DEEPEST = 12
_SHORTEST = 60
Messages = list[tuple[str, str]]


def parsed(text: str) -> ast.Module | None:
    """A text as a program; None where it is none."""
    if not re.search(
        r"^[ \t]*(?:[A-Za-z_][\w.]*[ \t]*(?::[^=\n]+)?=|[\w.]+\(|def |class |return |import |from )",
        text,
        re.MULTILINE,
    ):
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            if isinstance(block, list):
                block[:] = map(_in_full, block)
    return tree


def _in_full(node: ast.stmt) -> ast.stmt:
    """A statement, with ``text += more`` as ``text = text + more``."""
    if not (isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)):
        return node
    before = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
    whole = ast.copy_location(ast.BinOp(before, node.op, node.value), node)
    return ast.copy_location(ast.Assign([node.target], whole), node)


def does_something(tree: ast.Module) -> bool:
    """Whether a program imports, defines or keeps something."""
    does = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    keeps = ast.Assign | ast.AnnAssign
    return any(
        isinstance(node, does)
        or (isinstance(node, keeps) and any(isinstance(part, ast.Constant) for part in ast.walk(node)))
        for node in tree.body
    )


def messages_of(tree: ast.Module) -> Iterator[tuple[str, Messages]]:
    """(name, messages) of a keyword that names a prompt, of an assignment, of a return, and of a key."""
    reader = _Reader(tree)
    for name, prompt in ragas.in_classes(tree, reader.literal):
        yield name, [(ragas.ROLE, prompt.text)]
    for name, role, text in inspect_scorers.in_calls(tree, reader.literal):
        yield name, [(role, text)]
    found = [(name, node, reader.literal(node)) for name, node in _values(tree)]
    parts = reader.parts.union(*(reader.used_in(node, value) for _, node, value in found))
    passed = {value for node in ast.walk(tree) for _, value in _passed(node)}
    prompts = {value for _, node, value in found if node in passed and isinstance(value, str)}
    shown, logged = [text for text in prompts if shows_output(text)], logged_in(tree)
    for name, node, value in found:
        is_prompt = not isinstance(value, str) or value in prompts
        tells = node in logged and not is_prompt and any(text in value for text in shown)
        if node in parts or tells:
            continue  # a text that tells of a prompt, as for a log, is none
        if isinstance(value, str):
            yield name, [("user", value)]
        elif messages := _by_role(value) or as_messages(value):
            yield name, messages


def _by_role(value: Any) -> Messages:
    """The messages of a dictionary that has a text for each role."""
    texts = value if isinstance(value, dict) else {}
    parts = [(role, texts.get(role)) for role in ("system", "user")]
    return [(role, text) for role, text in parts if text] if all(isinstance(t, str) for _, t in parts) else []


def _values(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of what may be a prompt; what stands in a class has its name before."""
    classes = {
        part: f"{node.name}."
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for part in node.body
    }
    for node in ast.walk(tree):
        within = classes.get(node, "") if isinstance(node, ast.stmt) else ""
        if isinstance(node, ast.Call):
            yield from _passed(node)
            yield from ((_called(node), value) for value in node.args if isinstance(value, ast.List))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            value = node.value.body if isinstance(node.value, ast.Lambda) else node.value
            yield f"{within}{ast.unparse(target)[:60]}", value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = (part for statement in node.body for part in ast.walk(statement))
            yield from (
                (f"{within}{node.name}", part.value)
                for part in inside
                if isinstance(part, ast.Return) and part.value
            )
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.List):
            yield "messages", node.value
        elif isinstance(node, ast.Dict):
            yield from _passed(node)


def _passed(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of what a call or a dictionary has under a name for prompts; its prompts by any name."""
    if isinstance(node, ast.Call):
        yield from ((word.arg, word.value) for word in node.keywords if word.arg in _KEYS)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            text = value.value if isinstance(value, ast.Constant) else None
            is_prompt = isinstance(text, str) and shows_output(text) and asks_something(text)
            if isinstance(key, ast.Constant) and (
                key.value in _KEYS or (is_prompt and key.value not in _OF_MESSAGES)
            ):
                yield str(key.value)[:60], value


def _called(node: ast.Call) -> str:
    """The last part of what is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


class _Reader:
    """What stands in a program's source, with the texts that its names stand for."""

    def __init__(self, tree: ast.Module) -> None:
        self._scopes = Scopes(tree)
        self._read: dict[ast.expr, Any] = {}
        for value in self._scopes.in_order():
            self._once(value, 0)
        made_into = self._scopes.made_into()
        self.parts = {value for value, whole in made_into.items() if isinstance(self._read[whole], str)}
        """Texts that are only there for another one to be made of."""

    def used_in(self, whole: ast.expr, text: Any) -> set[ast.expr]:
        """The values that a longer text, or a list of messages, is made of; none of a line for a log."""
        if not text or (isinstance(text, str) and "\n" not in text and len(text) < _SHORTEST):
            return set()
        names = [part for node in ast.walk(whole) for part in shown_in(node) if isinstance(part, ast.Name)]
        return {value for name in names for value in self._scopes.values_of(name) if value} - {whole}

    def literal(self, node: ast.expr | None, depth: int = 0) -> Any:
        """A text, or a list of messages; a formatted text with its names in braces."""
        if depth > _DEEPEST or node is None:
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name):
            return self._of_name(node, depth + 1)
        if isinstance(node, ast.JoinedStr):
            return _joined("", [self._formatted(part, depth + 1) for part in node.values])
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, depth + 1)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _joined("", [self.literal(part, depth) for part in _added(node)])
        if isinstance(node, ast.List | ast.Tuple):
            return [self.literal(element, depth) for element in node.elts]
        if isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            pairs = zip(keys, node.values, strict=True)
            return {key: self.literal(value, depth) for key, value in pairs if isinstance(key, str)}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            text = self.literal(node.left, depth + 1)
            return self._percent(text, node.right, depth + 1) if isinstance(text, str) else None
        return self._of_call(node, depth + 1) if isinstance(node, ast.Call) else None

    def _of_name(self, node: ast.Name, depth: int) -> Any:
        """What a name stands for where it is used; None where it may be several things."""
        latest = self._scopes.latest(node)
        if (first := next(latest, None)) is not None:
            texts = (self._once(value, depth) for value in chain([first], latest))
            return next((text for text in texts if text is not None), None)
        found = [self._once(value, depth) for value in self._scopes.values_of(node)]
        return found[0] if found and all(other == found[0] for other in found) else None

    def _once(self, value: ast.expr | None, depth: int) -> Any:
        """A value that a name has, read once; None while it is being read."""
        if value is not None and value not in self._read:
            self._read[value] = None
            self._read[value] = self.literal(value, depth)
        return self._read[value] if value is not None else None

    def _of_call(self, node: ast.Call, depth: int) -> Any:
        """What a call makes of a text: the same one laid out or filled, or a message with its role."""
        name, function, first = _called(node), node.func, node.args[0] if node.args else None
        if isinstance(function, ast.Attribute):
            text = self.literal(function.value, depth)
            if isinstance(text, str):
                return self._of_method(text, node, depth)
        if name in _LAID_OUT and first is not None:
            text = self.literal(first, depth)
            return _LAID_OUT[name](text) if isinstance(text, str) else None
        said = {word.arg: word.value for word in node.keywords}
        content = next((said[key] for key in ("content", "prompt", "template") if key in said), first)
        return self._message(node, name, said, self.literal(content, depth))

    def _of_method(self, text: str, node: ast.Call, depth: int) -> Any:
        """What a method makes of a text."""
        name, first = _called(node), node.args[0] if node.args else None
        if name in _PLAIN and first is None:
            return _PLAIN[name](text)
        if name in filling.FILLS:
            return filling.FILLS[name](text, self._arguments(node, depth))
        if name == "replace" and len(node.args) > 1 and isinstance(place := self.literal(first, depth), str):
            counts = [*node.args[2:], *(word.value for word in node.keywords)]
            most = self._number(counts[0]) if counts else -1
            given = self._given(node.args[1], "", depth)
            return None if most is None else filling.replaced(text, place, given, most)
        parts = self.literal(first, depth) if name == "join" else None
        if isinstance(parts, list) and isinstance(first, ast.Name) and self._scopes.is_built(first):
            parts = [*parts, f"{{{first.id}}}"]  # what the program adds to the list is asked about
        if isinstance(parts, list) and (joined := _joined(text, parts)) is not None:
            return joined
        return None

    def _arguments(self, node: ast.Call, depth: int) -> filling.Arguments:
        """What a call gives in turn, and by name, be that in keywords or in a dictionary."""
        mappings = [word.value for word in node.keywords if not word.arg]
        in_turn = list(takewhile(lambda value: not isinstance(value, ast.Starred), node.args))
        if _called(node) != "format":
            mappings, in_turn = mappings + in_turn, []
        named = dict(pair for value in mappings for pair in self._pairs(value))
        named |= {word.arg: word.value for word in node.keywords if word.arg}
        return self._given_all(in_turn, named, depth)

    def _pairs(self, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
        """The keys and values of a dictionary that stands there, or that a name stands for."""
        node = self._value(value)
        if isinstance(node, ast.Call) and _called(node) == "dict":
            yield from ((word.arg, word.value) for word in node.keywords if word.arg)
        elif isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, item

    def _percent(self, text: str, value: ast.expr, depth: int) -> str:
        """A text with what stands behind its ``%``: values in turn, a dictionary, or one value."""
        node = self._value(value)
        named = dict(self._pairs(value))
        in_turn = node.elts if isinstance(node, ast.Tuple) else [] if named else [value]
        return filling.percents(text, self._given_all(in_turn, named, depth))

    def _given_all(
        self, in_turn: Sequence[ast.expr], named: Mapping[str, ast.expr], depth: int
    ) -> filling.Arguments:
        given = [self._given(value, "", depth) for value in in_turn]
        names = Counter(each.name for each in given)
        given = [replace(each, name=each.name if names[each.name] == 1 else "") for each in given]
        by_name = {name: self._given(value, name, depth) for name, value in named.items()}
        return filling.Arguments(given, by_name)

    def _value(self, value: ast.expr) -> ast.expr:
        """What a name stands for where the program says so in one place, else the name itself."""
        if not isinstance(value, ast.Name) or self._scopes.is_built(value):
            return value
        latest = next(self._scopes.latest(value), None)
        found = [latest] if latest else self._scopes.values_of(value)
        return found[0] if len(found) == 1 and found[0] else value

    def _number(self, value: ast.expr) -> int | None:
        """A whole number; None where it is only known where the program runs."""
        try:
            number = ast.literal_eval(self._value(value))
        except ValueError:
            return None
        return number if isinstance(number, int) else None

    def _of_attribute(self, node: ast.Attribute, depth: int) -> Any:
        """What the classes of the program keep under such a name; None where that is several things."""
        found = [self._once(value, depth) for value in self._scopes.of_classes(node.attr)]
        return found[0] if found and all(other == found[0] for other in found) else None

    def _formatted(self, part: ast.expr, depth: int) -> str:
        """A part of a formatted text: a place has the words that its name stands for, else that in braces."""
        if not isinstance(part, ast.FormattedValue):
            return escaped(str(part.value) if isinstance(part, ast.Constant) else "")
        value = part.value
        if isinstance(value, ast.Name):
            given = self._given(value, value.id, depth)
            if given.words is not None:
                return given.in_braces
            (made, *others) = [*self._scopes.values_of(value), None]
            if not others[1:] and isinstance(made, ast.Call) and _called(made) in _SAME:
                inside = _name_of(made)
                return f"{{{inside if slot_like(inside) and not slot_like(value.id) else value.id}}}"
        return f"{{{_name_of(value)}}}"

    def _given(self, value: ast.expr, place: str, depth: int) -> filling.Given:
        """What a program puts in a place of this name: its words, or the name of data, and of what is only
        known where it runs.
        """
        name = _name_of(value)
        name = "" if name == _NAMELESS else name
        latest = next(self._scopes.latest(value), value) if isinstance(value, ast.Name) else value
        is_asked = {slot_like(place), slot_like(name)} & DATA or self._scopes.is_built(value)
        text = None if is_asked else self._once(latest, depth)
        if not is_asked and isinstance(latest, ast.Constant) and type(latest.value) in (int, float):
            text = str(latest.value)
        if not isinstance(text, str):
            return filling.Given(name=name)
        kept = self._scopes.values_of(value) if isinstance(value, ast.Name) else [value]
        parts = [part for node in kept if node for part in ast.walk(node)]
        return filling.Given(
            text, name, any(isinstance(part, ast.JoinedStr | ast.Call | ast.Mod) for part in parts)
        )

    def _message(self, node: ast.Call, name: str, said: Mapping[str | None, ast.expr], content: Any) -> Any:
        if not isinstance(content, str):
            return None
        if "role" in said:
            return {"role": self.literal(said["role"]), "content": content}
        of = ast.unparse(node.func).rsplit(".", 2)
        made = of[-2] if name == "from_template" and len(of) > 1 else name
        role = next((role for role, names in _ROLES if re.match(rf"(?:{names})Message", made)), "")
        if role:
            return {"role": role, "content": content}
        return content if name in {"from_template", "PromptTemplate", "Template"} else None


def _added(node: ast.expr) -> list[ast.expr]:
    """What is added one after the other, however many there are."""
    parts: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _joined(by: str, parts: list[Any]) -> str | None:
    """Texts as one; None where something is no text, or where they are too long together."""
    if not all(isinstance(part, str) for part in parts):
        return None
    return by.join(parts) if sum(len(part) + len(by) for part in parts) <= LONGEST else None


def _name_of(value: ast.expr) -> str:
    """What a place in a formatted text is called: the name that stands there, or the one worked with."""
    if isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        return ast.unparse(value)
    if isinstance(value, ast.Call) and _called(value) in _COUNTS:
        return f"{_called(value)}_of_{_name_of(value.args[0])}" if value.args else _NAMELESS
    if isinstance(value, ast.IfExp):
        value = ast.List([value.body, value.orelse, value.test])
    bound = {
        part.id
        for loop in ast.walk(value)
        if isinstance(loop, ast.comprehension)
        for part in ast.walk(loop.target)
        if isinstance(part, ast.Name)
    }
    names = [
        part.id for part in ast.walk(value) if isinstance(part, ast.Name) and part.id not in bound | _KNOWN
    ]
    called = {
        part.func.id
        for part in ast.walk(value)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }
    return next((name for name in names if name not in called), _NAMELESS)
