"""Endpoints that cannot be used: one sentence with the next step, and the run goes on once it is mended."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labelcore.models import Output, Run
from labelcore.stages import projects
from labelcore.stages.judging import running
from labelcore.stages.judging.running import RunOptions
from labelcore.store import close_database, open_database, outputs as output_table
from labelcore.workspace import Workspace
from tests.databases import empty_file
from tests.mock_endpoint import MockEndpoint, serving
from tests.stages.test_interrupted_runs import judge

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]  # a real server
COUNT = 60
"""Enough that a call process makes the calls of the transport "fast"."""


@pytest.fixture(params=["call process", "fast", "openai"])
def run(
    request: pytest.FixtureRequest, tmp_path: Path, set_: Callable[..., None]
) -> Iterator[Callable[[], Run]]:
    """Run one judge over what it has not decided, by each way that a call can take."""
    set_(TRANSPORT="openai" if request.param == "openai" else "fast", API_KEY="k", MODEL="mock")
    path = empty_file(tmp_path / "bad.duckdb")
    db = open_database(path)
    project = projects.open_project(db, "test")
    count = COUNT if request.param == "call process" else 12
    output_table.add(
        db,
        [
            Output(id=output_table.content_id(project.id, text), project_id=project.id, text=text)
            for text in (f"text {i}" for i in range(count))
        ],
    )
    ids = output_table.ids(db, project.id)
    yield lambda: running.run(Workspace(db, project), [judge(project)], ids, RunOptions(concurrency=2))
    close_database(path)


def went_on(paused: Run, run: Callable[[], Run], mock: MockEndpoint) -> None:
    """The run that was paused has no error, and the next one decides the rest, each output once."""
    assert (paused.state, paused.errors, paused.error_kinds) == ("stopped", 0, {})
    done = run()
    assert (done.state, done.errors) == ("finished", 0), done.message
    assert paused.verdicts_new + done.verdicts_new == done.n_outputs
    assert len(mock.answered) == done.n_outputs and set(mock.answered.values()) == {1}


@pytest.mark.parametrize(
    "fault",
    [
        "deep",
        "odd content 7",
        "odd content [1]",
        'odd usage {"prompt_tokens": NaN, "completion_tokens": 1e30}',
        'odd usage {"prompt_tokens": Infinity, "completion_tokens": -5}',
    ],
)
def test_one_odd_answer_never_ends_a_run(
    run: Callable[[], Run], set_: Callable[..., None], fault: str
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url, CALL_TIMEOUT="20", PRICE_IN="1", PRICE_OUT="1")
        mock.faults = ["ok", fault]
        done = run()
        assert (done.state, done.errors, done.verdicts_new) == ("finished", 0, done.n_outputs), done.message
        assert max(mock.asked.values()) <= 2 and done.cost_usd is not None and 0 <= done.cost_usd < 1
        assert "timeout" not in done.faults


def test_a_key_that_the_endpoint_echoes_is_kept_nowhere(
    run: Callable[[], Run], set_: Callable[..., None], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = "sk-a/b+c_1234567890"
    with serving() as (mock, url):
        set_(BASE_URL=url, API_KEY=key)
        mock.faults = ["echo", "echo 500", "echo 400", *["echo"] * 5]
        done = run()
        mock.faults = ["echo 500"] * 100  # what pauses a run is its message
        text = str(run()) + str(done) + caplog.text
    assert (done.verdicts_new, done.errors) == (done.n_outputs - 1, 1)
    db = open_database(tmp_path / "bad.duckdb")
    tables = [name for (name,) in db.rows("SELECT table_name FROM duckdb_tables() WHERE NOT internal")]
    stored = "".join(str(db.rows(f"FROM {table}")) for table in tables)
    assert "[key]" in stored and "The key [key] is odd" in stored, "the answers and the error are there"
    left = b"".join(place.read_bytes() for place in tmp_path.iterdir())
    for form in (key, key[1:]):
        assert form not in text + stored and form.encode() not in left


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for loopback that nobody has signed but itself, and its key."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    signed, key = folder / "signed.pem", folder / "key.pem"
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(signed),
        ],
        check=True,
        capture_output=True,
    )
    return signed, key


def test_a_certificate_that_is_not_trusted_pauses_the_run(
    run: Callable[[], Run],
    set_: Callable[..., None],
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    with serving(certificate) as (mock, url):
        set_(BASE_URL=url)
        paused = run()
        assert f"The certificate of {url} is not trusted." in paused.message
        assert "SSL_CERT_FILE" in paused.message
        assert paused.verdicts_new == 0 and not mock.prompts
        if "fast" in request.node.callspec.id:
            # aiohttp reads authorities once a process: a person sets the variable and starts again.
            return
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        went_on(paused, run, mock)


def test_https_where_none_is_spoken_is_no_matter_of_certificates(
    run: Callable[[], Run], set_: Callable[..., None]
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url.replace("http:", "https:"))
        paused = run()
        assert "cannot be reached" in paused.message and "LABELCORE_BASE_URL" in paused.message
        assert "certificate" not in paused.message
        set_(BASE_URL=url)
        went_on(paused, run, mock)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9/v1", "http://no-such-host.invalid/v1", "127.0.0.1:9/v1", "htp://x/v1", "nonsense"],
)
def test_an_address_where_nobody_is_pauses_the_run(
    run: Callable[[], Run], set_: Callable[..., None], address: str
) -> None:
    set_(BASE_URL=address)
    paused = run()
    assert f"{address} cannot be reached" in paused.message
    assert "Check LABELCORE_BASE_URL" in paused.message
    with serving() as (mock, url):
        set_(BASE_URL=url)
        went_on(paused, run, mock)


def test_an_address_with_a_wrong_path_pauses_the_run(
    run: Callable[[], Run], set_: Callable[..., None]
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url.replace("/v1", "/api"))
        paused = run()
        assert "the address is wrong" in paused.message and "LABELCORE_BASE_URL" in paused.message
        set_(BASE_URL=url)
        went_on(paused, run, mock)


def test_an_address_that_answers_with_web_pages_pauses_the_run(
    run: Callable[[], Run], set_: Callable[..., None]
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url)
        mock.shares = {"page": 1.0}
        paused = run()
        assert "sent a web page and no model's answer" in paused.message
        assert "Check LABELCORE_BASE_URL" in paused.message
        mock.shares = {}
        mock.answered.clear()  # the pages were sent with a good status
        went_on(paused, run, mock)


@pytest.mark.parametrize("fault", ["404", "400 model"])
def test_an_unknown_model_pauses_the_run(
    run: Callable[[], Run], set_: Callable[..., None], fault: str
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url)
        mock.shares = {fault: 1.0}
        paused = run()
        assert "knows no model 'mock'" in paused.message and "LABELCORE_MODEL" in paused.message
        assert len(mock.prompts) <= 2, "what cannot be is not tried again"
        mock.shares = {}
        went_on(paused, run, mock)


def test_a_quota_that_is_used_up_in_mid_run_pauses_it(
    run: Callable[[], Run], set_: Callable[..., None]
) -> None:
    with serving() as (mock, url):
        set_(BASE_URL=url)
        mock.faults = ["ok"] * 7 + ["quota"] * COUNT
        paused = run()
        assert paused.verdicts_new >= 7 and paused.faults["quota"] > 0
        assert "The quota of the key is used up." in paused.message
        assert "run again: nothing is asked twice" in paused.message
        mock.faults = []
        went_on(paused, run, mock)
