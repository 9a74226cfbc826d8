"""A run on a real local Dask cluster: everything is recorded once, whatever happens to a worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labelcore.errors import BadInput
from labelcore.models import Criterion, JudgeVersion, Output, Project
from labelcore.settings import Settings, settings
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions, engine, worker
from labelcore.stages.judging.running.engine import local_cluster
from labelcore.store import (
    Database,
    close_database,
    criteria as criterion_table,
    judges as judge_table,
    open_database,
    outputs as output_table,
)
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint, serving
from tests.stages.measured import asking

SECRET = "a-key-that-stays-at-home"
TASK = worker.decide_chunk


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[MockEndpoint, str]]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def cluster(served: tuple[MockEndpoint, str]) -> Iterator[Any]:
    """Two worker processes with the environment of a person's machine."""
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    names = {"BASE_URL": served[1], "API_KEY": SECRET, "MODEL": "mock", "CALL_TIMEOUT": "60"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            patch.setenv(f"LABELCORE_{name}", value)
        with local_cluster(2) as started:
            yield started


@pytest.fixture
def mock(served: tuple[MockEndpoint, str], monkeypatch: pytest.MonkeyPatch) -> MockEndpoint:
    """The endpoint, fresh, and the same settings in this process."""
    endpoint, url = served
    endpoint.asked.clear()
    endpoint.answered.clear()
    endpoint.prompts.clear()
    endpoint.met.clear()
    endpoint.latency, endpoint.shares, endpoint.faults = 0.05, {}, []
    names = {"BASE_URL": url, "API_KEY": SECRET, "MODEL": "mock", "CALL_TIMEOUT": "60"}
    for name, value in names.items():
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    return endpoint


def address(cluster: Any) -> str:
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def judge(
    project: Project, name: str = "j", statement: str = "No invented price.", **more: object
) -> JudgeVersion:
    return asking(project, name, name, statement, **more)


def counts(db: Database) -> tuple[int, int]:
    """Rows and distinct keys of the stored verdicts."""
    rows = db.rows("SELECT count(*), count(DISTINCT (output_id, judge_version_id, repeat)) FROM verdict")
    return int(rows[0][0]), int(rows[0][1])


def texts(count: int) -> list[str]:
    return [f"{'bad' if i % 2 else 'fine'} text {i}" for i in range(count)]


@pytest.mark.slow
def test_everything_is_recorded_once_and_paid_once(
    cluster: Any, mock: MockEndpoint, workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    ids = [output.id for output in add_outputs(*texts(300))]
    mock.shares = {"429": 0.05, "500": 0.02, "malformed": 0.01}
    # Two judges that ask the same: the second takes the first one's answers.
    judges = [
        judge(workspace.project, "j"),
        judge(workspace.project, "twin"),
        judge(workspace.project, "k", "It is polite."),
    ]
    done = running.run(workspace, judges, ids, RunOptions(concurrency=40, engine=address(cluster)))
    assert (done.state, done.verdicts_new, done.errors) == ("finished", 900, 0)
    assert counts(workspace.db) == (900, 900)
    assert set(mock.answered.values()) == {1} and len(mock.answered) == 600
    assert done.answers_cached == 300
    assert done.requests == sum(mock.met.values())
    assert sum(done.faults.values()) == done.requests - 600 > 0
    assert mock.most_under_way <= 40
    values = workspace.db.rows(
        "SELECT judge_version_id, value, count(*) FROM verdict GROUP BY ALL ORDER BY ALL"
    )
    assert values == [(name, value, 150) for name in ("j", "k", "twin") for value in ("fail", "pass")]
    again = running.run(workspace, judges, ids, RunOptions(engine=address(cluster)))
    assert (again.verdicts_new, again.verdicts_cached, again.requests) == (0, 900, 0)


@pytest.mark.slow
def test_a_killed_worker_loses_and_doubles_nothing(
    cluster: Any, mock: MockEndpoint, workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    count = 600
    ids = [output.id for output in add_outputs(*texts(count))]
    mock.latency = 0.1
    distributed = pytest.importorskip("distributed")

    with distributed.Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))

    def kill() -> None:
        while len(mock.answered) < count // 3:
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    done = running.run(
        workspace, [judge(workspace.project)], ids, RunOptions(concurrency=40, engine=address(cluster))
    )
    killer.join()
    calls = sum(mock.asked.values())
    print(f"{count} of {count} recorded from {calls} calls")
    assert (done.state, done.verdicts_new, done.errors) == ("finished", count, 0)
    assert counts(workspace.db) == (count, count)
    assert calls <= count + 2 * 2 * 20, "at most what one worker had in hand is asked again"


@pytest.mark.slow
def test_a_stopped_run_goes_on_later(
    cluster: Any, mock: MockEndpoint, workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    ids = [output.id for output in add_outputs(*texts(400))]
    mock.latency, stop = 0.1, threading.Event()
    seen: list[int] = []

    def watch(done: int, total: int, words: str) -> None:
        seen.append(done)
        if done >= 50:
            stop.set()

    first = running.run(
        workspace.telling(watch),
        [judge(workspace.project)],
        ids,
        RunOptions(concurrency=20, engine=address(cluster), stop=stop),
    )
    assert first.state == "stopped" and 50 <= first.verdicts_new < 400
    assert sum(mock.asked.values()) == first.verdicts_new, "what was paid for is kept"
    second = running.run(
        workspace, [judge(workspace.project)], ids, RunOptions(concurrency=40, engine=address(cluster))
    )
    assert (second.state, first.verdicts_new + second.verdicts_new) == ("finished", 400)
    assert counts(workspace.db) == (400, 400) and set(mock.asked.values()) == {1}


@pytest.mark.slow
def test_what_cannot_be_asked_pauses_the_run_and_says_why(
    cluster: Any,
    mock: MockEndpoint,
    workspace: Workspace,
    add_outputs: Callable[..., list[Output]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = [output.id for output in add_outputs(*texts(60))]
    mock.shares = {"quota": 1.0}
    done = running.run(
        workspace, [judge(workspace.project)], ids, RunOptions(concurrency=8, engine=address(cluster))
    )
    assert (done.state, done.verdicts_new, done.errors) == ("stopped", 0, 0)
    assert "quota" in done.message
    mock.asked.clear()
    monkeypatch.setenv("LABELCORE_BASE_URL", "http://127.0.0.1:9/v1")
    settings.cache_clear()
    done = running.run(workspace, [judge(workspace.project)], ids, RunOptions(engine=address(cluster)))
    assert done.state == "stopped" and "is another one on a worker" in done.message
    assert not mock.asked, "another model than the person's is never asked in its place"


@pytest.mark.slow
def test_judges_without_a_model_and_panels_run_there_too(
    cluster: Any, mock: MockEndpoint, workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    ids = [output.id for output in add_outputs(*texts(40))]
    alone = judge(workspace.project)
    script = "def check(output, input, context, metadata):\n    return 'bad' not in output\n"
    check = alone.model_copy(update={"id": "s", "judge_id": "s", "kind": "code", "spec": {"source": script}})
    both = {
        "panel": [alone.spec, judge(workspace.project, "k", "It is polite.").spec],
        "names": ["j", "k"],
        "rule": "majority",
    }
    panel = alone.model_copy(update={"id": "p", "judge_id": "p", "spec": both})
    for judges, new in (([check, alone], 80), ([panel], 40)):
        done = running.run(workspace, judges, ids, RunOptions(engine=address(cluster), concurrency=8))
        assert (done.state, done.verdicts_new, done.errors) == ("finished", new, 0), done.message
    values = workspace.db.rows(
        "SELECT judge_version_id, value, count(*) FROM verdict GROUP BY ALL ORDER BY ALL"
    )
    assert values == [(name, value, 20) for name in ("j", "p", "s") for value in ("fail", "pass")]
    assert set(mock.asked.values()) == {1}, "the panel's member was answered already"


@pytest.mark.slow
def test_no_key_and_no_address_travels(
    cluster: Any,
    mock: MockEndpoint,
    workspace: Workspace,
    add_outputs: Callable[..., list[Output]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = [output.id for output in add_outputs(*texts(20))]
    sent: list[str] = []
    submit = engine.Engine.submit

    def listen(self: Any, function: Any, text: str, worker: str, tell: Any) -> Any:
        sent.append(text)
        assert function is TASK
        return submit(self, function, text, worker, tell)

    monkeypatch.setattr(engine.Engine, "submit", listen)
    running.run(workspace, [judge(workspace.project)], ids, RunOptions(engine=address(cluster)))
    assert sent and all(SECRET not in text and "127.0.0.1" not in text for text in sent)


def test_an_engine_that_is_not_installed_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r'pip install "labelcore\[dask\]"'), engine.opened("dask"):
        pass


@pytest.mark.parametrize("name", ["spark", "dask://", "dask://host", "http://host:1", "dask 2"])
def test_what_is_no_engine_is_a_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="not an engine"), engine.opened(name):
        pass
    monkeypatch.setenv("LABELCORE_ENGINE", name)
    settings.cache_clear()
    with pytest.raises(BadInput, match="engine"):
        settings()


@pytest.mark.slow
def test_it_is_off_by_default_and_not_loaded() -> None:
    assert Settings(_env_file=None).engine == ""
    code = "import sys, labelcore.stages.judging; print('distributed' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    monkeypatch.setattr(engine, "_CONNECT_SECONDS", 1)
    with pytest.raises(BadInput, match="No Dask scheduler answers"), engine.opened("dask://127.0.0.1:9"):
        pass


@pytest.mark.slow
def test_the_command_line_runs_judges_on_an_engine_of_its_own(
    served: tuple[MockEndpoint, str], mock: MockEndpoint, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    path = tmp_path / "cli.duckdb"
    db = open_database(path)
    project = projects.open_project(db, "far")
    output_table.add(
        db,
        [
            Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
            for text in texts(40)
        ],
    )
    criterion_table.save(
        db,
        [
            Criterion(
                id="c",
                project_id=project.id,
                version=1,
                name="Prices",
                statement="No invented price.",
                status="accepted",
            )
        ],
    )
    judge_table.save(db, [judge(project)])
    close_database(path)

    def run(engine: str) -> subprocess.CompletedProcess[str]:
        command = ["judge", "run", "--engine", engine, "--db", str(path), "--project", "far", "--json"]
        return subprocess.run(
            [sys.executable, "-m", "labelcore", *command], capture_output=True, text=True, timeout=120
        )

    first, again = run("dask"), run("dask")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert (told["state"], told["verdicts_new"], told["requests"], told["errors"]) == ("finished", 40, 40, 0)
    assert json.loads(again.stdout)["verdicts_cached"] == 40
    assert set(mock.answered.values()) == {1} and len(mock.answered) == 40
    wrong = run("spark")
    assert wrong.returncode == 2 and "'spark' is not an engine. Say" in wrong.stderr
