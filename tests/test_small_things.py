"""Small things that people saw in their first hour, each said or shown as it should be."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from labelcore.cli import click_words, main
from tests.app_server import ROOT


def labelcore(*arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LABELCORE_LANGUAGE": language}
    command = [sys.executable, "-m", "labelcore", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120, check=False)


@pytest.mark.whole
def test_an_address_that_is_taken_is_said_and_none_is_printed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = labelcore("serve", "--db", str(tmp_path / "app.duckdb"), "--port", str(port), "--no-browser")
    assert done.returncode == 2
    assert "Something else answers" in done.stderr and f"--port {port + 1}" in done.stderr
    assert "http://" not in done.stderr + done.stdout


@pytest.mark.whole
def test_what_click_says_by_itself_is_said_in_chinese(tmp_path: Path) -> None:
    db = ("--db", str(tmp_path / "app.duckdb"))
    assert "选项：\n" in labelcore("sample", "--help", language="zh").stdout
    assert "没有选项 '--nn'" in labelcore("sample", "--nn", "3", *db, language="zh").stderr
    assert "'x' 不是有效的数" in labelcore("sample", "--n", "x", *db, language="zh").stderr
    assert "没有命令 'samples'" in labelcore("samples", language="zh").stderr
    told = labelcore("team", "--help", language="zh").stdout
    assert "用法：" in told and "命令" in told and "显示本帮助后退出" in told
    assert "No such command 'samples'" in labelcore("samples").stderr
    plain = labelcore("team", "--help").stdout
    assert "Commands:" in plain and plain.isascii()


def test_every_word_for_click_is_one_that_click_says() -> None:
    source = "".join(file.read_text("utf-8") for file in Path(click.__file__).parent.glob("*.py"))
    for english, chinese in click_words._CHINESE.items():
        assert f'"{english}"' in source, english
        assert english.count("{") == chinese.count("{"), english


@pytest.mark.parametrize(
    "command",
    [
        "status",
        "criteria list",
        "trust",
        "team progress",
        "sql FROM/**/outputs",
        "backup {folder}/copy.duckdb",
    ],
)
def test_reading_makes_no_database(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = tmp_path / "typo.duckdb"
    with pytest.raises(SystemExit) as ended:
        main([*command.format(folder=tmp_path).split(), "--db", str(place)])
    assert ended.value.code and not list(tmp_path.iterdir())
    assert f"There is no database at {place}" in capsys.readouterr().err


@pytest.mark.whole
@pytest.mark.parametrize("language", ["xx", ""])
def test_a_language_that_is_none_is_said_in_english(language: str) -> None:
    done = labelcore("status", language=language)
    assert done.returncode == 2
    assert done.stderr.startswith("labelcore: The setting language is not usable:")
    assert "Traceback" not in done.stderr
