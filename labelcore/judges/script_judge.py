"""Script judges: a check as Python text, run in the sandbox; its errors are never verdicts.

They are code judges whose specification has a ``source`` instead of a detector.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from labelcore.errors import BadInput, ModelTrouble
from labelcore.judges.fields import at_pointer
from labelcore.models import Decision, Frozen, Output, VerdictValue
from labelcore.sandbox.limits import LONGEST_SOURCE
from labelcore.sandbox.pool import Pool, shared_pool
from labelcore.sandbox.protocol import Answer, Row, Trouble

_VALUES: dict[bool | None, VerdictValue] = {True: "pass", False: "fail", None: "abstain"}
_NO_REASON = "The check gives no reason."
_LONGEST_DESCRIPTION = 200


class ScriptSpec(Frozen):
    """A check's text. ``library`` says where one that came by file was measured before.

    ``field``: the JSON pointer of the only part of an output that it sees; it stays out of what is
    written where there is none, so that the ids of other checks are what they were.
    """

    source: str = Field(min_length=1, max_length=LONGEST_SOURCE)
    language: Literal["python-subset"] = "python-subset"
    field: str = Field(default="", exclude_if=lambda field: not field)
    library: dict[str, Any] | None = Field(default=None, exclude=True, repr=False)


def is_script(spec: Mapping[str, Any]) -> bool:
    """Whether a code judge's specification is a text to run, not a detector."""
    return "source" in spec


def make_spec(source: str, pool: Pool | None = None, *, field: str = "") -> dict[str, Any]:
    """The specification of a text, read and compiled in the sandbox but not run.

    ``field``: the JSON pointer of the only part of an output that it shall see; "" for all.

    Raises:
        BadInput: it is no check; the sentence names the line.
    """
    text = source.replace("\r\n", "\n")
    faults = (pool or shared_pool()).faults(text)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise BadInput(
            f"The check cannot be used: {faults[0]}{more}",
            next_step="`labelcore judge contract` says what a check may use.",
        )
    return ScriptSpec(source=text, field=field).model_dump(mode="json")


def decide_all(
    spec: Mapping[str, Any],
    outputs: Sequence[Output],
    pool: Pool | None = None,
    stop: threading.Event | None = None,
) -> list[Decision | ModelTrouble]:
    """One decision for each output, or why there is none; an output's trouble is its own.

    After ``stop`` outputs without an answer have the trouble "stopped". A check of a field sees its
    text in the output's place, and abstains where an output has no such field.
    """
    check = ScriptSpec.model_validate(dict(spec))
    seen = [at_pointer(output, check.field) if check.field else output for output in outputs]
    rows = [Row(one.text, one.input, one.context, one.metadata) for one in seen if one]
    results = iter((pool or shared_pool()).evaluate(check.source, rows, stop=stop))
    missing = Decision(value="abstain", reason=f"The output has no field {check.field}.")
    return [_decision(next(results)) if one else missing for one in seen]


def describe(source: str, field: str = "") -> str:
    """The first words that the writer says about the check, else that it is one."""
    return f"It sees only the field {field}. {_said(source)}" if field else _said(source)


def _said(source: str) -> str:
    for line in source.split("\n"):
        said = line.strip().strip("#").strip().strip("\"'").strip()
        if line.strip().startswith(("#", '"""', "'''")) and said:
            return said[:_LONGEST_DESCRIPTION]
    return "A check in Python."


def _decision(result: Answer | Trouble) -> Decision | ModelTrouble:
    if isinstance(result, Trouble):
        return ModelTrouble(f"The check failed: {result}", kind=result.kind)
    return Decision(value=_VALUES[result.value], reason=result.reason or _NO_REASON)
