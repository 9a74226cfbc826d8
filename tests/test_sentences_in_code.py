"""What the code says to people: every sentence is in the catalogue, and has what it names."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from labelcore import messages
from labelcore.messages import telling
from labelcore.messages.__main__ import spoken
from labelcore.models import Fact
from labelcore.stats.rate import Rate
from pages import widgets
from tests.app_server import ROOT


@cache
def tree_of(path: Path) -> ast.Module:
    """A file of the code as it is parsed."""
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.whole
def test_the_subject_of_a_sentence_has_all_that_the_sentence_names() -> None:
    """A type checker does not see it. What no annotation tells is left to the tests of each command."""
    missing, seen = [], 0
    for package in (messages, widgets):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            loaded = importlib.import_module(module.name)
            tree = tree_of(Path(str(loaded.__file__)))
            shapes = shapes_of(tree)
            for part in tree.body:
                if isinstance(part, ast.FunctionDef):
                    scope = kinds_of(part, get_type_hints(getattr(loaded, part.name), localns=shapes))
                    for kind, name in named(part, scope):
                        seen += 1
                        missing += [] if has(kind, name) else [f"{module.name}.{part.name}: {name}"]
    assert missing == [] and seen > 150


def shapes_of(tree: ast.Module) -> dict[str, object]:
    """What a file imports for the type checker only."""
    return {
        name.name: getattr(importlib.import_module(str(part.module)), name.name)
        for branch in tree.body
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for part in branch.body
        if isinstance(part, ast.ImportFrom)
        for name in part.names
    }


def test_every_moment_that_people_read_says_its_zone() -> None:
    files = [path for folder in ("labelcore", "pages") for path in (ROOT / folder).rglob("*.p[yo]")]
    assert messages.catalogue.CATALOGUE in files
    for file in files:
        assert not re.search(r"%H:%M(?! %Z|:%S ?%[Zz])", file.read_text("utf-8")), file


def test_each_of_the_kinds_that_a_subject_may_be_has_what_is_named() -> None:
    assert has(Fact, "code") and has(Annotated[Fact, "told"], "code") and has(Fact | Rate, "model_fields")
    assert has(Fact | None, "code") and not has(Fact | Rate, "code")
    assert not has(Literal["n"], "n") and not has(list[Fact], "code") and not has(dict[str, Fact], "code")


def kinds_of(function: ast.FunctionDef, hints: Mapping[str, object]) -> dict[str, object]:
    """What each name of a function is: its parameters, and what loops and assignments take from these."""
    scope = dict(hints)
    for node in ast.walk(function):
        match node:
            case (
                ast.For(target=ast.Name(id=name), iter=source)
                | ast.comprehension(target=ast.Name(id=name), iter=source)
            ):
                kind = element_of(kind_of(source, scope))
            case ast.Assign(targets=[ast.Name(id=name)], value=source):
                kind = kind_of(source, scope)
            case _:
                continue
        scope[name] = kind if scope.get(name, kind) == kind else Any
    return scope


def kind_of(source: ast.expr, scope: Mapping[str, object]) -> object:
    """What an expression is: a name, or a field of what one is; Any where that is not told."""
    match source:
        case ast.Name(id=name):
            return scope.get(name, Any)
        case ast.Attribute(value=owner, attr=name):
            kind = kind_of(owner, scope)
            fields = get_type_hints(kind) if isinstance(kind, type) else {}
            return fields.get(name, Any)
    return Any


def element_of(kind: object) -> object:
    """What a sequence of a kind holds."""
    holds_one = get_origin(kind) in {tuple, list, Sequence} and get_args(kind)[1:] in {(), (...,)}
    return get_args(kind)[0] if holds_one else Any


def named(function: ast.FunctionDef, scope: Mapping[str, object]) -> Iterator[tuple[object, str]]:
    """The names that sentences take from their subject, with what the subject is."""
    for call in ast.walk(function):
        match call:
            case ast.Call(func=ast.Name(id="say"), args=[ast.Constant(value=str(words)), subject]):
                pass
            case ast.Call(
                func=ast.Name(id="counted"),
                args=[ast.Constant(value=str(one)), ast.Constant(value=str(several)), subject],
            ):
                words = one + several
            case _:
                continue
        given, kind = {keyword.arg for keyword in call.keywords}, kind_of(subject, scope)
        if None not in given and kind is not Any:
            names = {name for _, name, _, _ in string.Formatter().parse(words) if name}
            yield from ((kind, name) for name in sorted(names - given))


def has(kind: Any, name: str) -> bool:
    """Whether what is of this kind has a field or property of that name; of several, whether each has.

    Nothing is said of None: the code asks before.
    """
    if get_origin(kind) in {Union, UnionType}:
        return all(has(part, name) for part in get_args(kind) if part is not NoneType)
    if get_origin(kind) is Annotated:
        return has(get_args(kind)[0], name)
    return isinstance(kind, type) and name in {*get_type_hints(kind), *dir(kind)}


@pytest.mark.whole
def test_what_is_said_to_people_stands_where_it_is_said_and_is_no_made_up_text() -> None:
    """An f-string would be text already: the catalogue could not have it."""
    root = Path(messages.__file__).parents[2]
    found = []
    for folder in ("labelcore", "pages"):
        for path in sorted((root / folder).rglob("*.py")):
            for name, given in spoken(tree_of(path)):
                if any(made_up(argument) for argument in given):
                    found.append(f"{path.relative_to(root)}: {name}({ast.unparse(given[0])})")
    assert found == []


def made_up(given: ast.expr) -> bool:
    """Whether an expression may be a text that was put together where it stands."""
    if isinstance(given, ast.IfExp):
        return made_up(given.body) or made_up(given.orelse)
    if isinstance(given, ast.BoolOp):
        return any(map(made_up, given.values))
    formatted = isinstance(given, ast.Call) and getattr(given.func, "attr", "") == "format"
    return formatted or isinstance(given, ast.JoinedStr | ast.BinOp)


def test_what_people_read_has_the_commas_of_the_language() -> None:
    """``listed`` and ``clauses`` put them between; ", " is English's."""
    places = [ROOT / "pages", ROOT / "labelcore" / "messages" / "lines"]
    sources = [path for place in places for path in sorted(place.rglob("*.py"))]
    assert [path.name for path in sources if '", ".join(' in path.read_text("utf-8")] == []


def test_no_line_of_a_command_is_english_alone() -> None:
    folder = Path(messages.__file__).parent / "lines"
    found = [
        f"{path.relative_to(folder)}: {text!r}"
        for path in sorted(folder.rglob("*.py"))
        for text in unsaid(tree_of(path))
        if not text.strip("`").startswith(("labelcore ", "--", "export "))
    ]
    assert found == []


def test_a_bare_sentence_is_seen_wherever_it_stands() -> None:
    told = """
def lines(found):
    'What came of it.'
    aside = "; none left" if found.n else ""
    yield f"{found.n} outputs{aside}"
    yield say("All is well.") if found.state == "all right" else {"as is": say("As it is.")}[found.word]
    yield from map(say, ["Never said"])
"""
    assert sorted(unsaid(ast.parse(told))) == ["; none left", "Never said", "{} outputs{}"]


def unsaid(node: ast.AST) -> Iterator[str]:
    """English in a file that no `say` is given: words in an f-string, or several words together."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        if re.search("[A-Za-z]{2}", text):
            yield text
        for value in node.values:
            yield from unsaid(value.value) if isinstance(value, ast.FormattedValue) else ()
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and re.search("[A-Za-z]{2}.* |[ ,;].*[A-Za-z]{2}", node.value):
            yield node.value
    else:
        for child in shown(node):
            yield from unsaid(child)


def shown(node: ast.AST) -> list[ast.AST]:
    """The parts of a piece of code that may be shown as they stand: no keys, no docstring, nothing said."""
    match node:
        case ast.Call(func=ast.Name(id="say" | "counted" as name)):
            return [*node.args[2 if name == "counted" else 1 :], *node.keywords]
        case ast.Dict():
            return list(node.values)
        case ast.FunctionDef():
            return list(node.body)
        case ast.Subscript():
            return [node.value]
        case ast.Compare() | ast.MatchValue() | ast.Expr(value=ast.Constant()):
            return []
    return list(ast.iter_child_nodes(node))


@cache
def facts_of_the_code() -> tuple[tuple[str, frozenset[str]], ...]:
    """Each call of `fact` with a code that stands there, and the names of the values it is given."""
    found = []
    for path in (Path(messages.__file__).parents[1]).rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "fact":
                known = [code for code in (codes(node.args[0]) if node.args else ()) if code]
                names = frozenset(keyword.arg or "*" for keyword in node.keywords)
                found += [(code, names) for code in known]
    return tuple(found)


def codes(node: ast.expr) -> list[str]:
    """The codes that an expression may be; an f-string stands for all of its form."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return codes(node.body) + codes(node.orelse)
    if isinstance(node, ast.JoinedStr):
        pattern = "".join(str(p.value) if isinstance(p, ast.Constant) else ".*" for p in node.values)
        return [code for code in telling.WORDS if re.fullmatch(pattern, code)]
    return []


def test_every_fact_has_its_sentence_with_places_for_what_it_is_given() -> None:
    for code, names in facts_of_the_code():
        words = telling.WORDS[code]
        wanted = set(re.findall(r"{(\w+)", "".join(words)))
        assert "*" in names or wanted <= names, (code, wanted, names)


def test_no_sentence_waits_for_a_fact_that_nobody_finds() -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in (Path(messages.__file__).parents[1]).rglob("*.py")
        if path.parent.name != "messages"
    )
    found = {code for code, _ in facts_of_the_code()}
    assert [code for code in telling.WORDS if code not in found and f'"{code}"' not in source] == []
