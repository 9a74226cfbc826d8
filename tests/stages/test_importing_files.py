"""Files as people have them: other encodings, unclosed quotes, wrapped documents, odd grades."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.stages.importing import Description, encodings, import_file
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


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "荷物は本日発送されました。返品は三十日以内です。"),
        ("cp932", "リンクを押す"),
        ("euc_jp", "回答は正確で丁寧でした"),
        ("cp949", "상품은 오늘 발송되었습니다"),
        ("big5", "您的包裹今天已經寄出，可以在三十天內退貨。"),
        ("cp1251", "Ваша посылка уже в пути и она у вас"),
        ("gb18030", "您的包裹今天已经寄出，可以在三十天内退货。"),
        ("cp1252", "Ça n’a pas répondu à la question"),
    ],
)
def test_texts_come_in_as_they_were_written(
    workspace: Workspace, tmp_path: Path, encoding: str, text: str
) -> None:
    bring(workspace, tmp_path / "a.csv", f"id,output\na,{text}\n".encode(encoding))
    assert texts(workspace) == [text]


def test_lines_cut_out_of_a_list_keep_their_commas(workspace: Workspace, tmp_path: Path) -> None:
    rows = '{"output": "one", "grade": "good"},\n{"output": "two", "grade": "bad"},\n{"output": "three"}\n'
    result = bring(workspace, tmp_path / "a.jsonl", rows)
    assert texts(workspace) == ["one", "two", "three"]
    assert (result.batch.rows_rejected, result.batch.grades_new) == (0, 2)


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


def test_a_file_of_ids_alone_is_told_how_to_name_what_it_says_of_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,thumbs\n1,up\n2,down\n", "utf-8")
    for described in (Description(), Description(columns={"id": "id"})):
        with pytest.raises(BadInput) as refused:
            import_file(workspace, str(path), described=described)
        assert "--map id=COLUMN" in refused.value.next_step and "--feedback" in refused.value.next_step


def test_line_ends_and_letters_are_told_wherever_a_block_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encodings, "_BLOCK", 2)
    path = tmp_path / "lines.txt"
    for content in map(bytes, itertools.product(b"a\r\n\xc3\xa9", repeat=5)):
        path.write_bytes(content)
        report = encodings.scan(path, binary=False)
        returns, newlines, pairs = map(content.count, (b"\r", b"\n", b"\r\n"))
        assert report.old_lines == (returns > newlines == 0), content
        assert report.mixed_lines == (returns > 0 and not returns == newlines == pairs), content
        assert (
            report.exact == ("\ufffd" not in content.decode("utf-8", "replace")) or report.encoding != "utf-8"
        )
