"""A workspace in a notebook: operations are methods, results are tables, sentences and charts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import labelcore
from labelcore.errors import BadInput
from labelcore.notebook import NotebookWorkspace

ROWS = [
    {"id": f"o{n}", "answer": f"short {n}" if n % 3 else f"a very long answer {n} " * 9} for n in range(36)
]


@pytest.fixture
def bench(tmp_path: Path) -> NotebookWorkspace:
    file = tmp_path / "answers.jsonl"
    grades = [
        row | {"grade": "pass" if n % 3 else "fail", "note": "" if n % 3 else "too long"}
        for n, row in enumerate(ROWS)
    ]
    file.write_text("\n".join(map(json.dumps, grades)))
    bench: NotebookWorkspace = labelcore.open(None, project="support", person="ana")
    bench.import_(str(file))
    return bench


def test_the_loop_runs_by_methods_and_names(bench: NotebookWorkspace) -> None:
    (first, *_) = bench.derive(offline=True, accept_all=True).criteria
    renamed = bench.criteria.edit(first.name, name="Brief", why="clearer")
    assert (renamed.name, renamed.author) == ("Brief", "ana")
    bench.judges.propose(offline=True, kind="code")
    bench.judges.run()
    table = bench.alignment().to_pandas()
    assert {"judge", "tpr", "tnr", "n"} <= set(table.columns)
    assert len(table) == len(bench.judges.list().document()["judges"])


@pytest.mark.whole
def test_a_result_shows_sentences_a_table_and_a_chart(bench: NotebookWorkspace) -> None:
    bench.derive(offline=True, accept_all=True)
    listed = bench.criteria.list()
    assert listed[0].name in repr(listed)
    assert "<table" in listed._repr_html_()
    bench.judges.propose(offline=True, kind="code")
    bench.judges.run()
    assert "<svg" in bench.alignment()._repr_html_()


@pytest.mark.whole
def test_hostile_names_stay_text(bench: NotebookWorkspace) -> None:
    (first, *_) = bench.derive(offline=True, accept_all=True).criteria
    bench.criteria.edit(first.name, name="<script>alert(1)</script>")
    assert "<script>" not in bench.criteria.list()._repr_html_()


def test_what_there_is_not_is_said_with_what_there_is(bench: NotebookWorkspace) -> None:
    assert {"criteria", "judges", "align"} <= set(dir(bench))
    with pytest.raises(AttributeError, match=r"no operation 'criteria joyn': .*merge"):
        _ = bench.criteria.joyn
    with pytest.raises(BadInput, match="takes no such argument"):
        bench.criteria.list(nothing=1)
