"""Runs that are killed, stopped or refused go on later: nothing is lost, doubled or paid for twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.models import JudgeVersion, Output, Project, Run
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import Database, close_database, open_database, outputs as output_table, verdicts
from labelcore.store.journal import SUFFIX
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, configured
from tests.stages.measured import asking

ROOT = Path(__file__).parent.parent.parent
RUN = """
import sys
from tests.stages.test_interrupted_runs import run_all
run_all(sys.argv[1], int(sys.argv[2]))
"""
pytestmark = pytest.mark.slow  # processes that are killed, and a real server


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockEndpoint]:
    with configured(monkeypatch, CALL_TIMEOUT="15") as endpoint:
        yield endpoint


def judge(project: Project, name: str = "Prices", kind: str = "j") -> JudgeVersion:
    return asking(project, kind, name)


def fill(db: Database, count: int) -> None:
    project = projects.open_project(db, "test")
    texts = [f"{'bad' if i % 2 else 'fine'} text {i}" for i in range(count)]
    output_table.add(
        db,
        [
            Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
            for text in texts
        ],
    )


def run_all(path: str, concurrency: int) -> Run:
    db = open_database(Path(path))
    project = projects.open_project(db, "test")
    ids = output_table.ids(db, project.id)
    return running.run(Workspace(db, project), [judge(project)], ids, RunOptions(concurrency=concurrency))


def kill_when(mock: MockEndpoint, path: Path, answered: int, concurrency: int) -> None:
    """Start a run in a separate process and kill it once so many prompts are answered."""
    started = subprocess.Popen(
        [sys.executable, "-c", RUN, str(path), str(concurrency)], cwd=ROOT, env=dict(os.environ)
    )
    until = time.monotonic() + 120
    while len(mock.answered) < answered and time.monotonic() < until:
        assert started.poll() is None, "the run ended before it could be killed"
        time.sleep(0.002)
    with mock.held():
        while mock.under_way < concurrency and time.monotonic() < until:
            time.sleep(0.002)  # a call goes out once the answer before it is read and kept
        started.send_signal(signal.SIGKILL)
        started.wait()


def test_after_a_kill_answered_prompts_are_not_asked_again(tmp_path: Path, mock: MockEndpoint) -> None:
    path, count = tmp_path / "killed.duckdb", 1_000
    fill(open_database(path), count)
    close_database(path)
    mock.latency = 0.2
    kill_when(mock, path, count // 2, concurrency=20)
    assert list(tmp_path.glob(f"*{SUFFIX}*")), "the answers since the last batch are in a file"
    done = run_all(str(path), 20)
    again = sum(times - 1 for times in mock.answered.values())
    db = open_database(path)
    stored = db.rows("SELECT count(*), count(DISTINCT output_id) FROM verdict")
    close_database(path)
    print(f"{again} of {count} answered prompts asked again; {done.answers_cached} from the journal")
    assert again <= 5
    assert stored == [(count, count)]
    assert done.answers_cached > 0
    assert done.verdicts_new + done.verdicts_cached == count
    assert not list(tmp_path.glob(f"*{SUFFIX}*"))


def test_faults_lose_no_verdict_and_double_none(tmp_path: Path, mock: MockEndpoint) -> None:
    path, count = tmp_path / "faults.duckdb", 1_000
    fill(open_database(path), count)
    mock.shares = {"429": 0.05, "500": 0.02, "malformed": 0.01, "hang": 0.005}
    mock.hang_seconds = 40.0
    mock.latency = 0.02
    done = run_all(str(path), 50)
    db = open_database(path)
    assert (done.verdicts_new, done.errors, done.state) == (count, 0, "finished")
    assert sum(verdicts.counts(db, done.project_id)["j"].values()) == count
    assert db.rows("SELECT count(*) FROM verdict") == [(count,)]
    close_database(path)
    met = mock.met
    assert done.faults == {
        kind: met[fault]
        for kind, fault in (
            ("rate limit", "429"),
            ("server", "500"),
            ("malformed", "malformed"),
            ("timeout", "hang"),
        )
    }
    assert min(done.faults.values()) > 0
    assert done.requests == sum(met.values())
