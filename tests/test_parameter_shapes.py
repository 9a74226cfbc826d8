"""How parameters of operations are read on the command line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from labelcore.cli.building import ParameterShape, command_of
from labelcore.cli.tree import FLAGS
from labelcore.errors import BadInput
from labelcore.operations import find_operation


def shape(operation: str, name: str) -> ParameterShape:
    return ParameterShape(find_operation(operation).fields[name])


def test_a_text_that_is_piped_in_loses_its_byte_order_mark_as_a_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "prompt.txt"
    file.write_bytes("\ufeffsystem:\n".encode())
    monkeypatch.setattr(sys, "stdin", io.StringIO("\ufeffsystem:\n"))
    text = shape("judge prompt import", "text")
    assert text.read("-") == text.read(str(file)) == "system:\n"


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
