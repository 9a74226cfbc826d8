"""A stop takes effect within about a second, and what was decided until then is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from labelcore.models import JudgeVersion, Output, Project
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions, deciding
from labelcore.store import Database
from labelcore.workspace import Workspace

pytestmark = pytest.mark.slow  # checks that take their time

SLOW = """def check(output, input, context, metadata):
    n = 0
    while n < 100_000:
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
    stop, pressed = threading.Event(), list[int]()

    def press(done: int, total: int, words: str) -> None:
        if done and not pressed:
            pressed.append(done)
            threading.Timer(0.3, stop.set).start()

    first = running.run(
        workspace.telling(press), [check(workspace.project, SLOW)], ids, RunOptions(stop=stop)
    )
    assert first.verdicts_new - pressed[0] < 500, "what a second's pace decides, not the rest"
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
    ids = [output.id for output in add_outputs(*(f"text {i}" for i in range(50)))]
    told: list[int] = []
    watched = workspace.telling(lambda done, *_: told.append(done))
    assert running.run(watched, [check(workspace.project, SLOW)], ids).verdicts_new == 50
    assert {20, 50} <= set(told), "the first part is told before the rest"


@pytest.mark.parametrize("seconds", [0.000_1, 0.001, 0.02, 0.05])
def test_a_part_of_a_run_takes_a_second_at_most(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    sizes = []
    for part in deciding.PartSizes(20, 2_000).parts(range(20_000)):
        clock[0] += seconds * len(part)
        sizes.append(len(part))
    assert sum(sizes) == 20_000 and max(sizes) * seconds <= 1.0
    assert seconds > 0.02 or max(sizes) * seconds >= min(0.4, 2_000 * seconds), (
        "small parts cost more than they hold"
    )
