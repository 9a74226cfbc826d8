"""How well the offline default agrees with people on outputs whose grades it never saw.

    PYTHONPATH=. python tests/bench/offline_quality.py [--corpus forms] [--splits 16] [--against FOLDER]
        [--results offline.jsonl] [--file graded.csv --map output=summary --map input=source]

The whole product path for each split: import, grade, derive, propose, run, choose; then the chosen set on
outputs that came later and that nobody graded. Every split of a simulated corpus (corpora.py) has another
expert (experts.py), with a note on 50 to 100 % of the fails and 8 % of the training grades flipped; what is
measured on is the truth. ``sample`` and ``--file`` (columns output, grade, note; input, context and group
where there are any; grades other than pass and fail are left out) have people's grades; sources stay whole.

80 of ``--size`` 100 outputs have a grade, or 16 of them. Figures: the share of fails that the set fails
(coverage), the share of passes that it fails (FFR), their EvalGen alignment 2·cov·(1-FFR)/(cov+1-FFR); AUC
and Kendall's tau-b of the set's score (noisy-or of its judges' fail probabilities) against fail = 1 and
pass = 0, and tau-b of its votes. ``floor``: every single detector, fitted greedily without notes; a constant
answer has alignment 0. ± is a standard error over splits. ``--tree`` measures another checkout in place of
this one; ``--against`` runs the same splits with one more and gives the mean of the differences with its 95 %
interval (Student's t over splits).

Each result is a line of ``--results``; what stands there already is not run again, so a run goes on where it
was stopped, and files of two runs may be joined. ``--report`` only makes the table of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from labelcore.judges.features import measure, plain_columns
from labelcore.judges.fitting import ColumnPriors, fit_stumps, votes
from labelcore.models import Output
from labelcore.stats.selection import figures
from tests.bench.experts import CORPORA, Row, rows_of

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
GRADES = ("80 %", "16")
FIGURES = ("alignment", "coverage", "ffr", "auc", "tau", "tau of votes")
_FRESH = 120
_SHARE = 0.8
_FEW = 16
_LEAST_TEST = 20


@dataclass(frozen=True)
class Split:
    """Rows of a project, the numbers of the graded ones by how many they are, and rows that come later."""

    corpus: str
    number: int
    rows: list[Row]
    test: list[Row]
    order: list[int]

    def graded(self, grades: str) -> list[int]:
        """The numbers of the rows that have a grade."""
        return self.order[:_FEW] if grades == "16" else self.order[: round(_SHARE * len(self.order))]

    def task(self, grades: str) -> dict[str, Any]:
        """What a worker gets."""
        return {"rows": self.rows + self.test, "test": len(self.test), "graded": self.graded(grades)}

    @cached_property
    def truth(self) -> npt.NDArray[np.bool_]:
        """Which later rows fail."""
        return np.array([row["truth"] == "fail" for row in self.test])


@dataclass(frozen=True)
class Splits:
    """How to split: outputs of a project, a file with its columns by another name, if it is one."""

    size: int
    file: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()

    def of(self, corpus: str, number: int) -> Split:
        """The split of this number."""
        random = np.random.default_rng([number, self.size])
        if corpus in CORPORA:
            rows = rows_of(corpus, number, self.size + _FRESH)[1]
        else:
            rows = sample_rows() if corpus == "sample" else self._file_rows()
        later = self._later(rows, random)
        test = [row for row in rows if row["group"] in later]
        rest = [row for row in rows if row["group"] not in later]
        rows = [rest[int(i)] for i in random.permutation(len(rest))[: self.size]]
        order = [int(i) for i in random.permutation(len(rows))]
        return Split(corpus, number, rows, test, _both_kinds(rows, order))

    def _later(self, rows: list[Row], random: np.random.Generator) -> set[str]:
        """The sources whose outputs come later, whole: so many as leave enough for the project."""
        groups = sorted({row["group"] for row in rows})
        wanted = max(_LEAST_TEST, min(_FRESH, len(rows) - self.size))
        found: set[str] = set()
        count = 0
        for place in random.permutation(len(groups)):
            if count >= wanted:
                break
            found.add(groups[int(place)])
            count += sum(row["group"] == groups[int(place)] for row in rows)
        return found

    def _file_rows(self) -> list[Row]:
        with self.file.open(encoding="utf-8", newline="") as lines:
            read = [
                line | {name: line[column] for name, column in self.columns} for line in csv.DictReader(lines)
            ]
        return [_row(line) for line in read if line["grade"] in {"pass", "fail"}]


def _both_kinds(rows: list[Row], order: list[int]) -> list[int]:
    """The order, with two of each grade among the first sixteen, as a person who begins would have."""
    for value in ("pass", "fail"):
        first = [i for i in order if rows[i]["grade"] == value][:2]
        if sum(rows[i]["grade"] == value for i in order[:_FEW]) < len(first):
            order = first + [i for i in order if i not in first]
    return order


def _row(line: dict[str, Any]) -> Row:
    wanted = ("output", "input", "context", "grade", "note")
    row = {name: line.get(name) or "" for name in wanted}
    return row | {"truth": row["grade"], "group": line.get("group") or row["output"]}


def sample_rows() -> list[Row]:
    """The sample project's graded outputs, with the grade of the first reader."""
    lines = (DATA / "sample_outputs.jsonl").read_text("utf-8").splitlines()
    found = {record["id"]: record for record in map(json.loads, lines)}
    with (DATA / "sample_grades.csv").open(encoding="utf-8") as file:
        grades = {row["id"]: row for row in reversed(list(csv.DictReader(file)))}
    return [_row(found[key] | row) for key, row in grades.items()]


def floor(split: Split, grades: str) -> dict[str, Any]:
    """Plain thresholds added greedily while they help on the training grades; no notes."""
    rows = [*split.rows, *split.test]
    made = [
        Output(id=str(i), project_id="p", text=row["output"], input=row["input"])
        for i, row in enumerate(rows)
    ]
    table = measure(made, plain_columns())
    human = np.array([row["grade"] == "fail" for row in rows])
    seen, d = np.array(split.graded(grades)), len(table.columns)
    fails = np.broadcast_to(human[seen][:, None], (len(seen), d))
    fitted = fit_stumps(table.values[seen], fails, ColumnPriors(np.arange(d), ["either"] * d, np.zeros(d)))
    known = [votes(stump.side, stump.threshold, table.values[:, stump.column]) for stump in fitted if stump]
    chosen, best = np.zeros(len(rows), dtype=bool), 0.0
    while known:
        scores = [figures((chosen | mask)[seen], human[seen]).alignment or 0.0 for mask in known]
        if max(scores) <= best + 1e-9:
            break
        best = max(scores)
        chosen = chosen | known[int(np.argmax(scores))]
    later = chosen[len(split.rows) :]
    return {"votes": later.tolist(), "scores": later.astype(float).tolist(), "judges": [], "seconds": 0.0}


def measured(answer: dict[str, Any], truth: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """The figures of a set's votes and scores."""
    failed, scores = np.array(answer.pop("votes"), dtype=bool), np.array(answer.pop("scores"))
    found = figures(failed, truth)
    order = stats.rankdata(scores)
    n_fail, n_pass = int(truth.sum()), int((~truth).sum())
    auc = (order[truth].sum() - n_fail * (n_fail + 1) / 2) / (n_fail * n_pass)
    taus = [stats.kendalltau(values, truth).statistic for values in (scores, failed)]
    return answer | {
        "alignment": found.alignment or 0.0,
        "coverage": found.coverage,
        "ffr": found.false_failure_rate,
        "auc": float(auc),
        "tau": float(np.nan_to_num(taus[0])),
        "tau of votes": float(np.nan_to_num(taus[1])),
        "n_fail": n_fail,
        "n_pass": n_pass,
    }


class Tree:
    """A checkout with a process that measures with it."""

    def __init__(self, folder: Path, texts: Path) -> None:
        self.folder, self.texts = folder, texts
        git = ["git", "-C", str(folder)]
        self.name = subprocess.run(
            [*git, "describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    @cached_property
    def process(self) -> subprocess.Popen[str]:
        """Started when it is first needed; single-threaded, so that two trees have the same machine."""
        script = [sys.executable, "-P", str(Path(__file__).with_name("offline_run.py"))]
        return subprocess.Popen(
            [*script, "--texts", str(self.texts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(self.folder), "OMP_NUM_THREADS": "1"},
        )

    def answer(self, task: dict[str, Any]) -> dict[str, Any]:
        """What the product says."""
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The measuring process of {self.name} ended.")
        return dict(json.loads(line))


def measure_all(
    trees: Sequence[Tree], splits: Iterable[Split], wanted: Sequence[str], results: Path
) -> Iterator[dict[str, Any]]:
    """A result for each split, number of grades and tree, of those that are not there yet."""
    done = {tuple(line[name] for name in KEY) for line in known(results)}
    for split in splits:
        for grades in wanted:
            for tree in (*trees, None):
                name = tree.name if tree else "floor"
                if (split.corpus, grades, split.number, name) in done:
                    continue
                answer = tree.answer(split.task(grades)) if tree else floor(split, grades)
                key = dict(zip(KEY, (split.corpus, grades, split.number, name), strict=True))
                yield key | measured(answer, split.truth)


KEY = ("corpus", "grades", "split", "tree")


def known(results: Path) -> list[dict[str, Any]]:
    """The results that there are."""
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text("utf-8").splitlines()]


def mean(values: Sequence[float]) -> str:
    """A mean with its standard error."""
    error = np.std(values, ddof=1) / len(values) ** 0.5 if len(values) > 1 else np.nan
    return f"{np.mean(values):.3f} ± {error:.3f}"


def gain(values: Sequence[float]) -> str:
    """A mean difference with its 95 % interval."""
    n, middle = len(values), float(np.mean(values))
    if n < 2:
        return f"{middle:+.3f}"
    half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / n**0.5)
    return f"{middle:+.3f} [{middle - half:+.3f}, {middle + half:+.3f}]"


def report(lines: Sequence[dict[str, Any]], names: Sequence[str]) -> Iterator[str]:
    """Tables of Markdown: the figures of each tree, and the gains of the first against the second."""
    at = {tuple(line[name] for name in KEY): line for line in lines}
    corpora = list(dict.fromkeys(line["corpus"] for line in lines))
    yield "| corpus | grades | tree | splits | " + " | ".join(FIGURES) + " | seconds |"
    yield "|---" * (len(FIGURES) + 5) + "|"
    for corpus in corpora:
        for grades in GRADES:
            for name in (*names, "floor"):
                some = [
                    line for key, line in at.items() if (key[0], key[1], key[3]) == (corpus, grades, name)
                ]
                if some:
                    cells = [mean([line[figure] for line in some]) for figure in FIGURES]
                    seconds = f"{np.mean([line['seconds'] for line in some]):.1f}"
                    yield f"| {' | '.join([corpus, grades, name, str(len(some)), *cells, seconds])} |"
    if len(names) > 1:
        yield ""
        yield from _gains(at, corpora, names)


def _gains(
    at: dict[tuple[Any, ...], dict[str, Any]], corpora: list[str], names: Sequence[str]
) -> Iterator[str]:
    yield f"| {names[0]} less {names[1]} | grades | splits | " + " | ".join(FIGURES) + " |"
    yield "|---" * (len(FIGURES) + 3) + "|"
    for grades in GRADES:
        for group in (*([corpus] for corpus in corpora), *([corpora] if len(corpora) > 1 else [])):
            pairs = [
                (line, at[(*key[:3], names[1])])
                for key, line in at.items()
                if key[0] in group and key[1] == grades and key[3] == names[0] and (*key[:3], names[1]) in at
            ]
            if pairs:
                cells = [gain([new[figure] - old[figure] for new, old in pairs]) for figure in FIGURES]
                name = group[0] if len(group) == 1 else "all"
                yield f"| {' | '.join([name, grades, str(len(pairs)), *cells])} |"


def asked() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", action="append", choices=[*CORPORA, "sample"], default=[])
    parser.add_argument("--file", type=Path)
    parser.add_argument("--map", action="append", default=[], metavar="NAME=COLUMN")
    parser.add_argument("--splits", type=int, default=16)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--grades", action="append", choices=GRADES)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--tree", type=Path, default=ROOT)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--texts", type=Path, default=Path(tempfile.gettempdir()) / "offline_texts")
    return parser.parse_args()


def main() -> None:
    """Measure what is missing, print the tables."""
    chosen = asked()
    columns = tuple(tuple(pair.split("=", 1)) for pair in chosen.map)
    how = Splits(chosen.size, chosen.file, columns)
    corpora = [*chosen.corpus, *([chosen.file.stem] if chosen.file else [])] or list(CORPORA)
    folders = [chosen.tree, *([chosen.against] if chosen.against else [])]
    trees = [Tree(folder.resolve(), chosen.texts) for folder in folders]
    numbers = range(chosen.first, chosen.first + chosen.splits)
    results = chosen.results or Path(tempfile.mkdtemp()) / "offline.jsonl"
    splits = (how.of(corpus, number) for number in numbers for corpus in corpora)
    if not chosen.report:
        with results.open("a", encoding="utf-8") as file:
            for line in measure_all(trees, splits, chosen.grades or GRADES, results):
                print(json.dumps(line, ensure_ascii=False), file=file, flush=True)
                words = f"{line['alignment']:.2f} in {line['seconds']:.0f} s"
                print(*(line[name] for name in KEY), words, file=sys.stderr, flush=True)
    lines = [line for line in known(results) if line["corpus"] in corpora]
    for text in report(lines, [tree.name for tree in trees]):
        print(text)


if __name__ == "__main__":
    main()
