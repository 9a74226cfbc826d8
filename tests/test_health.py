"""Is the app well: readiness, figures, a log without content, backups by themselves, files to deploy it."""

import asyncio
import itertools
import json
import logging
import re
import shlex
import shutil
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from labelcore import health, scheduled
from labelcore.messages import sending
from labelcore.models import Output, Role, now
from labelcore.settings import settings
from labelcore.stages import people, projects
from labelcore.stages.aligning.side_by_side import judge_table
from labelcore.stages.reporting.slicing import fields_beside, slices
from labelcore.stages.reporting.trend import trend
from labelcore.stages.reporting.trust import trust
from labelcore.store import Database, close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.bench import container_steps
from tests.databases import empty_file
from tests.stages.measured import grade_all

ROOT = Path(__file__).resolve().parents[1]
DEPLOYMENT = ROOT / "docs" / "deployment"


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    path = empty_file(tmp_path / "app.duckdb")
    monkeypatch.setenv("LABELCORE_DB", str(path))
    settings.cache_clear()
    yield open_database(path)
    close_database(path)
    settings.cache_clear()


def client(address: str = "127.0.0.1", host: str = "127.0.0.1") -> TestClient:
    app = Starlette(routes=health.routes, middleware=[Middleware(health.RequestWatch)])
    return TestClient(app, base_url=f"http://{host}", client=(address, 4000))


def test_ready_is_who_has_a_database(
    opened: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert client().get("/readyz").json() == {"status": "ready"}
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"not a database" * 1000)
    monkeypatch.setenv("LABELCORE_DB", str(broken))
    settings.cache_clear()
    assert client().get("/readyz").status_code == 503
    assert client().get("/healthz").status_code == 200


def test_figures_are_for_this_machine_or_for_a_token(opened: Database) -> None:
    workspace = Workspace(opened, projects.open_project(opened, "test"))
    text = client().get("/metrics").text
    assert re.search(r"^labelcore_grade_rows 0.0$", text, re.M)
    assert 'labelcore_requests_total{status="2xx",what="other"}' in client().get("/metrics").text
    far = client("10.1.1.1", "labelcore.example.org")
    assert far.get("/metrics").status_code == 401
    token = people.make_token(workspace, "Prometheus", Role.MANAGER).token
    assert far.get("/metrics", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_the_log_is_json_and_says_nothing_of_content(
    opened: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "labelcore.requests"):
        client().get("/healthz?labelcore-project=secret")
    line = json.loads(health.JsonLines().format(caplog.records[-1]))
    assert line["message"].startswith("GET /healthz 200")
    assert "secret" not in json.dumps(line)


@pytest.mark.whole
def test_a_backup_is_written_when_due_read_back_and_the_oldest_go(
    opened: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_BACKUP_KEEP", "2")
    settings.cache_clear()
    folder, at = tmp_path / "backups", now()
    made = []
    for day in range(4):
        monkeypatch.setattr(scheduled, "now", lambda day=day: at + timedelta(days=day, seconds=1))
        made.append(scheduled.back_up_if_due(opened, folder))
        assert scheduled.back_up_if_due(opened, folder) is None  # not twice in a day
    assert sorted(folder.iterdir()) == made[2:]


@pytest.mark.parametrize(
    ("task", "holder", "work"),
    [(scheduled.keep_backups, scheduled, "back_up_if_due"), (scheduled.send_notices, sending, "send_all")],
)
def test_what_the_app_does_by_itself_goes_on_after_an_error_that_nobody_expected(
    task: Callable[[Database], Coroutine[None, None, None]],
    holder: ModuleType,
    work: str,
    opened: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    looks, third = itertools.count(1), threading.Event()

    def fails(*_: object, **__: object) -> None:
        if next(looks) == 3:
            third.set()
        raise duckdb.InternalException("a block is gone")

    monkeypatch.setenv("LABELCORE_BACKUP_FOLDER", str(tmp_path / "backups"))
    settings.cache_clear()
    monkeypatch.setattr(holder, work, fails)
    monkeypatch.setattr(scheduled, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(scheduled, "_SEND_SECONDS", 0.0)

    async def watched() -> None:
        under_way = asyncio.create_task(task(opened))
        assert await asyncio.to_thread(third.wait, 10)
        assert not under_way.done()
        under_way.cancel()

    asyncio.run(watched())
    assert "a block is gone" in caplog.text


def test_what_whoever_comes_first_would_wait_for_is_read_ahead(
    opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(opened, projects.open_project(opened, "shop"))
    outputs = [
        Output(id=city, project_id=workspace.project.id, text=f"in {city}", metadata={"city": city})
        for city in ("Ulm", "Bonn")
    ]
    output_table.add(opened, outputs)
    grade_all(workspace, outputs, ["pass", "fail"])
    ended, submit = threading.Semaphore(0), ThreadPoolExecutor.submit
    told: list[Future[object]] = []

    def noting(reader: ThreadPoolExecutor, work: Callable[..., object], *of: object) -> Future[object]:
        future = submit(reader, work, *of)
        told.append(future)
        future.add_done_callback(lambda _: ended.release())
        return future

    monkeypatch.setattr(ThreadPoolExecutor, "submit", noting)
    with scheduled.reading_ahead(opened):
        for _ in ("what begins it", "trust", "trend", "judges", "slices"):
            assert ended.acquire(timeout=240)
    assert [future.exception() for future in told] == [None] * 5
    monkeypatch.setattr(Database, "_rows", lambda *_: pytest.fail("read again"))
    assert trust(workspace.by("ann")).outputs == 2
    assert judge_table(workspace).rows == ()
    [report] = slices(workspace, by=fields_beside(workspace, trend(workspace))[:1])
    assert {row.name for row in report.rows} == {"Ulm", "Bonn"}


def test_the_end_waits_for_the_report_that_is_being_made_and_an_error_keeps_nobody(
    opened: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    projects.open_project(opened, "shop")
    begun, going_on = threading.Event(), threading.Event()
    made: list[str] = []

    def slow(_: Workspace) -> None:
        begun.set()
        assert going_on.wait(240)
        made.append("slow")
        raise duckdb.InternalException("a block is gone")

    def end(reader: ThreadPoolExecutor, **how: bool) -> None:
        going_on.set()
        shutdown(reader, **how)

    shutdown = ThreadPoolExecutor.shutdown
    monkeypatch.setattr(scheduled, "trust", slow)
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", end)
    with scheduled.reading_ahead(opened):
        assert begun.wait(240)
    assert made == ["slow"]  # its error is nobody's here


def test_the_container_copies_what_there_is_and_serves() -> None:
    lines = (DEPLOYMENT / "Containerfile").read_text().splitlines()
    copied = [part for line in lines if line.startswith("COPY ") for part in shlex.split(line)[1:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)
    command = next(json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD "))
    assert command[:2] == ["labelcore", "serve"]
    assert any(line.startswith("USER ") for line in lines)


def test_no_file_to_deploy_it_knows_where_somebody_installed_it() -> None:
    for file in DEPLOYMENT.iterdir():
        assert not re.search(r"/(home|opt|root|srv|Users)/", file.read_text()), file
    unit = (DEPLOYMENT / "labelcore.service").read_text()
    keys = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and line[0] != "#")
    folder = f"%S/{keys['StateDirectory']}"
    assert keys["WorkingDirectory"] == folder and f"LABELCORE_DB={folder}/" in keys["Environment"]
    service = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text())["services"]["labelcore"]
    assert service["read_only"] and service["environment"]["HOME"] in service["tmpfs"]


def test_the_settings_that_deployment_names_exist() -> None:
    known = {f"LABELCORE_{name.upper()}" for name in type(settings()).model_fields}
    files = [file for file in DEPLOYMENT.iterdir() if file.is_file()]
    named = {name for file in files for name in re.findall(r"LABELCORE_[A-Z_]+", file.read_text())}
    assert named <= known
    service = yaml.safe_load((DEPLOYMENT / "compose.yaml").read_text())["services"]["labelcore"]
    assert service["environment"]["LABELCORE_SIGN_IN"] in {"accounts", "oidc", "header"}


def test_what_the_pages_on_deployment_promise_is_tested_where_they_say() -> None:
    files = [file.relative_to(ROOT).as_posix() for file in (ROOT / "tests").rglob("*.py")]
    for page in DEPLOYMENT.glob("*.md"):
        named = re.findall(r"tests/[\w/.]+|\btest_\w+\.py", page.read_text())
        assert named
        for name in named:
            known = (ROOT / name).exists() or [file for file in files if file.endswith(f"/{name}")]
            assert known, (page.name, name)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="reads the steps that only Linux runs")
def test_the_steps_of_the_container_can_be_run_without_an_engine() -> None:
    steps = container_steps.read_steps((DEPLOYMENT / "Containerfile").read_text())
    assert steps.user >= 1000 and "--constraint" in steps.install and "/readyz" in steps.health
    told = container_steps.environment(steps, Path("/here"), Path("/env"))
    assert told["LABELCORE_DB"] == "/here/labelcore.duckdb" and told["HOME"] == "/tmp"
    confined = " ".join(container_steps.confined(steps, Path("/here"), steps.command))
    for part in ("remount,bind,ro /", "--no-new-privs", "--bounding-set -all", f"--reuid {steps.user}"):
        assert part in confined
