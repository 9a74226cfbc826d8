"""Do the tests of the statistics notice a wrong formula? Seeded mutants of labelcore/stats, one at a time.

    python tests/bench/mutants.py [--draw 40] [--seed 1] [--only labelcore/stats/rate.py]

A mutant differs in one place of the source: a comparison is turned (< and <=, == and !=), an arithmetic
operator exchanged (+ and -, * and /), a number is one more or one less, a condition negated, ``and`` and
``or`` exchanged, or a term of a returned sum or tuple left out. Each one is put into a copy of the tree and
judged by tests/stats in a separate process (the tests that name the module first, stopping at the first
failure). Prints each mutant with its place and line, and at the end how many were killed. A survivor is
either a test that is missing or a mutant that computes the same. Needs fork: Linux or macOS.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "labelcore" / "stats"
_SECONDS = 240
"""Of processor time: a mutant that never ends is noticed, a busy machine does not matter."""
_LOADED_ONCE = (
    "duckdb",
    "hypothesis",
    "pandas",
    "pydantic",
    "pytest",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.metrics",
    "statsmodels.stats.contingency_tables",
    "statsmodels.stats.inter_rater",
    "statsmodels.stats.multitest",
    "statsmodels.stats.proportion",
)
"""What is loaded before each mutant gets its process: most of the time of a short test run."""
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_EXCHANGED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """A change of one line: where it is, what stood there, and the whole mutated source."""

    path: Path
    line: int
    before: str
    after: str
    source: str

    @property
    def place(self) -> str:
        """The file and line, from the root of the tree."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _TURNED:
        yield ast.Compare(node.left, [_TURNED[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _EXCHANGED:
        yield ast.BinOp(node.left, _EXCHANGED[type(node.op)](), node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            yield node.left
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert | ast.USub):
        yield node.operand
    elif (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        turned = ast.UnaryOp(ast.Not(), node.test)
        if isinstance(node, ast.IfExp):
            yield ast.IfExp(turned, node.body, node.orelse)
        elif isinstance(node, ast.If):
            yield ast.If(turned, node.body, node.orelse)


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a file, in the order of its lines."""
    text = path.read_text("utf-8")
    lines, found = text.splitlines(), []
    for node in _evaluated(ast.parse(text)):
        if not hasattr(node, "lineno") or not hasattr(node, "end_lineno"):
            continue
        for change in changes(node):
            source = _spliced(text, node, change)
            if source is None or source == text:
                continue
            after = source.splitlines()[node.lineno - 1].strip()
            found.append(Mutant(path, node.lineno, lines[node.lineno - 1].strip(), after, source))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.after))


def _evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that is computed: no types, which nothing reads at run time."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from _evaluated(child)


def _spliced(text: str, node: ast.AST, change: ast.AST) -> str | None:
    """The text with the node's stretch replaced; of an ``if`` only its condition."""
    if isinstance(node, ast.If) and isinstance(change, ast.If):
        node, change = node.test, change.test
    assert isinstance(node, ast.expr)
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    first = starts[node.lineno - 1] + node.col_offset
    last = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    raw = text.encode()
    made = (raw[:first] + b"(" + ast.unparse(change).encode() + b")" + raw[last:]).decode()
    try:
        ast.parse(made)
    except SyntaxError:  # the inside of an f-string, whose places Python 3.11 does not know
        return None
    return made


def tests_for(path: Path, *, near: bool) -> list[str]:
    """The test files, those that name the module first; ``near``: these alone."""
    module = path.stem if path.stem != "__init__" else path.parent.name
    files = sorted((ROOT / "tests" / "stats").glob("test_*.py"))
    naming = [file for file in files if module in file.read_text("utf-8")]
    others = [] if near and naming else [file for file in files if file not in naming]
    return [str(file.relative_to(ROOT)) for file in [*naming, *others]]


def killed(mutant: Mutant, copy: Path, tests: list[str]) -> bool:
    """Whether a test fails (or never ends) with the mutant in this copy of the tree."""
    place = copy / mutant.path.relative_to(ROOT)
    kept = place.read_text("utf-8")
    place.write_text(mutant.source, "utf-8")
    try:
        child = os.fork()
        if not child:
            _judge(copy, tests)
        return os.waitpid(child, 0)[1] != 0
    finally:
        place.write_text(kept, "utf-8")


def _judge(copy: Path, tests: list[str]) -> None:
    """In the process of one mutant: run the tests and end with their code."""
    import pytest

    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    os.chdir(copy)
    sys.path[:] = [str(copy), *(place for place in sys.path if Path(place or ".").resolve() != ROOT)]
    sys.dont_write_bytecode = True
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        # Without the fixtures of the other rooms, which load all of labelcore.
        code = pytest.main(["-q", "-x", "-m", "not slow", "--confcutdir", "tests/stats", *tests])
    os._exit(int(code))


def copied(into: Path) -> Path:
    """A copy of what the tests of the statistics need."""
    for name in ("labelcore", "tests"):
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("__pycache__", "journeys"))
    shutil.copy(ROOT / "pyproject.toml", into)
    return into


def main() -> None:
    """Draw mutants, judge each, and print the survivors last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--draw", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=Path, help="mutants of this file or folder alone")
    parser.add_argument("--near", action="store_true", help="only the tests that name the module: quicker")
    asked = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    chosen = (asked.only or SOURCES).resolve()
    files = [chosen] if chosen.is_file() else sorted(chosen.rglob("*.py"))
    every = [mutant for file in files for mutant in mutants_of(file)]
    drawn = random.Random(asked.seed).sample(every, min(asked.draw, len(every)))
    print(f"{len(drawn)} of {len(every)} mutants, seed {asked.seed}", flush=True)
    for module in _LOADED_ONCE:
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        copy, dead = copied(Path(folder)), 0
        unchanged = Mutant(files[0], 0, "", "", files[0].read_text("utf-8"))
        if killed(unchanged, copy, tests_for(files[0], near=False)):
            sys.exit("The tests fail without a mutant.")
        for mutant in drawn:
            gone = killed(mutant, copy, tests_for(mutant.path, near=asked.near))
            dead += gone
            print(f"{'killed  ' if gone else 'SURVIVED'} {mutant.place}")
            print(f"    - {mutant.before}\n    + {mutant.after}", flush=True)
    print(f"killed {dead} of {len(drawn)}")


if __name__ == "__main__":
    main()
