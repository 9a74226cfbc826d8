"""Where an endpoint may stand, and that its answers lead nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from labelcore.endpoint_files import checked_address
from labelcore.errors import BadInput, ModelTrouble, NotAllowed
from labelcore.llm.call_transport import CallProcessTransport
from labelcore.llm.client import OpenAIClient
from labelcore.llm.endpoint_test import check
from labelcore.llm.reach import check_reach
from labelcore.llm.transports import GarbledAnswer, RefusedCall, Unreachable, explain
from labelcore.messages import speaking, trouble_words
from labelcore.settings import Endpoint, settings
from labelcore.stages.judging.running.endpoints import EndpointOrder, add_endpoint
from labelcore.workspace import Workspace

CLOSED = ["http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/v1"]
CLOSED += ["http://[fd00:ec2::254]/v1", "http://100.100.100.200/v1"]
HERE = ["http://localhost:11434/v1", "http://127.0.0.1/v1", "http://[::1]:8/v1", "http://0.0.0.0:8/v1"]
HERE += ["http://api.localhost/v1", "http://LOCALHOST./v1", "http://[::ffff:127.0.0.1]/v1"]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "a.duckdb"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@contextlib.contextmanager
def serving(status: int, location: str = "") -> Iterator[tuple[str, list[str]]]:
    """A server that sends everybody on; the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("location", location)
            self.send_header("content-length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def ask(endpoint: Endpoint) -> None:
    async def once() -> None:
        client = OpenAIClient(endpoint)
        client.tries = client.late_tries = 1
        try:
            await client.weigh([{"role": "user", "content": "Yes?"}], ("Yes", "No"))
        finally:
            await client.close()

    asyncio.run(once())


@pytest.mark.parametrize("address", CLOSED)
def test_no_endpoint_stands_at_a_link_local_address(workspace: Workspace, address: str) -> None:
    with pytest.raises(NotAllowed, match="No endpoint may stand at"):
        add_endpoint(workspace, "near", order=EndpointOrder(model="m", address=address))


@pytest.mark.parametrize("address", HERE)
def test_who_is_not_at_this_machine_adds_no_endpoint_on_it_unless_the_settings_name_its_host(
    workspace: Workspace, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, order = replace(workspace, here=False), EndpointOrder(model="m", address=address)
    with pytest.raises(NotAllowed, match="No endpoint may stand at"):
        add_endpoint(away, "near", order=order)
    add_endpoint(workspace, "near", order=order)
    add_endpoint(away, "near", order=order.model_copy(update={"concurrency": 3}))
    assert not settings().all_endpoints["near"].from_elsewhere, "who was here let it stand there"
    monkeypatch.setenv("LABELCORE_ENDPOINT_HOSTS", "other, localhost,127.0.0.1")
    settings.cache_clear()
    host = address.split("/")[2].partition(":")[0]
    with contextlib.nullcontext() if host in {"localhost", "127.0.0.1"} else pytest.raises(NotAllowed):
        add_endpoint(away, "another", order=order)


def test_where_the_settings_name_the_hosts_no_other_is_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = EndpointOrder(model="m", address="http://10.0.0.7:8000/v1")
    add_endpoint(workspace, "before", order=order)
    monkeypatch.setenv("LABELCORE_ONLY_ENDPOINT_HOSTS", "API.example.org, 10.0.0.9")
    settings.cache_clear()
    with pytest.raises(NotAllowed, match="LABELCORE_ONLY_ENDPOINT_HOSTS"):
        add_endpoint(workspace, "inner", order=order)
    with pytest.raises(OSError, match=r"10\.0\.0\.7"):  # also one that was there
        check_reach(settings().all_endpoints["before"])
    allowed = order.model_copy(update={"address": "https://api.example.org/v1"})
    assert add_endpoint(workspace, "outer", order=allowed).base_url == "https://api.example.org/v1"


def test_who_is_not_at_this_machine_adds_one_that_stands_elsewhere(workspace: Workspace) -> None:
    away = replace(workspace, here=False)
    assert add_endpoint(away, "openai", order=EndpointOrder(model="m")).base_url is None
    order = EndpointOrder(model="m", address="http://10.0.0.7:8000/v1")
    assert add_endpoint(away, "openai", order=order).from_elsewhere
    assert add_endpoint(away, "openai", order=order.model_copy(update={"concurrency": 3})).from_elsewhere


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.org", "gopher://example.org"])
def test_an_endpoint_is_asked_by_http_only(workspace: Workspace, address: str) -> None:
    with pytest.raises(Exception, match="is not the address of an endpoint"):
        add_endpoint(workspace, "near", order=EndpointOrder(model="m", address=address))


@pytest.mark.in_part(2)
@pytest.mark.parametrize("transport", ["fast", "openai"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_endpoint_sends_nobody_on(transport: Any, status: int) -> None:
    with serving(200) as (inner, reached), serving(status, f"{inner}/secret") as (address, asked):
        endpoint = Endpoint(model="m", base_url=address, transport=transport)
        with pytest.raises(ModelTrouble, match="not followed"):
            ask(endpoint)
        assert not check(endpoint).answered
    assert asked
    assert not reached


@pytest.mark.whole
def test_the_call_process_follows_no_redirect_either(tmp_path: Path) -> None:
    async def once(endpoint: Endpoint) -> None:
        transport = CallProcessTransport(endpoint, tmp_path / "kept")
        try:
            await transport.send({"model": "m", "messages": []})
        finally:
            await transport.close()

    with serving(200) as (inner, reached), serving(307, f"{inner}/secret") as (address, _):
        with pytest.raises(RefusedCall):
            asyncio.run(once(Endpoint(model="m", base_url=address)))
        with pytest.raises(Unreachable, match="no endpoint may stand"):
            asyncio.run(once(Endpoint(model="m", base_url=inner, from_elsewhere=True)))
        with pytest.raises(Unreachable):
            asyncio.run(once(Endpoint(model="m", base_url=inner.replace("127.0.0.1", "127.1"))))
    assert not reached


@pytest.mark.parametrize("transport", ["fast", "openai"])
def test_a_name_that_leads_to_this_machine_is_not_asked(
    transport: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Digits in another base and names are looked up when the connection is made."""
    found = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        return found("127.0.0.1" if host == "rebound.example.org" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with serving(200) as (inner, reached):
        port = inner.rpartition(":")[2]
        for host in ("rebound.example.org", "2130706433", "127.1", "0x7f.1"):
            address = f"http://{host}:{port}"
            check_reach(Endpoint(model="m", base_url=address, from_elsewhere=True))
            said = (
                "no endpoint may stand" if host[0] == "r" else "cannot be reached|not a canonical|may stand"
            )
            with pytest.raises(ModelTrouble, match=said):
                ask(Endpoint(model="m", base_url=address, from_elsewhere=True, transport=transport))
    assert not reached


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("localhost:8620/v1", "'localhost:8620/v1'"),
        ("ann:secret@host/v1?key=secret", "'host/v1'"),
        ("ftp://ann:secret@host/v1", "'ftp://host/v1'"),
    ],
)
def test_an_address_that_is_none_is_shown_as_it_was_typed_without_secrets(typed: str, shown: str) -> None:
    with pytest.raises(BadInput, match="is not the address of an endpoint") as told:
        checked_address(typed)
    assert shown in str(told.value) and "secret" not in str(told.value)


def test_what_is_wrong_with_an_endpoint_of_the_app_is_said_in_the_words_of_its_form() -> None:
    endpoint = Endpoint(name="near", model="m", base_url="http://localhost:1/v1")
    page = explain(endpoint, GarbledAnswer("no JSON", page=True))
    assert str(page) == (
        "http://localhost:1/v1 sent a web page and no model's answer. "
        "Check the address of the endpoint 'near'."
    )
    refused = "Cannot connect to host localhost:1 ssl:default [Connect call failed ('127.0.0.1', 1)]"
    assert "cannot be reached: nothing answers there. Check the address" in str(
        explain(endpoint, Unreachable(refused))
    )
    unknown = explain(endpoint, Unreachable("[Errno -2] Name or service not known"))
    assert "no host has this name" in str(unknown)
    slow = explain(endpoint, TimeoutError())
    assert "raise the time limit of the endpoint 'near'" in str(slow)
    with speaking("zh"):
        assert "base_url" not in trouble_words(page) and "地址" in trouble_words(page)
