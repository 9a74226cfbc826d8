"""What the names of a Python program stand for, each in the function where it is used."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from labelcore.judges.foreign_prompts.filling import FILLS

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.Module, ast.ClassDef, *_FUNCTIONS, *_LOOPS)
_CHANGES = frozenset("append extend insert update setdefault pop popitem remove clear sort reverse".split())
"""Methods that change a list or a dictionary."""
_LOGS = frozenset("print pprint log debug info warning warn error exception critical write echo".split())
"""What prints or logs a text."""
_Key = tuple[ast.AST, str]


class _Kept(NamedTuple):
    """A value that a name is given: None for one that is not written there; ``again``: it is made of what the
    name stood for before.
    """

    value: ast.expr | None
    again: bool = False

    @property
    def end(self) -> tuple[int, int]:
        """Where it ends in the source."""
        value = self.value
        return (value.end_lineno or 0, value.end_col_offset or 0) if value else (0, 0)


class Scopes:
    """The values that each scope gives its names."""

    def __init__(self, tree: ast.Module) -> None:
        self._chains: dict[ast.Name, tuple[ast.AST, ...]] = {}
        self._kept: dict[_Key, list[_Kept]] = defaultdict(list)
        self._unsure: set[_Key] = set()
        self._arguments: dict[_Key, ast.expr | None] = {}
        self._changed: list[ast.expr] = []
        outer_names: list[tuple[_Key, tuple[ast.AST, ...]]] = []
        written: set[ast.AST] = set()
        waiting: list[tuple[ast.AST, tuple[ast.AST, ...], bool]] = [(tree, (), False)]
        while waiting:
            node, chain, in_turn = waiting.pop()
            if isinstance(node, ast.Name):
                self._chains[node] = chain
                if isinstance(node.ctx, ast.Store) and node not in written:
                    self._keep((chain[0], node.id), _Kept(None), in_turn=False)
            elif isinstance(node, ast.AugAssign):
                written.add(node.target)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                outer_names += [((chain[0], name), chain[1:]) for name in node.names]
            self._changed += _changed_by(node)
            for target, value in _assigned(node):
                written.add(target)
                again = any(isinstance(part, ast.Name) and part.id == target.id for part in ast.walk(value))
                self._keep((chain[0], target.id), _Kept(value, again), in_turn=in_turn)
            for child, inner in self._inside(node, chain):
                waiting.append((child, inner, isinstance(node, _SCOPES)))
        for (scope, name), scopes in outer_names:
            outer = self._innermost(name, scopes) or (tree, name)
            for one in self._kept.pop((scope, name), []):
                self._keep(outer, one, in_turn=False)
        for kept in self._kept.values():
            kept.sort(key=lambda one: one.end)
        self._built = self._put_together()

    def _put_together(self) -> set[_Key | str]:
        """The names and attributes whose value is known only when the program runs (of an argument, a loop,
        a branch, a list or another function), and all that is made of them.
        """
        users: dict[_Key | str | None, list[_Key]] = defaultdict(list)
        for key, kept in self._kept.items():
            for part in (part for one in kept if one.value for part in _bare(one.value)):
                users[self._key(part)].append(key)
        waiting = [self._key(node) for node in self._changed]
        waiting += (key for key in self._arguments if key not in self._kept and key[1] not in {"self", "cls"})
        for key, kept in self._kept.items():
            again = any(one.again for one in kept)
            is_list = any(isinstance(one.value, ast.List) for one in kept)
            if again + (key in self._unsure) + (key in self._arguments or is_list) > 1:
                waiting.append(key)
        built: set[_Key | str] = set()
        while waiting:
            if (known := waiting.pop()) and known not in built:
                built.add(known)
                waiting += users[known]
        return built

    def _key(self, node: ast.expr) -> _Key | str | None:
        """The innermost scope that has a name, with the name; of an attribute the word; None for others."""
        if isinstance(node, ast.Attribute):
            return node.attr
        if not isinstance(node, ast.Name):
            return None
        return self._innermost(node.id, self._chains.get(node, ()))

    def _innermost(self, name: str, scopes: Sequence[ast.AST]) -> _Key | None:
        known = ((scope, name) for scope in scopes)
        return next((key for key in known if key in self._kept or key in self._arguments), None)

    def _keep(self, key: _Key, kept: _Kept, *, in_turn: bool) -> None:
        """``in_turn``: it comes whatever happens, and behind what stands above it."""
        self._kept[key].append(kept)
        if not in_turn:
            self._unsure.add(key)

    def in_order(self) -> list[ast.expr]:
        """Every value that is kept under a name, as they stand in the source."""
        kept = sorted((one for values in self._kept.values() for one in values), key=lambda one: one.end)
        return [one.value for one in kept if one.value]

    def made_into(self) -> dict[ast.expr, ast.expr]:
        """Value -> the one that the same name is given next, and that is made of it."""
        return {
            one.value: after.value
            for key, kept in self._kept.items()
            if key not in self._unsure
            for one, after in pairwise(kept)
            if after.again and one.value and after.value
        }

    def latest(self, name: ast.Name) -> Iterator[ast.expr]:
        """What a name stands for where its scope gives it one value after the other: the last one above it,
        then those that it is made of; nothing that an outer scope keeps.
        """
        key = (self._chains[name][0], name.id)
        kept = self._kept.get(key, []) if key not in self._unsure else []
        for one in reversed(kept[: bisect_left(kept, (name.lineno, name.col_offset), key=lambda k: k.end)]):
            if one.value:
                yield one.value
            if not one.again:
                return

    def values_of(self, name: ast.Name) -> Sequence[ast.expr | None]:
        """Everything that is kept under a name in the innermost scope that has it; [] where none has."""
        for scope in self._chains.get(name, ()):
            if values := [one.value for one in self._kept.get((scope, name.id), []) if not one.again]:
                return values
            if (scope, name.id) in self._arguments:
                return [self._arguments[scope, name.id]]
        return []

    def is_built(self, value: ast.expr) -> bool:
        """Whether a part of a value is only known where the program runs: its text is not all of it."""
        return any(self._key(part) in self._built for part in _bare(value))

    def of_classes(self, name: str) -> list[ast.expr | None]:
        """Everything that classes keep under a name."""
        kept = (
            values
            for (scope, key), values in self._kept.items()
            if key == name and isinstance(scope, ast.ClassDef)
        )
        return [one.value for values in kept for one in values]

    def _inside(
        self, node: ast.AST, chain: tuple[ast.AST, ...]
    ) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
        """The parts of a node, each with its scopes, the innermost first; functions see no class's names."""
        inner = chain
        if isinstance(node, _SCOPES):
            seen = chain[1:] if chain and isinstance(chain[0], ast.ClassDef) else chain
            inner = (node, *seen)
        if isinstance(node, _FUNCTIONS):
            self._arguments.update({(node, name): value for name, value in _defaults(node.args)})
        for child in ast.iter_child_nodes(node):
            outside = isinstance(child, ast.arguments) or child in getattr(node, "decorator_list", ())
            yield child, chain if outside else inner


def _bare(value: ast.expr) -> Iterator[ast.expr]:
    """The parts of a value, without those that stand in places of a text."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            yield node
        if not isinstance(node, ast.FormattedValue | ast.keyword):
            filled = _filled_in(node)
            waiting += (part for part in ast.iter_child_nodes(node) if part not in filled)


def _filled_in(node: ast.AST) -> list[ast.expr]:
    """What a node fills into a text, beside keywords."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return [node.right]
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return []
    return node.args if node.func.attr in FILLS else node.args[1:] if node.func.attr == "replace" else []


def shown_in(node: ast.AST) -> list[ast.expr]:
    """What a text shows that is made there of others, also in a tuple, a list or a dictionary."""
    if isinstance(node, ast.JoinedStr):
        return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [node.left, node.right]
    shown = _filled_in(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        joined = node.args if node.func.attr == "join" else []
        shown = [*shown, *joined, *(word.value for word in node.keywords if node.func.attr in FILLS)]
    return [part for value in shown for part in (value, *_held(value))]


def logged_in(tree: ast.AST) -> set[ast.expr]:
    """What a program prints or logs, and what it keeps under a name for that."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _last_name(node.func) in _LOGS]
    told = [value for call in calls for value in call.args]
    names = {value.id for value in told if isinstance(value, ast.Name)}
    kept = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    return {*told, *(node.value for node in kept if names & {*map(_last_name, node.targets)})}


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _held(value: ast.expr) -> list[ast.expr]:
    """What stands in a tuple, a list or a dictionary."""
    if isinstance(value, ast.Dict):
        return value.values
    return value.elts if isinstance(value, ast.Tuple | ast.List) else []


def _changed_by(node: ast.AST) -> list[ast.expr]:
    """The value that is changed in place there."""
    if isinstance(node, ast.Attribute):
        return [node.value] if node.attr in _CHANGES else [node] if isinstance(node.ctx, ast.Store) else []
    if not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Load):
        return []
    value = node.value
    while isinstance(value, ast.Subscript):
        value = value.value
    return [value]


def _assigned(node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr]]:
    """(name, value) of each name that is given a value that is written there."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target, node.value


def _defaults(arguments: ast.arguments) -> Iterator[tuple[str, ast.expr | None]]:
    """(name, what it is where nothing is given) of each argument of a function."""
    plain = [*arguments.posonlyargs, *arguments.args]
    given = [None] * (len(plain) - len(arguments.defaults)) + [*arguments.defaults]
    yield from ((argument.arg, value) for argument, value in zip(plain, given, strict=True))
    yield from (
        (argument.arg, value)
        for argument, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    )
    yield from ((argument.arg, None) for argument in (arguments.vararg, arguments.kwarg) if argument)
