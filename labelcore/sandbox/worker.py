"""A worker process: it starts with an empty environment, walls itself in, starts Monty as its child, which
inherits the walls, then reads batches from its input, runs checks and writes results.
"""

from __future__ import annotations

import functools
import io
import json
import os
import secrets
import sys
import tokenize
from dataclasses import dataclass
from typing import Any

from labelcore.sandbox import limits
from labelcore.sandbox.subset import faults_of

Document = dict[str, Any]
_MESSAGE = 300
_GRACE = 1.0
_UNSUPPORTED = "NotImplementedError: The monty syntax parser does not yet support "
_OPENING = {getattr(tokenize, name, -1) for name in ("FSTRING_START", "TSTRING_START")}
_CLOSING = {getattr(tokenize, name, -1) for name in ("FSTRING_END", "TSTRING_END")}
_CALLER = """
exec = eval = open = id = hash = None
def print(*values, **options): return None
def {n}_shape(r):
    if r is True: return [1, ""]
    if r is False: return [0, ""]
    if r is None: return [2, ""]
    if type(r) is tuple and len(r) == 2 and (r[1] is None or type(r[1]) is str):
        if r[0] is True: return [1, (r[1] or "")[:{longest}]]
        if r[0] is False: return [0, (r[1] or "")[:{longest}]]
        if r[0] is None: return [2, (r[1] or "")[:{longest}]]
    return ["verdict", str(type(r))[:80], None]
def {n}_one(row):
    return {n}_shape({n}_made()(row[0], row[1], row[2], row[3]))
def {n}_all(rows):
    results = []
    for row in rows:
        try:
            results.append({n}_one(row))
        except BaseException:
            results.append(None)
    return results
"""


@dataclass(frozen=True)
class Program:
    """What runs inside the interpreter: a check with what calls it, built anew for every output.

    Its text becomes the body of a function, so its names are local to one call. What calls it has a
    random name, and keeps rows and results where no name leads to them. ``lines`` are the check's.
    """

    text: str
    name: str
    lines: int

    def line(self, number: int) -> int | None:
        """The check's line for a line of the program."""
        return number - 1 if 1 < number <= self.lines + 1 else None


@functools.lru_cache(maxsize=8)
def program(source: str) -> Program:
    """Wrap a check: its first line is the second of the program; ValueError where it has no clear tokens."""
    name = f"n{secrets.token_hex(8)}"
    lines = source.split("\n")
    try:
        inside = _lines_in_strings(source)
    except (tokenize.TokenError, SyntaxError) as trouble:
        raise ValueError(str(trouble)) from trouble
    body = [
        line if number in inside or not line.strip() else f" {line}" for number, line in enumerate(lines, 1)
    ]
    caller = _CALLER.format(n=name, longest=limits.LONGEST_REASON)
    text = "\n".join((f"def {name}_made():", *body, " return check", caller))
    return Program(text, name, len(lines))


def _lines_in_strings(source: str) -> set[int]:
    """The lines that begin inside a string: a blank before them would change it."""
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in _OPENING:
            opened.append(token.start[0])
        elif token.type in _CLOSING:
            inside.update(range(opened.pop() + 1, token.end[0] + 1))
        elif token.type == tokenize.STRING:
            inside.update(range(token.start[0] + 1, token.end[0] + 1))
    return inside


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

    def answer(self, request: Document) -> Document:
        """The answer to one request."""
        faults = faults_of(request["source"]) if request["read_first"] else []
        try:
            check = None if faults else program(request["source"])
        except ValueError as trouble:
            faults, check = [(f"SyntaxError: {trouble}", None)], None
        if check is None:
            return {"faults": faults}
        return self._run(check, request)

    def _session(self, request: Document) -> Any:
        return self._pool.checkout(
            script_name="check.py",
            assert_message_annotations=False,
            limits={
                "max_feed_duration_secs": request["seconds"],
                "max_memory": request["memory"],
                "max_recursion_depth": limits.DEEPEST,
                "max_total_sleep_secs": 0,
            },
            os_policy={"datetime": "call_host", "sleep": "call_host", "random_start": "call_host"},
        )

    def _open(self, session: Any, check: Program) -> None:
        child = session.worker_pid
        if child != self._child and child:
            limits.forbid_processes(child)
            self._child = child
        session.feed_run(check.text, print_callback=_nothing)

    def _run(self, check: Program, request: Document) -> Document:
        """What a check says of each row; where the text is only read, what Monty itself has against it."""
        from pydantic_monty import MontyError

        rows, opened, read = request["rows"], False, request["do"] == "read"
        try:
            with self._session(request) as session:
                self._open(session, check)
                opened = True
                if read:
                    return {"faults": []}
                call, names = (f"{check.name}_all({check.name}_rows)", {f"{check.name}_rows": rows})
                results = session.feed_run(call, inputs=names, print_callback=_nothing)
                for at, result in enumerate(results):
                    if result is None:  # the check raised
                        results[at] = self._error(session, check, rows[at])
        except MontyError as trouble:
            kind, message, line = _described(trouble, check)
            if read:
                return {"faults": [(message, line)]}
            return {"given_up": [kind if opened else "source", message, line]}
        return {"results": results}

    @staticmethod
    def _error(session: Any, made: Program, row: list[Any]) -> list[Any]:
        """The error that a check raised, got by running it once more without a net."""
        from pydantic_monty import MontyRuntimeError

        try:
            call, given = f"{made.name}_one({made.name}_row)", {f"{made.name}_row": row}
            session.feed_run(call, inputs=given, print_callback=_nothing)
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


def _nothing(_stream: str, _text: str) -> None:
    """What a check prints goes nowhere."""
