"""Files that hold no outputs are refused with what they are and what to bring; nothing of them is stored."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from labelcore.errors import BadInput
from labelcore.messages import say_in
from labelcore.stages import importing
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

CONFIG = {"prompts": ["a {{x}}"], "providers": ["openai:gpt-4"], "tests": [{"vars": {"x": "1"}}] * 2}
CONFIG_YAML = (
    "description: mine\nprompts:\n  - 'Write, about {{topic}}'\nproviders:\n  - openai:x\ntests: []\n"
)
REQUEST = {"custom_id": "q1", "method": "POST", "body": {"model": "m", "messages": []}}
NOTEBOOK = {"cells": [{"cell_type": "code", "source": ["import ragas"], "outputs": []}] * 2, "nbformat": 4}
DEEPEVAL = "import pytest\nfrom deepeval import assert_test\n\ndef test_a():\n    f(input='a', output='b')\n"
HEADER = {"version": 2, "status": "success", "eval": {"task": "t"}, "plan": {}, "results": {"scores": []}}
INSPECT = "from inspect_ai import Task, task\n\n@task\ndef t():\n    return Task(dataset=[])\n"
PROMPTFOO = "promptfoo results. promptfoo eval --output results.json"


def refusal(workspace: Workspace, path: Path, content: bytes | str) -> str:
    """Why a file is refused; nothing of it may be stored, and its preview says the same."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput) as previewed:
        importing.preview(workspace, str(path))
    with pytest.raises(BadInput) as refused:
        importing.import_file(workspace, str(path))
    assert str(refused.value) == str(previewed.value)
    assert workspace.db.rows("SELECT count(*) FROM output") == [(0,)]
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "what", "bring"),
    [
        ("promptfooconfig.yaml", CONFIG_YAML, "a configuration", PROMPTFOO),
        ("mine.yml", CONFIG_YAML, "a configuration", PROMPTFOO),
        ("mine.json", json.dumps(CONFIG), "a configuration", PROMPTFOO),
        ("promptfooconfig.js", "module.exports = {prompts: ['a'], tests: []}\n", "code", PROMPTFOO),
        ("results.yaml", "evalId: x\nresults:\n  - output: hi\n", "a YAML file", PROMPTFOO),
        ("report.html", "<!DOCTYPE html>\n<title>promptfoo</title>", "a web page", PROMPTFOO),
        ("test_bot.py", DEEPEVAL, "code", ".deepeval/.latest_run_full.json"),
        ("task.py", INSPECT, "code", "Take the .eval file"),
        ("task", INSPECT, "code", "Take the .eval file"),
        ("log.json", json.dumps(HEADER), "a log of Inspect without its samples", "Take the .eval file"),
        ("nb.ipynb", json.dumps(NOTEBOOK), "a notebook", "ragas.jsonl"),
        ("nb.json", json.dumps(NOTEBOOK, indent=1), "a notebook", "ragas.jsonl"),
    ],
)
def test_what_says_how_to_ask_is_refused_with_the_way_to_the_tools_results(
    workspace: Workspace, tmp_path: Path, name: str, content: str, what: str, bring: str
) -> None:
    told = refusal(workspace, tmp_path / name, content)
    assert told.startswith(f"{name} is {what}. It holds no answers that can be read. Bring in its place: ")
    assert bring in told


@pytest.mark.parametrize("key", ["answer", "Bot reply", "output", "回答"])
def test_a_request_with_its_answer_beside_it_is_answered(
    workspace: Workspace, tmp_path: Path, key: str
) -> None:
    path = tmp_path / "answered.jsonl"
    line = {"key": "1", "request": {"prompt": "What is tea?"}}
    path.write_text("\n".join(json.dumps({**line, key: f"Plant {at}."}) for at in range(3)), encoding="utf-8")
    importing.import_file(workspace, str(path))
    assert workspace.db.rows("SELECT text FROM output ORDER BY text") == [
        ("Plant 0.",),
        ("Plant 1.",),
        ("Plant 2.",),
    ]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("batch.jsonl", f"{json.dumps(REQUEST)}\n" * 2, "a batch of requests to a model"),
        ("other.yml", "model: gpt-4\nstops:\n  - a\n  - b\n", "a YAML file"),
        ("pyproject.toml", '[tool.poetry]\nname = "x"\n', "a configuration"),
        ("settings.ini", "[a]\nb=1\n", "a configuration"),
        (".env", "KEY=abc\nOTHER=def\n", "a configuration"),
        ("plain.py", "print('a')\n", "code"),
        ("query.sql", "SELECT a\nFROM t\n", "code"),
        ("run", "#!/bin/bash\necho a\n", "code"),
        ("page", "<html>\n<body>a</body>\n</html>", "a web page"),
        ("sheet.xls", "<html>\n<table><tr><td>a</td></tr></table>", "a web page"),
        ("junit.xml", "<?xml version='1.0'?>\n<testsuites/>\n", "an XML file"),
        ("README.md", "# A bot\n\nIt answers.\n", "a text document"),
        ("mail.eml", "From: a@b.c\nTo: d@e.f\n\nhello\n", "an e-mail"),
        ("prompt.j2", "You are {{a}}\nand b\n", "a prompt's template"),
        ("a.rtf", "{\\rtf1\\ansi hello}", "a text document"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a text document"),
        ("a.pdf", b"%PDF-1.7\n", "a PDF"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "a picture"),
        ("a.gif", b"GIF89a" + bytes(40), "a picture"),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "a picture"),
        ("a.mp3", b"ID3\x04" + bytes(40), "a sound recording"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "a video"),
        ("a.db", b"SQLite format 3\0" + bytes(90), "a SQLite database"),
        ("a.avro", b"Obj\x01" + bytes(40), "an Avro file"),
        ("a.npy", b"\x93NUMPY\x01\0" + bytes(40), "an array of numbers"),
        ("a.safetensors", b"\x64" + bytes(7) + b'{"a":{"dtype":"F32"}}', "the weights of a model"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_it_is(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes | str, what: str
) -> None:
    assert refusal(workspace, tmp_path / name, content).startswith(f"{name} is {what}. ")


@pytest.mark.parametrize(
    ("name", "members", "what"),
    [
        ("a.docx", {"[Content_Types].xml": "", "word/document.xml": ""}, "a Word document"),
        ("a.pptx", {"[Content_Types].xml": "", "ppt/presentation.xml": ""}, "a presentation"),
        (
            "a.odt",
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""},
            "a text document",
        ),
        ("a.numbers", {"Index/Document.iwa": "", "preview.jpg": ""}, "a file of Numbers, Pages or Keynote"),
        ("a.epub", {"mimetype": "application/epub+zip", "a.xhtml": ""}, "a book"),
        ("a.pt", {"archive/data.pkl": "", "archive/data/0": ""}, "the weights of a model"),
    ],
)
def test_a_zip_that_is_a_document_of_another_program_is_no_archive_to_choose_from(
    workspace: Workspace, tmp_path: Path, name: str, members: dict[str, str], what: str
) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    assert refusal(workspace, tmp_path / name, target.getvalue()).startswith(f"{name} is {what}. ")


def test_the_files_of_a_tar_archive_are_asked_for_one_by_one(workspace: Workspace, tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    told = refusal(workspace, tmp_path / "a.tar.gz", gzip.compress(target.getvalue()))
    assert told == "a.tar is a tar archive. Unpack it, then import the file that holds the outputs."


@pytest.mark.parametrize(
    "text",
    [
        "You are a helpful assistant.\nAnswer {{question}}.\n",
        "Dear all\nthis is, a letter\n",
        "2026-11-01 10:00:00 INFO started\n2026-11-01 10:00:01 INFO did\n",
        "x <- 1\ny <- 2\n",
    ],
)
def test_lines_of_text_under_no_name_are_no_outputs(workspace: Workspace, tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(BadInput, match="It is not known which column holds the outputs"):
        importing.import_file(workspace, str(tmp_path / "a.txt"))


def test_a_survey_whose_questions_are_the_outputs_is_to_be_turned(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = (
        "序号,1、“周一送达。”合格吗？,2、“不能退款。”合格吗？\n1,合格,不合格\n2,不合格,不合格\n3,合格,合格\n"
    )
    (tmp_path / "survey.csv").write_text(rows)
    with pytest.raises(BadInput, match="make a table with a row for each output"):
        importing.import_file(workspace, str(tmp_path / "survey.csv"))
    assert not output_table.count(workspace.db, workspace.project.id)


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Antwort des Bots\nJa\nNein\n"),
        ("ids.csv", "ID3,output\n1,x\n2,y\n"),
        ("mz.csv", "MZ,output\n1,x\n2,y\n"),
        ("a.yaml", '[{"output": "x"}, {"output": "y"}]'),
        ("a.md", '{"output": "x"}\n{"output": "y"}\n'),
        ("b.jsonl", '{"output": "x", "cells": [{"cell_type": "code"}]}\n{"output": "y"}\n'),
        ("a.json", json.dumps([{"prompts": "a", "providers": "b", "output": text} for text in "xy"])),
    ],
)
def test_outputs_come_in_whatever_their_file_is_called(
    workspace: Workspace, tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    assert importing.import_file(workspace, str(tmp_path / name)).batch.outputs_new == 2


def test_what_to_bring_is_said_in_chinese_too(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "promptfooconfig.yaml").write_text(CONFIG_YAML)
    with pytest.raises(BadInput) as refused:
        importing.preview(workspace, str(tmp_path / "promptfooconfig.yaml"))
    told = " ".join(say_in("zh", part) for part in (refused.value.what, refused.value.next_step))
    assert "配置文件" in told
    assert "promptfoo eval --output results.json" in told
    assert not {"Bring", "configuration", "holds"} & set(told.split())
