"""A worker process: reads batches from its input, runs checks in Monty, writes results.

It is started with an empty environment, walls itself in (:func:`labelcore.sandbox.limits.harden`)
and then starts the interpreter as a child of its own, which inherits the walls.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from typing import Any

from labelcore.sandbox import limits
from labelcore.sandbox.guest import Program, program
from labelcore.sandbox.subset import faults_of

Document = dict[str, Any]
_MESSAGE = 300
_GRACE = 1.0
_UNSUPPORTED = "NotImplementedError: The monty syntax parser does not yet support "


def main() -> None:
    """Answer one line after the other until the input ends."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # nothing else may write between the answers
    alone = limits.harden()
    host = _Host()
    _say(answers, {"ready": True, "no_network": alone})
    for line in sys.stdin.buffer:
        _say(answers, host.answer(json.loads(line)))


def _say(answers: Any, document: Document) -> None:
    data = json.dumps(document).encode() + b"\n"
    while data:  # a pipe takes what it has room for
        data = data[answers.write(data) :]


class _Host:
    """Monty's pool of one child, replaced by it when it ends."""

    def __init__(self) -> None:
        from pydantic_monty import Monty

        self._pool = Monty(max_processes=1, feed_duration_limit_grace=_GRACE).__enter__()
        self._child: int | None = None

    def answer(self, asked: Document) -> Document:
        """The answer to one request."""
        source = asked["source"]
        faults = list(_faults(source)) if asked["read_first"] else []
        if not faults:
            try:
                made = _program(source)
            except ValueError as trouble:
                faults = [(f"SyntaxError: {trouble}", None)]
        if faults or asked["do"] == "read":
            return {"faults": faults or self._compiled(made, asked)}
        return self._run(made, asked)

    def _session(self, asked: Document) -> Any:
        return self._pool.checkout(
            script_name="check.py",
            assert_message_annotations=False,
            limits={
                "max_feed_duration_secs": asked["seconds"],
                "max_memory": asked["memory"],
                "max_recursion_depth": limits.DEEPEST,
                "max_total_sleep_secs": 0,
            },
            os_policy={"datetime": "call_host", "sleep": "call_host", "random_start": "call_host"},
        )

    def _open(self, session: Any, made: Program) -> None:
        child = session.worker_pid
        if child != self._child and child:
            limits.forbid_processes(child)
            self._child = child
        session.feed_run(made.text, print_callback=_nothing)

    def _compiled(self, made: Program, asked: Document) -> list[tuple[str, int | None]]:
        """What Monty itself has against the text; the check is not run."""
        from pydantic_monty import MontyError

        try:
            with self._session(asked) as session:
                self._open(session, made)
        except MontyError as trouble:
            _, message, line = _described(trouble, made)
            return [(message, line)]
        return []

    def _run(self, made: Program, asked: Document) -> Document:
        from pydantic_monty import MontyError

        rows, opened = asked["rows"], False
        try:
            with self._session(asked) as session:
                self._open(session, made)
                opened = True
                given = {f"{made.name}_rows": rows}
                results = session.feed_run(made.all, inputs=given, print_callback=_nothing)
                for at, result in enumerate(results):
                    if result is None:
                        results[at] = self._error(session, made, rows[at])
        except MontyError as trouble:
            kind, message, line = _described(trouble, made)
            return {"given_up": [kind if opened else "source", message, line]}
        return {"results": results}

    @staticmethod
    def _error(session: Any, made: Program, row: list[Any]) -> list[Any]:
        """The error that a check raised, got by running it once more without a net."""
        from pydantic_monty import MontyRuntimeError

        try:
            session.feed_run(made.one, inputs={f"{made.name}_row": row}, print_callback=_nothing)
        except MontyRuntimeError as trouble:
            kind, message, line = _described(trouble, made)
            if line is None and kind in {"timeout", "memory"}:
                raise  # the interpreter stopped it, not the check itself
            return ["check", message, line]
        return ["check", "It raised an error once, and none when it was run again.", None]


def _described(trouble: Any, made: Program) -> list[Any]:
    """Kind, message, line. Only what the interpreter itself raises has no line of the check's."""
    from pydantic_monty import MontyCrashedError, MontyRuntimeError, MontySyntaxError

    if isinstance(trouble, MontyCrashedError):
        return ["timeout" if trouble.timed_out else "crash", "The interpreter ended.", None]
    if not isinstance(trouble, MontyRuntimeError | MontySyntaxError):
        return ["crash", str(trouble)[:_MESSAGE], None]
    lines = [made.line(frame.line) for frame in trouble.traceback()]
    line = next((number for number in reversed(lines) if number), None)
    message = trouble.display("type-msg")[:_MESSAGE].replace(_UNSUPPORTED, "Not possible in a check: ")
    kind = {"TimeoutError": "timeout", "MemoryError": "memory"}.get(message.split(":")[0], "check")
    return [kind, message, line]


@functools.lru_cache(maxsize=8)
def _faults(source: str) -> tuple[tuple[str, int | None], ...]:
    return tuple(faults_of(source))


@functools.lru_cache(maxsize=8)
def _program(source: str) -> Program:
    return program(source)


def _nothing(_stream: str, _text: str) -> None:
    """What a check prints goes nowhere."""
