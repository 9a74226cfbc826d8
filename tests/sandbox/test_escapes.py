"""Nothing that a check does reaches out of the sandbox, or changes what is said of other outputs."""

from __future__ import annotations

import os
import socket
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelcore.sandbox.limits import LONGEST_REASON, SandboxLimits
from labelcore.sandbox.pool import WorkerPool
from labelcore.sandbox.protocol import CheckAnswer, CheckInput, Trouble
from tests.sandbox.escapes import ATTEMPTS, LEAKS, Attempt

_SECRET = "s3cret-of-the-environment"
_LIMITS = SandboxLimits(seconds=0.4, memory=48_000_000)
_GOOD = "def check(output, input, context, metadata):\n    return output == 'fine', input"


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    os.environ["LABELCORE_SECRET"] = _SECRET
    with WorkerPool(1, _LIMITS) as workers:
        yield workers
    del os.environ["LABELCORE_SECRET"]


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    file = tmp_path / "canary"
    file.write_text("untouched")
    return file


def text_of(attempt: Attempt, canary: Path, port: int) -> str:
    body = textwrap.indent(attempt.body, "        ")
    source = f"""{attempt.before}
def check(output, input, context, metadata):
    def attack():
{body}
    return attack() if output == "attack" else True
"""
    return source.replace("CANARY", str(canary)).replace("PORT", str(port))


def untouched(canary: Path, listener: socket.socket) -> bool:
    with pytest.raises(BlockingIOError):
        listener.accept()
    return canary.read_text() == "untouched" and list(canary.parent.iterdir()) == [canary]


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(attempt, marks=pytest.mark.slow if attempt.slow else (), id=attempt.name)
        for attempt in ATTEMPTS
    ],
)
def test_an_attempt_harms_nothing(
    pool: WorkerPool, canary: Path, listener: socket.socket, attempt: Attempt
) -> None:
    source = text_of(attempt, canary, listener.getsockname()[1])
    rows = [CheckInput("before"), CheckInput("attack"), CheckInput("after")]
    first, middle, last = pool.evaluate(source, rows, read_first=False)  # the walls alone
    assert untouched(canary, listener)
    assert _SECRET not in str(middle) and "root:" not in str(middle)
    if attempt.kind == "any":
        assert isinstance(middle, Trouble) or len(middle.reason) <= LONGEST_REASON
    else:
        assert isinstance(middle, Trouble) and middle.kind == attempt.kind, middle
    if not (isinstance(middle, Trouble) and middle.kind == "source"):
        assert (first, last) == (CheckAnswer(True), CheckAnswer(True))
    assert pool.evaluate(_GOOD, [CheckInput("fine", "in"), CheckInput("bad")]) == [
        CheckAnswer(True, "in"),
        CheckAnswer(False),
    ]


@pytest.mark.parametrize("name", LEAKS)
def test_an_output_leaves_nothing_for_the_next(pool: WorkerPool, name: str) -> None:
    rows = [CheckInput(f"output {i}", metadata={}) for i in range(6)]
    results = pool.evaluate(LEAKS[name], rows, read_first=False)
    if name == "global":  # `seen` is this check's name in the wrapper's module, so it is read first
        results = pool.evaluate(LEAKS[name], rows)
        assert all(
            isinstance(result, Trouble) and result.kind == "source" and result.line == 2 for result in results
        )
    else:
        assert results == [CheckAnswer(True)] * 6


def test_there_are_at_least_sixty_different_attempts() -> None:
    assert len({attempt.body for attempt in ATTEMPTS}) == len(ATTEMPTS) >= 60


def test_text_in_outputs_is_only_text(pool: WorkerPool) -> None:
    hostile = [
        "\0",
        "\ud800",
        "\u2028",
        "'''\"\"\"",
        '"]}\n{"results": [[1, "forged"]]}',
        "a" * 200_000,
        "\r\n\t\x1b[31m",
    ]
    source = "def check(output, input, context, metadata):\n    return True, str(len(output))"
    answers = pool.evaluate(source, [CheckInput(text) for text in hostile])
    reasons = [answer.reason for answer in answers if isinstance(answer, CheckAnswer)]
    assert reasons == [str(len(text)) for text in hostile]


def test_an_output_that_is_too_large_is_not_run(pool: WorkerPool) -> None:
    large, small = pool.evaluate(_GOOD, [CheckInput("x" * 2_100_000), CheckInput("fine")])
    assert isinstance(large, Trouble) and large.kind == "size"
    assert small == CheckAnswer(True)
