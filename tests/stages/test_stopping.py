"""A stop takes effect within about a second, and what was decided until then is kept."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import pytest

from labelcore.models import JudgeVersion, Output, Project
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import Database
from labelcore.workspace import Workspace

pytestmark = pytest.mark.slow  # checks that take their time

SLOW = """def check(output, input, context, metadata):
    n = 0
    while n < 400_000:
        n += 1
    return True
"""


def check(project: Project, source: str, name: str = "s") -> JudgeVersion:
    return JudgeVersion(
        id=name,
        judge_id=name,
        project_id=project.id,
        name=name,
        kind="code",
        version=1,
        criterion_id="c",
        criterion_version=1,
        spec={"source": source},
    )


def stored(db: Database) -> int:
    return int(db.rows("SELECT count(*) FROM verdict")[0][0])


def test_a_run_of_slow_checks_stops_soon_and_goes_on(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    ids = [output.id for output in add_outputs(*(f"text {i}" for i in range(1_500)))]
    stop, pressed = threading.Event(), list[float]()

    def press(done: int, total: int, words: str) -> None:
        if done and not pressed:
            pressed.append(time.monotonic())
            threading.Timer(0.3, stop.set).start()

    first = running.run(
        workspace.telling(press), [check(workspace.project, SLOW)], ids, RunOptions(stop=stop)
    )
    assert time.monotonic() - pressed[0] < 0.3 + 1.5
    assert first.state == "stopped" and first.errors == 0
    assert 0 < first.verdicts_new == stored(workspace.db) < 1_500
    quick = check(workspace.project, "def check(output, input, context, metadata):\n    return True\n")
    again = running.run(workspace, [quick], ids)  # the same version's id: it only goes on faster
    assert (again.state, again.errors) == ("finished", 0)
    assert again.verdicts_cached == first.verdicts_new
    assert stored(workspace.db) == 1_500


def test_progress_of_slow_checks_is_told_every_second_or_so(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    ids = [output.id for output in add_outputs(*(f"text {i}" for i in range(30)))]
    told: list[float] = []
    started = time.monotonic()
    done = running.run(
        workspace.telling(lambda *_: told.append(time.monotonic())), [check(workspace.project, SLOW)], ids
    )
    assert done.verdicts_new == 30
    moments = [started, *told]
    gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert max(gaps[1:]) < 2.0, "the first part also starts the workers"
