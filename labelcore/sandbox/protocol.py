"""What travels between the program and a worker: one JSON document a line, read as data of an exact shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from labelcore.sandbox.limits import LONGEST_REASON

TroubleKind = Literal["check", "verdict", "timeout", "memory", "crash", "size", "source", "stopped"]
"""check: it raised an error. verdict: what it returned is none. timeout, memory: it used up what it
may. crash: its interpreter ended. size: the output is too large. source: it cannot be run
at all. stopped: somebody stopped it before."""

_KINDS = frozenset(get_args(TroubleKind)) - {"stopped"}
_VALUES: dict[int, bool | None] = {0: False, 1: True, 2: None}


@dataclass(frozen=True)
class CheckInput:
    """What a check is given: one output with what stands beside it."""

    output: str
    input: str = ""
    context: str = ""
    metadata: Mapping[str, Any] | None = None

    def encoded(self) -> str:
        """As JSON. Halves of surrogate pairs, which no other process can read, become "?"."""
        values = [self.output, self.input, self.context, dict(self.metadata or {})]
        text = json.dumps(values, ensure_ascii=False, default=str)
        return text.encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class CheckAnswer:
    """What a check says of an output: True passes, False fails, None abstains."""

    value: bool | None
    reason: str = ""


@dataclass(frozen=True)
class Trouble:
    """Why a check says nothing of an output, with the line of the check where it stopped."""

    kind: TroubleKind
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


def read_results(document: object, n: int) -> list[CheckAnswer | Trouble] | Trouble:
    """The results of a batch of ``n``, or why it was given up; ValueError where no worker says this."""
    if not isinstance(document, dict):
        raise ValueError("no document")
    if "given_up" in document:
        return _trouble(document["given_up"])
    results = document.get("results")
    if not isinstance(results, list) or len(results) != n:
        raise ValueError("another number of results")
    return [_result(result) for result in results]


def read_faults(document: object) -> list[Trouble]:
    """Why a text is no check; ValueError where no honest worker says this."""
    faults = document.get("faults") if isinstance(document, dict) else None
    if not isinstance(faults, list):
        raise ValueError("no faults")
    return [Trouble("source", _text(fault[0]), _line(fault[1])) for fault in faults if len(fault) == 2]


def _result(result: object) -> CheckAnswer | Trouble:
    if isinstance(result, list) and len(result) == 2 and type(result[0]) is int and result[0] in _VALUES:
        return CheckAnswer(_VALUES[result[0]], _text(result[1]))
    return _trouble(result)


def _trouble(trouble: object) -> Trouble:
    if not isinstance(trouble, list) or len(trouble) != 3 or trouble[0] not in _KINDS:
        raise ValueError("no result")
    message, line = _text(trouble[1]), _line(trouble[2])
    if trouble[0] == "verdict":
        message = (
            f"check returned {message}; it must return True, False or None, alone or as (verdict, reason)."
        )
    return Trouble(trouble[0], message, line)


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise ValueError("no text")
    return text.encode("utf-8", "replace").decode()[:LONGEST_REASON]


def _line(number: object) -> int | None:
    return number if type(number) is int and number > 0 else None
