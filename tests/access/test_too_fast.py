"""Whoever has signed in asks no faster than people do: requests, open pages, long work, uploads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from labelcore import api, operations
from labelcore.access import sessions
from labelcore.access.sessions import COOKIE, SignInGate
from labelcore.errors import NotAllowed
from labelcore.models import Role
from labelcore.pace import Pace
from labelcore.stages import exporting, grading, people, signing
from labelcore.workspace import Workspace
from tests.access.test_attempts import browser
from tests.access.test_door import client, joined


def test_so_many_in_a_row_then_so_many_a_minute() -> None:
    moment = 0.0
    pace = Pace(in_a_row=3, a_minute=60, clock=lambda: moment)
    assert [pace.wait("ana") for _ in range(4)] == [0, 0, 0, pytest.approx(1)]
    assert pace.wait("ben") == 0
    moment = 1.0
    assert [pace.wait("ana") for _ in range(2)] == [0, pytest.approx(1)]
    moment = 60.0
    assert [pace.wait("ana") for _ in range(4)] == [0, 0, 0, pytest.approx(1)]


def test_requests_of_one_person_come_no_faster_than_people_ask(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = client(), client()
    joined(place, ana)
    joined(place, ben, "Ben")
    monkeypatch.setattr(sessions, "REQUESTS", Pace(in_a_row=5, a_minute=1))
    assert [ana.get("/").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert 0 < int(ana.get("/").headers["retry-after"]) <= 60
    assert ben.get("/").status_code == 200, "each for themselves"
    assert ana.get("/labelcore/sign-in").status_code == 200


def test_one_person_has_no_more_pages_open_than_anybody_needs(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen(socket: WebSocket) -> None:
        await socket.accept()
        async for words in socket.iter_text():
            await socket.send_text(words)

    gate = SignInGate(Starlette(routes=[WebSocketRoute("/page", listen)]))
    monkeypatch.setattr(sessions, "_MOST_PAGES", 2)
    ana = TestClient(gate)
    ana.cookies.set(COOKIE, signing.begin_session(place.db, signing.add_person(place.db, "Ana")))
    with ana.websocket_connect("/page"), ana.websocket_connect("/page"):
        with pytest.raises(WebSocketDisconnect) as refused, ana.websocket_connect("/page"):
            pass
        assert refused.value.code == 1013
    with ana.websocket_connect("/page") as page:  # what was closed counts no more
        page.send_text("here")
        assert page.receive_text() == "here"


def test_a_token_asks_no_faster_than_its_pace(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "REQUESTS", Pace(in_a_row=2, a_minute=1))
    given = {"authorization": f"Bearer {people.make_token(place, 'CI', Role.MANAGER).token}"}
    wanted = json.dumps({"operation": "status", "project": "test"})
    answers = [
        browser().post("/labelcore/operations", content=wanted, headers=given).status_code for _ in range(3)
    ]
    assert answers == [200, 200, 429]
    secret = {"authorization": f"Bearer {api.TOKEN}"}  # whoever may read the server's secret is not counted
    answers = [
        browser().post("/labelcore/operations", content=wanted, headers=secret).status_code for _ in range(3)
    ]
    assert answers == [200] * 3


def test_long_work_from_elsewhere_is_asked_for_so_often_only(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_LONG_WORK", 3)
    far = replace(workspace, here=False, person="Ed", role=Role.ENGINEER)
    for _ in range(3):
        exporting.export_table(far, "outputs", out=tmp_path / "outputs.csv")
    with pytest.raises(NotAllowed, match="too much long work at once"):
        exporting.export_table(far, "outputs", out=tmp_path / "outputs.csv")
    exporting.export_table(far.by("Eve"), "outputs", out=tmp_path / "outputs.csv")
    exporting.export_table(replace(far, here=True), "outputs", out=tmp_path / "outputs.csv")
    grading.change_rules(replace(far, role=Role.LEAD))  # what is quick is not counted
