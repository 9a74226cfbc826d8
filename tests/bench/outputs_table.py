"""How long a page of the outputs' table takes, with a million outputs of 1.5 kB.

    PYTHONPATH=. python tests/bench/outputs_table.py [--outputs 1000000] [--db FILE] [--out FILE.md]

One import of all; a grade on every hundredth, verdicts of one judge on all. Each question is asked twice
in a database opened for it: the first time pays for looking whether an output is stored twice. Seconds.
A page is 50 outputs with their texts, splits and grades, searched for 0.2 s as the page does; ``whole`` is
how long it goes on until everything is searched and counted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from labelcore.stages import projects, selecting
from labelcore.stages.selecting import Filters, Paging
from labelcore.store import Database, close_database, open_database
from labelcore.workspace import Workspace

_WORDS = (
    "the answer of our care team to a question about wounds 医生 refund policy and shipping dates".split()
)
_OUTPUTS = """
INSERT INTO output (output_id, project_id, external_id, input, text, context, conversation, prompt_version,
    model, metadata, batch_id, row_number, made_at)
SELECT 'o_' || left(sha256(i::VARCHAR), 32), $project, i::VARCHAR, 'Question ' || i,
    'Answer ' || i || ' ' || substr($text, 1 + i % 97) || substr($text, 1, i % 97) || ' ' || md5(i::VARCHAR),
    '', '[]', 'v1', 'm' || i % 5,
    '{"city": "' || ['Rome', 'Oslo', 'Hangzhou'][1 + (hash(i) % 3)::BIGINT] || '", "score": '
    || hash(i, 1) % 1000 || '}', 'b', i, TIMESTAMP '2026-01-01' FROM range($n) t(i)"""
_GRADES = """
INSERT INTO grade (grade_id, project_id, output_id, annotator, value, note, source, made_at, stored_at)
SELECT 'g' || row_number, $project, output_id, 'ann', ['pass', 'fail'][1 + (hash(output_id) % 2)::BIGINT],
    'short', 'person', made_at, made_at FROM output WHERE row_number % 100 = 0"""
_VERDICTS = """
INSERT INTO verdict (output_id, judge_version_id, repeat, project_id, run_id, value, reason, made_at)
SELECT output_id, 'jv', 0, $project, 'r', ['pass', 'fail'][1 + (hash(row_number) % 2)::BIGINT], '', made_at
FROM output"""
_JUDGE = """
INSERT INTO judge_version (judge_version_id, judge_id, project_id, name, kind, version, spec, description,
    fitted_on, made_at)
VALUES ('jv', 'judge_x', $project, 'polite', 'code', 1, '{}', '', '[]', TIMESTAMP '2026-01-01')"""
QUESTIONS: dict[str, tuple[dict[str, object], str, int]] = {
    "first page": ({}, "imported", 1),
    "last page": ({}, "-imported", 1),
    "page 15,000": ({}, "imported", 15_000),
    "a field": ({"where": ("model=m1",)}, "imported", 1),
    "a metadata key": ({"where": ("city=Rome",)}, "imported", 1),
    "a split": ({"split": "test"}, "imported", 1),
    "failed by somebody": ({"grade": "fail"}, "imported", 1),
    "graded by nobody": ({"grade": "none"}, "imported", 1),
    "failed by a judge": ({"verdict": ("polite=fail",)}, "imported", 1),
    "all of these": (
        {"where": ("city=Rome",), "split": "test", "grade": "fail", "verdict": ("polite=fail",)},
        "imported",
        1,
    ),
    "a word that many have": ({"search": "REFUND"}, "imported", 1),
    "a word that none has": ({"search": "zebra"}, "imported", 1),
    "by a field": ({}, "model", 1),
    "by a number in the metadata": ({}, "-score", 1),
    "a word that many have, by a number": ({"search": "REFUND"}, "-score", 1),
    "a split, by a field": ({"split": "test"}, "model", 1),
}


def make(db: Database, n: int) -> None:
    """The data, made by DuckDB."""
    project = projects.open_project(db, "bench").id
    given = {"project": project, "n": n, "text": " ".join(_WORDS * 20)[:1_400]}
    for statement in (_OUTPUTS, _GRADES, _VERDICTS, _JUDGE):
        db.run(statement, {name: value for name, value in given.items() if f"${name}" in statement})


def seconds(ask: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun


def rows(file: Path) -> list[str]:
    """One line of a table for each question."""
    found = ["| question | first | again | whole |", "|---|---|---|---|"]
    for name, (asked, sort, page) in QUESTIONS.items():
        db = open_database(file)
        workspace = Workspace(db, projects.open_project(db, "bench"))
        filters, paging = (
            Filters.model_validate(asked),
            Paging(sort=sort, page=page, count=False, seconds=0.2),
        )

        def ask(place: Workspace = workspace, what: Filters = filters, part: Paging = paging) -> object:
            return selecting.list_outputs(place, filters=what, paging=part)

        def count(place: Workspace = workspace, what: Filters = filters, part: Paging = paging) -> object:
            if what == Filters() or not part.in_order_of_import:
                return selecting.count_outputs(place, filters=what)
            while not (came := selecting.search_on(place, filters=what, paging=part)).whole:
                pass
            return came

        found.append(f"| {name} | {seconds(ask):.2f} | {seconds(ask):.2f} | {seconds(count):.2f} |")
        close_database(file)
    return found


def main() -> None:
    """Make the data where it is not there, and measure."""
    options = argparse.ArgumentParser()
    options.add_argument("--outputs", type=int, default=1_000_000)
    options.add_argument("--db", type=Path)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.db or Path(folder) / "bench.duckdb"
        if not file.exists():
            make(open_database(file), given.outputs)
            close_database(file)
        text = "\n".join(rows(file))
    print(text)
    if given.out:
        given.out.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
