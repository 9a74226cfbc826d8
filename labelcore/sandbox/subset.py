"""What a check may use, told to whoever writes one, and read off its text, in a worker, before it runs.

Nothing here keeps a check in: that is the work of the interpreter and of the walls around its process.
Reading gives a person the line and the reason, and keeps out the few things by which one output could leave
something behind for the next.
"""

from __future__ import annotations

import ast
import functools
import unicodedata
import warnings
from collections.abc import Iterator

from labelcore.sandbox.limits import LONGEST_SOURCE

MODULES = tuple(
    "base64 binascii bisect collections copy csv dataclasses datetime functools hashlib itertools json math "
    "re tomllib typing unicodedata".split()
)

CONTRACT = f"""A check is a Python text with a function

    def check(output, input, context, metadata):

`output`, `input` and `context` are strings (empty where there is none), `metadata` is a dict.
It returns True where the output passes, False where it fails, None where it cannot say (abstains),
or a pair with a reason of at most 500 characters: (False, "It promises a refund.").

Helper functions, constants, classes without a parent, comprehensions, f-strings, match, try and
lambda work. Modules: {", ".join(MODULES)}.
What does not work: every other module, files, network, environment, clock and chance (the same
output always gets the same verdict); yield, del, global, class parents and properties, str.translate,
re.sub with a function, names that begin with two underscores, eval, exec, open, input, id, hash.
Patterns: no backreference or look-around that needs millions of steps.
print() shows nothing. Every output starts with a fresh run of the whole text: nothing is kept.
Half a second and 64 MB for each output (both are settings). An error is reported with its line
and counts as an error of that output, never as a verdict."""

_ARGUMENTS = 4
_MOST_FAULTS = 10
_REFUSED = {
    **dict.fromkeys(("exec", "eval", "compile", "__import__"), "a check runs no text as code"),
    **dict.fromkeys(("open", "breakpoint", "help", "exit", "quit"), "a check reaches nothing outside itself"),
    **dict.fromkeys(("globals", "locals", "vars", "dir"), "a check does not look at the interpreter"),
    **dict.fromkeys(("id", "hash"), "its value differs from run to run"),
}
Fault = tuple[str, int | None]


@functools.lru_cache(maxsize=8)
def faults_of(source: str) -> list[Fault]:
    """What keeps the text from being a check, each with its line; empty where nothing is seen."""
    if unreadable := _unreadable(source):
        return [unreadable]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a check's doubtful escapes are its affair
            tree = ast.parse(source, "check.py")
            compile(tree, "check.py", "exec", dont_inherit=True)
    except SyntaxError as trouble:
        return [(f"SyntaxError: {trouble.msg}", trouble.lineno)]
    except (ValueError, RecursionError, MemoryError):
        return [("The text is too deeply nested to be read.", None)]
    faults = sorted({*_shape(tree), *_words(tree)}, key=lambda fault: fault[1] or 0)
    return faults[:_MOST_FAULTS]


def _unreadable(source: str) -> Fault | None:
    if not source.strip():
        return "The text is empty.", None
    if len(source) > LONGEST_SOURCE:
        return f"The text has {len(source):,} characters; {LONGEST_SOURCE:,} are the most.", None
    for number, line in enumerate(source.split("\n"), 1):
        for character in line:
            if unicodedata.category(character) in {"Cc", "Cs"} and character != "\t":
                return f"The character U+{ord(character):04X} has no place in a check.", number
    return None


def _shape(tree: ast.Module) -> Iterator[Fault]:
    """The function that is called must be there with its four arguments."""
    checks = [node for node in tree.body if getattr(node, "name", "") == "check"]
    if not checks or not isinstance(checks[-1], ast.FunctionDef):
        line = checks[-1].lineno if checks else None
        yield "There is no function `def check(output, input, context, metadata):`.", line
        return
    arguments = checks[-1].args
    places = len(arguments.posonlyargs) + len(arguments.args)
    least = places - len(arguments.defaults)
    fits = least <= _ARGUMENTS and (places >= _ARGUMENTS or arguments.vararg is not None)
    if not fits or None in arguments.kw_defaults:
        yield "check takes four arguments: output, input, context, metadata.", checks[-1].lineno


def _words(tree: ast.Module) -> Iterator[Fault]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            nodes = (
                [node.module or "."]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
            for name in nodes:
                if name not in MODULES:
                    yield f"The module '{name}' is not there; these are: {', '.join(MODULES)}.", node.lineno
        elif isinstance(node, ast.Global):
            yield "`global`: nothing is kept from one output to the next.", node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in _REFUSED:
            yield f"`{node.id}`: {_REFUSED[node.id]}.", node.lineno
        elif isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name.startswith("__"):
                yield f"`{name}`: names that begin with two underscores are not for checks.", node.lineno
