"""The local model server as a process: started once, found again, stopped, never mistaken."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, ModelTrouble
from labelcore.llm import local_server
from labelcore.settings import settings
from labelcore.workspace import Workspace

FAKE = [sys.executable, str(Path(__file__).with_name("fake_server.py"))]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    state = tmp_path / "state" / "local-model.json"
    yield state
    local_server.stop(state)


def weights(tmp_path: Path, how: str = "good") -> Path:
    file = tmp_path / f"{how}.gguf"
    file.write_text(how)
    return file


@pytest.mark.slow
def test_it_is_started_once_found_again_and_stopped(place: Path, tmp_path: Path) -> None:
    server = local_server.start(weights(tmp_path), place=place, command=FAKE)
    assert local_server.start(weights(tmp_path), place=place, command=FAKE) == server
    assert local_server.status(place) == server
    assert server.base_url.startswith("http://127.0.0.1:") and server.model == "good"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert server.api_key not in " ".join(Path(f"/proc/{server.pid}/cmdline").read_text().split("\0"))
    with pytest.raises(BadInput, match="runs already"):
        local_server.start(weights(tmp_path, "other"), place=place, command=FAKE)
    assert local_server.stop(place) is True
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
    assert local_server.status(place) is None and local_server.stop(place) is False
    again = local_server.start(weights(tmp_path), place=place, command=FAKE)
    assert again.base_url == server.base_url, "judges are bound to the address"


@pytest.mark.slow
def test_one_that_fails_says_why_and_leaves_nothing(place: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelTrouble, match="these are no weights"):
        local_server.start(weights(tmp_path, "broken"), place=place, command=FAKE)
    assert not place.exists()
    with pytest.raises(ModelTrouble, match="no answer in 1 s"):
        local_server.start(weights(tmp_path, "mute"), place=place, command=FAKE, longest=1)
    assert local_server.status(place) is None


def test_a_process_that_is_not_ours_is_left_alone(place: Path) -> None:
    place.parent.mkdir()
    stranger = {"pid": os.getppid(), "port": 9, "api_key": "k", "model": "m", "weights": "w"}
    place.write_text(json.dumps(stranger))
    with pytest.raises(BadInput, match="left alone"):
        local_server.stop(place)
    place.write_text("{")
    assert local_server.status(place) is None
    place.unlink()


def test_missing_weights_and_a_missing_package_are_said(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        local_server.start(tmp_path / "none.gguf", place=place)
    monkeypatch.setattr(local_server, "installed", lambda: False)
    with pytest.raises(BadInput, match="pip install xllamacpp"):
        local_server.start(weights(tmp_path), place=place)
    monkeypatch.setenv("LABELCORE_WEIGHTS", str(tmp_path / "none.gguf"))
    settings.cache_clear()
    assert local_server.weights_here() is None


def test_the_operations_say_what_runs(
    workspace: Workspace, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(name: str) -> dict[str, object]:
        return execute(workspace.db, Request(operation=name, project="test")).document

    monkeypatch.setattr(local_server.status, "__defaults__", (place,))
    monkeypatch.setattr(local_server.stop, "__defaults__", (place,))
    assert run("local-model status")["running"] is False
    assert run("local-model stop") == {"stopped": False}
    with pytest.raises(BadInput, match="LABELCORE_WEIGHTS"):
        run("local-model start")


def test_using_it_sets_what_labelcore_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    server = local_server.LocalServer(pid=1, port=1234, api_key="k", model="m", weights="w")
    for name in server.variables():
        monkeypatch.setenv(name, "")
    local_server.use(server)
    assert settings().base_url == "http://127.0.0.1:1234/v1"
    assert settings().model == "m" and settings().has_model
    settings.cache_clear()
