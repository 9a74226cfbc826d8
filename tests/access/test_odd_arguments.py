"""Every argument of every operation, as odd as a program may send it: done, or refused in a sentence."""

from __future__ import annotations

import contextlib
import inspect
import math
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from labelcore import operations
from labelcore.catalogue import catalogue
from labelcore.errors import LabelcoreError
from labelcore.operations import Operation, find_operation
from labelcore.settings import settings
from labelcore.stages import grading, importing, projects
from labelcore.stages.deriving import editing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace

_TEXTS = ("", "\x00", "\ud800x", "x" * 2_000, "../../etc/passwd", "a'b\";--", "{0}{x}%s", "[", "(?P<", "-1")
_NUMBERS = (-1, 0, 2**31, 2**63, 10**30, math.nan, math.inf, -math.inf, 1e308, True, "x")
_OTHERS: tuple[Any, ...] = (None, [], {}, [""], ["\x00"], [1], ["x"] * 100, {"a": 1}, {"\x00": "\ud800"})
_LONG = {"demo", "local-model start", "local-model stop", "vacuum", "backup", "judge propose", "derive"}
"""What takes long for each call, or reaches beyond the database."""
_FAULTS = ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError, duckdb.Error
_NAMES = sorted(catalogue().keys() - _LONG)


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Six outputs that two people grade differently, and somebody who asks from elsewhere."""
    folder = tmp_path_factory.mktemp("odd")
    path = folder / "odd.duckdb"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LABELCORE_DB", str(path))
        patched.setattr(operations, "_LONG_WORK", 10**9)
        settings.cache_clear()
        db = open_database(path)
        place = Workspace(db, projects.open_project(db, "odd"), "Eva")
        (folder / "a.csv").write_text("output\n" + "".join(f"Answer {at} is fine.\n" for at in range(6)))
        importing.import_file(place, str(folder / "a.csv"))
        editing.add_criterion(place, "Short", statement="It is short.")
        for who, value in (("Ana", "pass"), ("Ben", "fail")):
            for (output,) in db.rows("SELECT output_id FROM output_current"):
                grading.grade(place.by(who), output, value)
        yield replace(place, here=False)
        close_database(path)
    settings.cache_clear()


def usual(place: Workspace, marked: Operation) -> dict[str, Any]:
    """Something for each argument that must be given."""
    [(output,)] = place.db.rows("SELECT output_id FROM output_current LIMIT 1")
    known = {"output": output, "criterion": "Short", "name": "Ana", "annotator": "Ana", "value": "pass"}
    needed = [name for name, field in marked.fields.items() if field.default is inspect.Parameter.empty]
    given: dict[str, Any] = {}
    for name in needed:
        words = str(marked.fields[name].annotation)
        one: Any = known.get(name, 2 if "int" in words or "float" in words else "x")
        given[name] = [one] if "Sequence" in words or "tuple" in words else one
    return given


def odd(annotation: Any) -> tuple[Any, ...]:
    words = str(annotation)
    return (*_OTHERS, *(_NUMBERS if "int" in words or "float" in words else ()), *_TEXTS)


@pytest.mark.whole
@pytest.mark.parametrize("name", _NAMES)
def test_an_odd_argument_is_taken_or_refused_in_words(far: Workspace, name: str) -> None:
    marked = find_operation(name)
    faults = []
    for argument, field in marked.fields.items():
        for value in odd(field.annotation):
            with warnings.catch_warnings(), contextlib.suppress(LabelcoreError):
                warnings.simplefilter("ignore")
                try:
                    marked.call(far, usual(far, marked) | {argument: value})
                except _FAULTS as fault:
                    faults.append(f"{argument}={value!r:.40}: {type(fault).__name__} {fault!s:.80}")
    assert not faults, faults[:5]


def test_things_are_given_by_name_and_several_as_a_list(far: Workspace) -> None:
    for operation, given in (
        ("outputs show", {"output": -1}),
        ("team ask", {"criteria": "Short"}),
        ("criteria merge", {"criteria": [1]}),
        ("criteria apart", {"criteria": [1]}),
        ("codes merge", {"codes": []}),
        ("sample", {"seed": -1}),
        ("outputs list", {"search": "x" * 300_000}),
    ):
        with pytest.raises(LabelcoreError):
            find_operation(operation).call(far, given)
