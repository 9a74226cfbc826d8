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
UNGRADED = "inspect, letters of the program unread"
"""The same where the program has a pattern for the grade."""
WHOLE = "inspect, whole"
"""A template in which nothing is left to Inspect but to read the grade."""
LABEL = "GRADE"
"""Behind which Inspect looks for the letter."""
_SCORERS = frozenset(("model_graded_qa", "model_graded_fact"))
_GIVEN = ("template", "instructions", "grade_pattern")
_PLACE = "{instructions}"
_DATA = (
    "Task:\n{question}\n\nCriterion of a good answer:\n{target}\n\nSubmitted answer:\n{answer}\n\n" + _PLACE
)


def in_calls(tree: ast.Module, literal: Callable[[ast.expr | None], Any]) -> Iterator[tuple[str, str, str]]:
    """(scorer, role, text) of each call with words of its program: its template, with the instructions in it;
    instructions alone below what Inspect has judged.
    """
    for node in ast.walk(tree):
        name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in _SCORERS:
            given = _given(node)
            template = literal(given["template"]) if "template" in given else _DATA
            instructions = literal(given.get("instructions"))
            if not isinstance(template, str) or not template.strip():
                continue
            if _PLACE not in template and "grade_pattern" not in given:
                yield name, WHOLE, template
            elif _PLACE in template and isinstance(instructions, str) and instructions.strip():
                role = UNGRADED if "grade_pattern" in given else ROLE
                yield name, role, template.replace(_PLACE, escaped(instructions.strip()))


def _given(call: ast.Call) -> dict[str, ast.expr]:
    """What a call gives by its place or its name; None stands for what Inspect has."""
    given = dict(zip(_GIVEN, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    return {
        name: value
        for name, value in given.items()
        if not (isinstance(value, ast.Constant) and value.value is None)
    }


def grades(words: str) -> Options:
    """The letters that Inspect reads, with what they count there."""
    partly = [("P", 0.5)] if re.search(r"\bP\b", words) else []
    return (("C", 1.0), *partly, ("I", 0.0))
