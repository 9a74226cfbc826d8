"""The program that runs inside the interpreter: a check, built anew for every output.

The text of the check becomes the body of a function, so its names are local to one call. What calls
it has a random name, and keeps rows and results where no name leads to them.
"""

from __future__ import annotations

import io
import secrets
import tokenize
from dataclasses import dataclass

from labelcore.sandbox.limits import LONGEST_REASON

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
    """A check with what calls it. ``lines`` is how many of the program's lines are the check's."""

    text: str
    name: str
    lines: int

    @property
    def one(self) -> str:
        """The call for the input ``NAME_row``: one result, or the check's own error."""
        return f"{self.name}_one({self.name}_row)"

    @property
    def all(self) -> str:
        """The call for the input ``NAME_rows``: a result for each, None where the check raised."""
        return f"{self.name}_all({self.name}_rows)"

    def line(self, number: int) -> int | None:
        """The check's line for a line of the program."""
        return number - 1 if 1 < number <= self.lines + 1 else None


def program(source: str) -> Program:
    """Wrap a check. Its first line is the second of the program.

    Raises:
        ValueError: the text cannot be split into tokens.
    """
    name = f"n{secrets.token_hex(8)}"
    lines = source.split("\n")
    try:
        inside = _lines_in_strings(source)
    except (tokenize.TokenError, SyntaxError) as trouble:
        raise ValueError(str(trouble)) from trouble
    body = [
        line if number in inside or not line.strip() else f" {line}" for number, line in enumerate(lines, 1)
    ]
    caller = _CALLER.format(n=name, longest=LONGEST_REASON)
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
