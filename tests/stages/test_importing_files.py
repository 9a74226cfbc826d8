"""Files as people have them: other encodings, unclosed quotes, wrapped documents, odd grades."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelcore.messages import sentence
from labelcore.workspace import Workspace
from tests.stages.test_importing import bring, texts


@pytest.mark.parametrize(
    ("encoding", "text"), [("latin-1", "Das kostet fünf Euro für Übergröße"), ("cp1252", "“naïve” – 5 €")]
)
def test_european_texts_are_not_taken_for_chinese(
    workspace: Workspace, tmp_path: Path, encoding: str, text: str
) -> None:
    bring(workspace, tmp_path / "a.csv", f"id,output\na,{text}\n".encode(encoding))
    assert texts(workspace) == [text]


def test_an_unclosed_quotation_mark_costs_its_rows_only(workspace: Workspace, tmp_path: Path) -> None:
    rows = 'id,output,output\na,one,x\nb,two\n"c,three,y\n'
    result = bring(workspace, tmp_path / "a.csv", rows)
    assert texts(workspace) == ["one"]
    assert [bad.row for bad in result.rejected] == [3, 4]
    assert "quotation mark" in result.rejected[1].reason


def test_a_json_document_on_one_line_is_unwrapped(workspace: Workspace, tmp_path: Path) -> None:
    bring(workspace, tmp_path / "a.json", '{"data": [{"output": "one"}, {"output": "two"}]}')
    assert texts(workspace) == ["one", "two"]


def test_a_column_of_grades_that_is_not_taken_is_named(workspace: Workspace, tmp_path: Path) -> None:
    result = bring(workspace, tmp_path / "a.csv", "output,grade\none,pass\ntwo,banana\n")
    assert result.batch.grades_new == 0
    assert "'grade'" in sentence(result.warnings)
    assert "banana" in sentence(result.warnings)
