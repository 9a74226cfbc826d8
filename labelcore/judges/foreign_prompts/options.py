"""The options that stand beside a prompt, each with the number that it stands for.

Braintrust's choice scores, Phoenix's choices, MLflow's numeric values, OpenAI's labels of which some pass;
OpenAI's choice strings have none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from labelcore.judges.fields import nodes


class Scale(NamedTuple):
    """The ends of a score that a tool asks for in code, and from where on it passes; None unsaid."""

    low: float
    high: float
    pass_from: float | None


Options = tuple[tuple[str, float | None], ...]
_NAMED = r"choice_?scores|numeric_values"
_SOURCE = re.compile(
    rf"\b(?:{_NAMED}|choices)\b[\"']?\s*(?::[^={{}}\n]{{1,60}})?[:=]\s*\{{(?P<inside>[^{{}}]{{1,4000}})\}}",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"(?:\A|[,{\n])\s*(?:(?P<quote>[\"'])(?P<quoted>[^\"'\n]{1,60})(?P=quote)|(?P<bare>\w{1,60}))\s*:\s*"
    r"(?P<value>-?\d{1,6}(?:\.\d{1,6})?|None|null|undefined)\s*(?=[,}\n#/]|\Z)"
)
_DIRECTION = re.compile(
    r"\b(?:optimi[sz]ation_?)?direction[\"']?\s*[:=]\s*[\"']?(maximize|minimize|neutral)\b", re.IGNORECASE
)
_MOST = 40
_NOT_SCORED = {"None", "null", "undefined"}


def options_in(data: Any) -> Options:
    """The options of data such as a YAML file; () where it has none. Keys that YAML took for truth values
    are words again. Where none has a number, what they mean is not said.
    """
    mappings = (_of_mapping(node) for node in nodes(data) if isinstance(node, Mapping))
    return next(filter(None, mappings), ())


def _of_mapping(node: Mapping[Any, Any]) -> Options:
    strings, labels, passing = (node.get(name) for name in ("choice_strings", "labels", "passing_labels"))
    if node.get("type") == "label_model" and isinstance(labels, list) and isinstance(passing, list):
        return _sound([(str(label), float(label in passing)) for label in labels])
    for name, value in node.items():
        is_choice = isinstance(name, str) and re.fullmatch(rf"{_NAMED}|choices", name, re.IGNORECASE)
        if is_choice and isinstance(value, Mapping) and _are_scores(value.values()):
            return _sound([(_word(key), score) for key, score in value.items()])
    if isinstance(strings, str) and not strings.isalnum():
        return ()  # from_n and its like: what may be answered is worked out by the tool
    if isinstance(strings, str | list) and 1 < len(strings) <= _MOST:
        scored = node.get("choice_scores") == "from_strings" and all(map(_is_number, strings))
        return tuple((_word(word), float(word) if scored else None) for word in strings)
    return ()


def scale_in(grader: Mapping[str, Any]) -> Scale | None:
    """The scale of one of OpenAI's graders that give a score; None where it names none. One that only says
    from where on it passes has its tool's: from 0 to 1.
    """
    pass_from = grader.get("pass_threshold")
    ends = grader.get("range") or ([0, 1] if pass_from is not None else None)
    if grader.get("type") != "score_model" or not isinstance(ends, list) or len(ends) != 2:
        return None
    if any(value is None for value in ends) or not _are_scores([*ends, pass_from]):
        return None
    return Scale(float(ends[0]), float(ends[1]), None if pass_from is None else float(pass_from))


def _is_number(word: Any) -> bool:
    return re.fullmatch(r"-?\d{1,6}(?:\.\d{1,6})?", str(word)) is not None


def _are_scores(values: Iterable[Any]) -> bool:
    return all(
        value is None
        or (isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))
        for value in values
    )


def _word(key: Any) -> str:
    return {True: "Yes", False: "No"}[key] if isinstance(key, bool) else str(key)


def options_of(source: str) -> Options:
    """The options that stand in a program's text, be it Python or JavaScript; () where there are none."""
    for match in _SOURCE.finditer(source):
        pairs = [
            (pair["quoted"] or pair["bare"], None if pair["value"] in _NOT_SCORED else float(pair["value"]))
            for pair in _PAIR.finditer(match["inside"])
        ]
        if options := _sound(pairs):
            return options
    return ()


def direction_of(source: str) -> str:
    """Which of the numbers are the better ones, as a file says: maximize, minimize, neutral, "" unsaid."""
    told = _DIRECTION.search(source)
    return told[1].casefold() if told else ""


def _sound(pairs: Iterable[tuple[str, float | None]]) -> Options:
    """The pairs where they tell good from bad: two different numbers at least."""
    options = {word.strip(): score for word, score in pairs if 0 < len(word.strip()) <= 60}
    scores = {score for score in options.values() if score is not None}
    return tuple(options.items()) if len(scores) > 1 and len(options) <= _MOST else ()
