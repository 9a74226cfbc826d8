"""Outputs are judged apart: one that sticks gets an error by itself, and workers come back."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from labelcore.sandbox.limits import SandboxLimits
from labelcore.sandbox.pool import WorkerPool
from labelcore.sandbox.protocol import CheckAnswer, CheckInput, Trouble, read_faults, read_results

SHORT = """def check(output, input, context, metadata):
    if output == "hang":
        while True: pass
    if output == "zero":
        n = 0
        return 1 / n
    return len(output) < 100, str(len(output))
"""


def living(group: int) -> list[str]:
    """The processes of a group that are no zombies: the worker's, and its interpreter's."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, process_group = file.read_text().rpartition(")")[2].split()[:3]
            if int(process_group) == group and state != "Z":
                found.append(file.parent.name)
    return found


def gone(group: int) -> bool:
    """Whether the group ends: a killed process does when its turn comes."""
    end = time.monotonic() + 60
    while living(group) and time.monotonic() < end:
        time.sleep(0.02)
    return not living(group)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(2, SandboxLimits(seconds=2)) as workers:
        yield workers


def test_verdicts_come_in_the_order_of_the_outputs(pool: WorkerPool) -> None:
    rows = [CheckInput("x" * n) for n in range(180)]
    wanted = [CheckAnswer(n < 100, str(n)) for n in range(180)]
    assert pool.evaluate(SHORT, rows) == wanted


def test_a_stuck_output_is_an_error_of_its_own(pool: WorkerPool) -> None:
    rows = [CheckInput("hang" if n == 70 else "x" * n) for n in range(120)]
    results = pool.evaluate(SHORT, rows)
    stuck = results.pop(70)
    assert isinstance(stuck, Trouble) and stuck.kind == "timeout"
    assert results == [CheckAnswer(n < 100, str(n)) for n in range(120) if n != 70]


def test_an_error_names_its_line(pool: WorkerPool) -> None:
    (decision,) = pool.evaluate(SHORT, [CheckInput("zero")])
    assert decision == Trouble("check", "ZeroDivisionError: division by zero", 6)
    assert str(decision) == "line 6: ZeroDivisionError: division by zero"


def test_lines_hold_where_strings_go_over_several(pool: WorkerPool) -> None:
    source = '''X = """one
  two
three"""
def check(output, input, context, metadata):
    """Says
something."""
    if output:
        return X == "one\\n  two\\nthree", f"""{X}
end"""
    raise ValueError("nothing")
'''
    good, bad = pool.evaluate(source, [CheckInput("x"), CheckInput("")])
    assert good == CheckAnswer(True, "one\n  two\nthree\nend")
    assert bad == Trouble("check", "ValueError: nothing", 10)


@pytest.mark.slow
def test_a_check_that_always_sticks_is_given_up(pool: WorkerPool) -> None:
    source = "def check(output, input, context, metadata):\n    while True: pass"
    results = pool.evaluate(
        source, [CheckInput(str(n)) for n in range(500)], limits=SandboxLimits(seconds=0.1)
    )
    assert all(isinstance(result, Trouble) and result.kind == "timeout" for result in results)
    assert sum("Not tried" in str(result) for result in results) > 400


def test_a_killed_worker_is_replaced() -> None:
    with WorkerPool(1) as pool:
        assert pool.evaluate(SHORT, [CheckInput("x")]) == [CheckAnswer(True, "1")]
        (pid,) = pool.pids
        os.kill(pid, signal.SIGKILL)
        assert pool.evaluate(SHORT, [CheckInput("x")]) == [CheckAnswer(True, "1")]


@pytest.mark.slow
def test_a_worker_that_does_not_answer_is_killed_with_its_interpreter() -> None:
    with WorkerPool(1, SandboxLimits(seconds=0.1)) as pool:
        pool.evaluate(SHORT, [CheckInput("x")])
        (pid,) = pool.pids
        os.kill(pid, signal.SIGSTOP)
        (late,) = pool.evaluate(SHORT, [CheckInput("x")])
        assert isinstance(late, Trouble) and late.kind == "timeout"
        assert gone(pid)
        assert pool.evaluate(SHORT, [CheckInput("x")]) == [CheckAnswer(True, "1")]


def test_closing_leaves_no_process() -> None:
    pool = WorkerPool(1)
    pool.evaluate(SHORT, [CheckInput("x")])
    (pid,) = pool.pids
    assert living(pid)
    pool.close()
    assert gone(pid)


def test_many_threads_may_ask_at_once(pool: WorkerPool) -> None:
    def ask(n: int) -> object:
        return pool.evaluate(SHORT, [CheckInput("x" * n)])[0]

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(ask, range(30)))
    assert found == [CheckAnswer(True, str(n)) for n in range(30)]


def test_a_worker_sees_no_environment_and_few_files(pool: WorkerPool) -> None:
    pool.evaluate(SHORT, [CheckInput("x")])
    for pid in pool.pids:
        place = Path(f"/proc/{pid}")
        assert (place / "environ").read_bytes() == b""
        lines = (place / "limits").read_text().splitlines()
        limits = {line[:26].strip(): line[26:].split()[:2] for line in lines}
        assert limits["Max file size"] == ["0", "0"]
        assert limits["Max core file size"] == ["0", "0"]
        assert "unlimited" not in limits["Max address space"] + limits["Max cpu time"]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("", None, "empty"),
        ("x = 1", None, "no function"),
        ("def check(output):\n    return True", 1, "four arguments"),
        ("async def check(a, b, c, d):\n    return True", 1, "no function"),
        ("def check(a, b, c, d):\n    return (", 2, "SyntaxError"),
        ("import os\ndef check(a, b, c, d):\n    return True", 1, "module 'os'"),
        ("def check(a, b, c, d):\n    x = 1\n    return open(a)", 3, "`open`"),
        ("def check(a, b, c, d):\n    return a.__class__", 2, "underscores"),
        ("def check(a, b, c, d):\n    global x\n    x = 1", 2, "global"),
        ("def check(a, b, c, d):\n    yield 1", 2, "yield"),
        ("class A(dict): pass\ndef check(a, b, c, d):\n    return True", 1, "inheritance"),
        ("def check(a, b, c, d):\n    return '\0'", 2, "U+0000"),
        ("def check(a, b, c, d):\n    return ｅval(a)", 2, "`eval`"),
        ("return 1\ndef check(a, b, c, d): pass", 1, "outside function"),
        ("def check(a, b, c, d):\n  return " + "[" * 5_000 + "]" * 5_000, 2, "nested"),
        ("#" * 30_000, None, "30,000"),
    ],
)
def test_a_text_that_is_no_check_is_named_with_its_line(
    pool: WorkerPool, source: str, line: int | None, words: str
) -> None:
    fault = pool.faults(source)[0]
    assert words in str(fault)
    assert fault.line == line


def test_a_good_text_has_no_fault(pool: WorkerPool) -> None:
    assert pool.faults(SHORT) == []


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"results": []},
        {"results": [[7, "x"]]},
        {"results": [[1, 2]]},
        {"results": ["x"]},
        {"results": [[True, "x"]]},
        {"given_up": ["nonsense", "x", 1]},
        {"given_up": None},
    ],
)
def test_what_a_worker_must_not_say_is_refused(document: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_results(document, 1)
    with pytest.raises((ValueError, TypeError)):
        read_faults(document)


def test_a_worker_that_cannot_be_started_is_an_error_and_its_place_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none_left() -> None:
        raise OSError("no more processes")

    with WorkerPool(1, SandboxLimits(seconds=0.4)) as pool:
        with monkeypatch.context() as without:
            without.setattr("labelcore.sandbox.pool.Worker", none_left)
            for _ in range(2):
                (decision,) = pool.evaluate(SHORT, [CheckInput("x")])
                assert isinstance(decision, Trouble) and decision.kind == "crash"
                assert "cannot be read" in str(pool.faults(SHORT)[0])
        assert pool.evaluate(SHORT, [CheckInput("x")]) == [CheckAnswer(True, "1")]


def test_a_stop_is_heard_while_outputs_are_slow_and_keeps_what_is_decided() -> None:
    slow = """def check(output, input, context, metadata):
    if output == "slow":
        while True: pass
    return True
"""
    stop = threading.Event()
    stopped: list[float] = []

    def end() -> None:
        stopped.append(time.monotonic())
        stop.set()

    timer = threading.Timer(6.0, end)
    with WorkerPool(2, SandboxLimits(seconds=240)) as pool:
        pool.evaluate(slow, [CheckInput("fine")])
        timer.start()
        found = pool.evaluate(slow, [CheckInput("fine")] * 50 + [CheckInput("slow")] * 200, stop=stop)
        assert time.monotonic() - stopped[0] < 60, "the first slow ones alone take four minutes"
        assert found[:50] == [CheckAnswer(True)] * 50
        assert {outcome.kind for outcome in found[50:] if isinstance(outcome, Trouble)} == {"stopped"}
        assert len(found) == 250
        assert pool.evaluate(slow, [CheckInput("fine")]) == [CheckAnswer(True)], "the pool goes on"
