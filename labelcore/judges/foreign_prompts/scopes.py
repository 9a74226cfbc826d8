"""What the names of a Python program stand for, each in the function where it is used."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.Module, ast.ClassDef, *_FUNCTIONS, *_LOOPS)


class Scopes:
    """The values that each scope gives its names: None for one that is not written there."""

    def __init__(self, tree: ast.Module) -> None:
        self._chains: dict[ast.Name, tuple[ast.AST, ...]] = {}
        self._values: dict[tuple[ast.AST, str], list[ast.expr | None]] = defaultdict(list)
        self._arguments: dict[tuple[ast.AST, str], ast.expr | None] = {}
        written: set[ast.AST] = set()
        waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
        while waiting:
            node, chain = waiting.pop()
            if isinstance(node, ast.Name):
                self._chains[node] = chain
                if isinstance(node.ctx, ast.Store) and node not in written:
                    self._values[chain[0], node.id].append(None)
            elif not isinstance(node, ast.AugAssign):
                for target, value in _assigned(node):
                    written.add(target)
                    if not _mentions(value, target.id):
                        self._values[chain[0], target.id].append(value)
            else:
                written.add(node.target)
            waiting += self._inside(node, chain)

    def values_of(self, name: ast.Name) -> Sequence[ast.expr | None]:
        """Everything that is kept under a name in the innermost scope that has it; [] where none has."""
        for scope in self._chains.get(name, ()):
            if values := self._values.get((scope, name.id)):
                return values
            if (scope, name.id) in self._arguments:
                return [self._arguments[scope, name.id]]
        return []

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


def _assigned(node: ast.AST) -> Iterator[tuple[ast.Name, ast.expr]]:
    """(name, value) of each name that is given a value that is written there."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target, node.value


def _mentions(value: ast.expr, name: str) -> bool:
    """Whether a value is made of what the name stood for before: the same text filled or laid out."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(value))


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
