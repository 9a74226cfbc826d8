"""How parameters of operations are read on the command line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
import pytest

from labelcore.catalogue import catalogue
from labelcore.cli.building import ParameterShape, command_of
from labelcore.cli.tree import FLAGS, summaries
from labelcore.errors import BadInput
from labelcore.operations import find_operation


def shape(operation: str, name: str) -> ParameterShape:
    return ParameterShape(find_operation(operation).fields[name])


def pipe(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_text_that_is_piped_in_loses_its_byte_order_mark_as_a_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prompt.txt"
    file.write_bytes("\ufeffsystem:\n".encode())
    pipe(monkeypatch, "\ufeffsystem:\n".encode())
    text = shape("judge prompt import", "text")
    assert text.read("-") == text.read(str(file)) == "system:\n"


@pytest.mark.parametrize("letter", [b"a", "\u5f20".encode()])
def test_a_text_that_is_too_long_is_refused_and_never_cut(
    letter: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, file = shape("import", "redact_names"), tmp_path / "names.txt"
    content = letter * (4 * 2**20 // len(letter))
    file.write_bytes(content)
    assert len(names.read((str(file),))[0].encode()) == len(content)
    content += letter * 2
    file.write_bytes(content)
    pipe(monkeypatch, content)
    for given in (str(file), "-"):
        with pytest.raises(BadInput, match=r"longer than 4,194,304 bytes\. Give it in several files\."):
            names.read((given,))
    with pytest.raises(BadInput, match="Give a shorter text"):
        shape("judge prompt import", "text").read(str(file))


def test_what_cannot_be_read_is_told_by_its_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names, file = shape("import", "redact_names"), tmp_path / "names.txt"
    content = "\u5f20\u4f1f".encode("gb18030")
    file.write_bytes(content)
    pipe(monkeypatch, content)
    for given in (str(file), "-"):
        with pytest.raises(BadInput, match=r"is not UTF-8\. Save it as UTF-8\."):
            names.read((given,))
    with pytest.raises(BadInput, match="Name a text file"):
        names.read((str(tmp_path),))


def test_a_file_is_named_from_where_the_command_is_called_and_an_address_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = shape("import", "file")
    assert file.read("a.csv") == str(tmp_path / "a.csv")
    assert file.read("s3://bucket/a.csv") == "s3://bucket/a.csv"


def test_pairs_say_how_they_are_written(tmp_path: Path) -> None:
    columns = shape("import", "columns")
    assert columns.read(("output=a=b", " id = n ")) == {"output": "a=b", "id": "n"}
    with pytest.raises(BadInput, match=r"--map wants NAME=COL, not 'answer'.*output=answer"):
        columns.read(("answer",))
    with pytest.raises(BadInput, match=r"--redact-pattern 'ORDER=ORD-\[0-9\]\+'"):
        shape("import", "redact_pattern").read(("z",))


def test_everything_that_is_given_in_pairs_has_an_example_that_is_one() -> None:
    paired = [
        found
        for name in summaries()
        if name in catalogue()
        for field in find_operation(name).fields.values()
        if (found := ParameterShape(field)).paired
    ]
    assert len(paired) > 5
    for pairs in paired:
        with pytest.raises(BadInput) as trouble:
            pairs.read(("",))
        assert pairs.read((str(trouble.value.next_step.values["example"]).strip("'"),))


@pytest.mark.parametrize(
    ("name", "given", "flag", "words"),
    [
        ("import", ["a.csv", "--several", "z"], "--several", "'last', 'worst'"),
        ("import", ["a.csv", "--replies", "z"], "--replies", "'last', 'each'"),
        ("judge harden", ["j", "--only", "z"], "--only", "'position', 'wording', 'injection', 'defect'"),
        ("probe say", ["p", "z"], "confirmed", "'confirmed', 'rejected', 'undone'"),
    ],
)
def test_a_word_that_is_not_among_those_it_takes_is_refused_with_these(
    name: str, given: list[str], flag: str, words: str
) -> None:
    with pytest.raises(click.BadParameter) as trouble:
        command_of(name).main(given, standalone_mode=False)
    assert f"'z' is not one of {words}" in trouble.value.message
    assert flag in trouble.value.format_message()


def test_a_flag_calls_another_operation_with_what_stands_in_the_same_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(
        "labelcore.cli.sending.send", lambda name, *_, **arguments: sent.append((name, arguments))
    )
    command = command_of("import", FLAGS["import"])
    command.main(["batch-1", "--undo", "--map", "output=a"], standalone_mode=False)
    command.main(["s3://a.csv", "--preview", "--note", "n"], standalone_mode=False)
    assert sent == [("imports undo", {"batch": "batch-1"}), ("preview", {"file": "s3://a.csv", "note": "n"})]
