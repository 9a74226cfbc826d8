"""A foreign page reaches nothing: neither by a name that it leads here nor from its origin."""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from labelcore.cli.by_hand import serve
from labelcore.errors import BadInput
from labelcore.hosts import KnownHosts, may_call
from labelcore.settings import settings
from tests.app_server import serving


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LABELCORE_HOSTS", "labels.example, Box")
    monkeypatch.setenv("LABELCORE_ADDRESS", "0.0.0.0")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(
    ("host", "origin", "told"),
    [
        ("localhost:8501", None, True),
        ("LOCALHOST:8501", "http://localhost:8501", True),
        ("127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("[::1]:8501", "http://[::1]:8501", True),
        ("10.0.0.7", None, True),
        ("labels.example", "https://labels.example", True),
        ("box:8501", "http://box:8501", True),
        (None, None, False),
        ("", None, False),
        ("evil.example:8501", None, False),
        ("evil.example:8501", "http://evil.example:8501", False),
        ("localhost.evil.example", None, False),
        ("localhost@evil.example", None, False),
        ("127.0.0.1.evil.example:8501", None, False),
        ("127.0.0.1:8501", "http://evil.example", False),
        ("127.0.0.1:8501", "http://127.0.0.1:3000", False),
        ("127.0.0.1:8501", "http://localhost:8501", False),
        ("127.0.0.1:8501", "null", False),
        ("127.0.0.1:8501", "", False),
        ("127.0.0.1:8501", "file://127.0.0.1:8501", False),
    ],
)
def test_who_may_call(host: str | None, origin: str | None, told: bool) -> None:
    given = {name: value for name, value in (("host", host), ("origin", origin)) if value is not None}
    assert may_call(Headers(given)) is told


def test_two_hosts_are_none() -> None:
    twice = [(b"host", b"localhost"), (b"host", b"evil.example")]
    assert not may_call(Headers(raw=twice))


def test_a_websocket_of_another_page_is_not_opened() -> None:
    app = Starlette(middleware=[Middleware(KnownHosts)])
    client = TestClient(app, base_url="http://localhost")
    with (
        pytest.raises(WebSocketDisconnect) as shut,
        client.websocket_connect("/", headers={"origin": "http://evil.example"}),
    ):
        pass
    assert shut.value.code == 1008


_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.slow
def test_the_real_app_refuses_foreign_pages_at_once_and_answers_its_own(tmp_path: Path) -> None:
    with serving(tmp_path / "app.duckdb", "shop") as url:
        place = url.removeprefix("http://")

        def status(path: str, method: str = "GET", **headers: str) -> int:
            connection = http.client.HTTPConnection(place, timeout=120)
            connection.request(method, path, headers={"Host": place} | headers)
            try:
                return connection.getresponse().status
            finally:
                connection.close()

        upgrade = {**_UPGRADE, "Host": place}
        assert status("/") == status("/healthz", Origin=url) == 200
        assert status("/_stcore/stream", **upgrade, Origin=url) == 101
        began = time.monotonic()
        for path in ("/", "/healthz", "/_stcore/health", "/_stcore/host-config", "/grading"):
            assert status(path, Host="evil.example") == 403
            assert status(path, Origin="http://evil.example") == 403
        for path in ("/labelcore/operations", "/labelcore/presses"):
            assert status(path, "POST", Origin="http://evil.example") == 403
        for foreign in (
            {"Origin": "http://evil.example"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
        ):
            assert status("/_stcore/stream", **upgrade | foreign) == 403
        assert time.monotonic() - began < 30, "none of them waited for something"


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "192.168.1.7", "labels.example", "localhost.evil.example", ""]
)
def test_beyond_this_machine_it_does_not_start_without_a_word(address: str, tmp_path: Path) -> None:
    arguments = ["--db", str(tmp_path / "a.duckdb"), "--address", address, "--no-browser"]
    with pytest.raises(BadInput, match="no sign-in") as refused:
        serve.main(arguments, standalone_mode=False)
    assert "--without-sign-in" in str(refused.value)
    assert not list(tmp_path.iterdir())
