"""Instructions for Inspect's scorers that ask a model: what is judged is put above them in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

from labelcore.judges.foreign_prompts.options import Options
from labelcore.judges.foreign_prompts.variables import escaped

ROLE = "inspect"
"""The role of the only message, of which Inspect writes a part in code."""
_SCORERS = frozenset(("model_graded_qa", "model_graded_fact"))
_GIVEN = ("template", "instructions", "grade_pattern")
_PLACE = "{instructions}"
_DATA = (
    "Task:\n{question}\n\nCriterion of a good answer:\n{target}\n\nSubmitted answer:\n{answer}\n\n" + _PLACE
)


def in_calls(tree: ast.Module, literal: Callable[[ast.expr | None], Any]) -> Iterator[tuple[str, str]]:
    """(scorer, text) of each call with instructions: in its template, else below what it judges."""
    for node in ast.walk(tree):
        name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in _SCORERS:
            given = dict(zip(_GIVEN, node.args, strict=False))
            given |= {word.arg: word.value for word in node.keywords if word.arg}
            template = literal(given["template"]) if "template" in given else _DATA
            instructions = literal(given.get("instructions"))
            if isinstance(instructions, str) and isinstance(template, str) and _PLACE in template:
                yield name, template.replace(_PLACE, escaped(instructions.strip()))


def grades(source: str, words: str) -> Options:
    """The letters that Inspect reads, with what they count there; () where a program has its own pattern."""
    if "grade_pattern" in source:
        return ()
    partly = [("P", 0.5)] if re.search(r"\bP\b", words) else []
    return (("C", 1.0), *partly, ("I", 0.0))
