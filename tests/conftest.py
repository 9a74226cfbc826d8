"""What tests share: a fresh in-memory database, a project, and outputs to work on."""

from __future__ import annotations

import gc
import itertools
import os
import tempfile

# Before numpy is loaded, as the command line does it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings as hypothesis_settings

from labelcore import store
from labelcore.models import Grade, Output, Project, new_id
from labelcore.stages import projects
from labelcore.store import Database, grades as grade_table, outputs as output_table
from labelcore.workspace import Workspace
from tests.databases import connect_copying, empty_database

# Timings of examples say nothing on a busy machine; the core tests draw fewer of them.
_WHOLE = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("whole", _WHOLE)
hypothesis_settings.register_profile("core", _WHOLE, max_examples=25)
hypothesis_settings.load_profile("whole")

_KEYS = ("LABELCORE_API_KEY", "OPENAI_API_KEY", "LABELCORE_BASE_URL", "OPENAI_BASE_URL")


def pytest_configure(config: pytest.Config) -> None:
    """Keys that a test types are kept in no file of the person who runs it."""
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    os.environ["LABELCORE_KEYS_FILE"] = f"{folder.name}/keys.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of pages start Streamlit's script runner, those of an endpoint a server: no core tests. Nor are
    all cases of those that are marked so: the core tries as many as the mark says, at equal steps.
    """
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if "pages" in item.path.parts[-2:]:
            item.add_marker("page")
        if "mock" in getattr(item, "fixturenames", ()):
            item.add_marker("whole")
        if item.get_closest_marker("in_part"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for some in cases.values():
        mark = some[0].get_closest_marker("in_part")
        step = len(some) // (mark.args[0] if mark else 1) or 1
        for at, item in enumerate(some):
            if at % step:
                item.add_marker("whole")


def pytest_collection_finish() -> None:
    """What is loaded by now stays."""
    _freeze()


def _freeze() -> None:
    """Who collects garbage (statsmodels in each call) need not look at what is there now."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def what_a_file_loads_stays() -> Iterator[None]:
    """A page loads what is ten times a test's data, and all tests after it would look through that."""
    yield
    _freeze()


def pytest_sessionfinish() -> None:
    """At its end all of it may go."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def core_stays_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """A core test neither embeds a text nor starts a process; the whole of the tests does both."""
    if hypothesis_settings.get_current_profile_name() != "core":
        return
    from labelcore.sandbox.pool import WorkerPool
    from labelcore.text import embedding

    monkeypatch.setattr(embedding, "_model", _beyond_the_core)
    for asks in ("evaluate", "faults", "no_network"):
        monkeypatch.setattr(WorkerPool, asks, _beyond_the_core)


def _beyond_the_core(*_: object, **__: object) -> NoReturn:
    pytest.skip("embeds texts or starts processes: `make test` runs it")


@pytest.fixture(autouse=True, scope="session")
def new_files_are_copies() -> Iterator[None]:
    """Every migration from the first on would take a quarter of a second for each file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "connect", connect_copying)
        yield


@pytest.fixture(autouse=True)
def no_real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test can reach a real endpoint by accident."""
    from labelcore.settings import settings

    for name in (*_KEYS, "LABELCORE_MODEL", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()


@pytest.fixture
def db() -> Iterator[Database]:
    with empty_database() as database:
        yield database


@pytest.fixture
def project(db: Database) -> Project:
    return projects.open_project(db, "test")


@pytest.fixture
def workspace(db: Database, project: Project) -> Workspace:
    return Workspace(db, project)


@pytest.fixture
def add_outputs(workspace: Workspace) -> Callable[..., list[Output]]:
    """Store outputs with the given texts; further fields by name."""

    def add(*texts: str, **fields: object) -> list[Output]:
        made = [
            Output(
                id=output_table.content_id(workspace.project.id, text, input=str(fields.get("input", ""))),
                project_id=workspace.project.id,
                text=text,
                **fields,
            )
            for text in texts
        ]
        output_table.add(workspace.db, made)
        return made

    return add


@pytest.fixture
def give_all(workspace: Workspace) -> Callable[..., list[Grade]]:
    """Grade outputs, each with its value and note, in one transaction."""

    def grade(
        outputs: Sequence[Output],
        values: Iterable[str],
        notes: Iterable[str] = itertools.repeat(""),
        annotator: str = "ann",
        **more: object,
    ) -> list[Grade]:
        events = [
            Grade(
                id=new_id("grade"),
                project_id=workspace.project.id,
                output_id=output.id,
                annotator=annotator,
                value=value,
                note=note,
                **more,
            )
            for output, value, note in zip(outputs, values, notes, strict=False)
        ]
        grade_table.record(workspace.db, events)
        return events

    return grade


@pytest.fixture
def give(give_all: Callable[..., list[Grade]]) -> Callable[..., Grade]:
    """Grade an output."""

    def grade(output: Output, value: str, note: str = "", annotator: str = "ann", **more: object) -> Grade:
        return give_all([output], [value], [note], annotator, **more)[0]

    return grade
