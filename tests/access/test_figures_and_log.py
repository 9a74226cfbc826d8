"""Figures, health and log of the real app, asked by strangers and by people: who reads them, and what is in
them, whatever a request says.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest

from labelcore.models import Role
from labelcore.stages import grading, importing, projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.access.wire import ask, wired
from tests.accounts import App, serving_accounts

pytestmark = pytest.mark.slow
_WORDS = ("heronwren", "Anawren", "notewren", "idwren")
"""In a text, a name, a note and an importer's id."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A graded output, and its project's people."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    answers.write_text("id,output\nidwren,heronwren says so\n")
    db = open_database(database)
    place = Workspace(db, projects.open_project(db, "support"), "Ada")
    importing.import_file(place, str(answers))
    [(output,)] = db.rows("SELECT output_id FROM output")
    grading.grade(place.by("Anawren"), output, "fail", note="notewren")
    with serving_accounts(place, database, {"Ada": Role.ADMIN, "Anawren": Role.EXPERT}) as app:
        yield app


def raw(app: App, request: bytes) -> bytes:
    """The first bytes of the answer to a request as it stands."""
    host, port = app.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as line:
        line.sendall(request)
        return line.recv(4096)


def get(app: App, path: str, method: str = "GET", *headers: str) -> bytes:
    place = app.url.removeprefix("http://")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {place}", "Connection: close", *headers, "", ""]
    return raw(app, "\r\n".join(lines).encode("utf-8"))


def figures(app: App) -> str:
    token = app.do("people token", name=f"watch {len(app.log.read_bytes())}", role="manager")["token"]
    status, body = ask(app.url, "/metrics", authorization=f"Bearer {token}")
    assert status == 200
    return body.decode()


def test_figures_are_read_with_a_token_where_people_sign_in(app: App) -> None:
    assert "labelcore_grade_rows 1.0" in figures(app)
    expert = app.do("people token", name="CI", role="expert")["token"]
    elsewhere = {"x_forwarded_for": "203.0.113.7"}
    for shown in ({}, {"authorization": "Bearer x"}, {"authorization": f"Bearer {expert}"}):
        assert ask(app.url, "/metrics", **elsewhere, **shown)[0] == 401
    assert ask(app.url, "/metrics", app.sessions["Anawren"], **elsewhere)[0] == 401


@pytest.mark.parametrize(
    "path",
    [
        *("//metrics", "/./metrics", "/metrics/", "/METRICS", "/metrics;x", "/metrics%2f", "/metrics%00"),
        *("/healthz/../metrics", "/healthz/%2e%2e/metrics", "/static/../metrics", "/metrics/x"),
    ],
)
def test_figures_have_one_address(app: App, path: str) -> None:
    assert b"labelcore_" not in get(app, path, "GET", "X-Forwarded-For: 203.0.113.7")


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz"])
def test_they_are_read_only_and_by_their_name(app: App, path: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X" * 30_000):
        assert get(app, path, method).startswith(b"HTTP/1.1 405"), method[:9]
    for host in ("evil.example", "a" * 60_000, "127.0.0.1 x: y", "localhost@evil.example"):
        asked = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        assert raw(app, asked.encode()).startswith((b"HTTP/1.1 403", b"HTTP/1.1 400")), host[:9]
    for odd in (
        "Authorization: Bearer \xff\xe9",
        "Cookie: labelcore_session=\xff; =;;",
        "X: " + "y" * 60_000,
    ):
        assert get(app, path, "GET", odd)[9:12] in {b"200", b"400", b"401", b"431"}, odd[:9]


def test_no_request_adds_a_figure_or_says_what_it_is(app: App) -> None:
    before = {line.partition("}")[0] for line in figures(app).splitlines()}
    for at in range(60):
        get(app, f"/strange{at}%0alabelcore_fake%201", f"M{at}")
        get(app, f"/_stcore/strange{at}", "GET", f"X-Forwarded-For: strange{at}", f"User-Agent: strange{at}")
    text = figures(app)
    fresh = {line.partition("}")[0] for line in text.splitlines()} - before
    names = {
        re.sub(r'"[^"]*"', "", line.partition(" ")[0]) for line in fresh if line.startswith("labelcore_")
    }
    assert len(fresh) < 60 and not [name for name in names if "fake" in name]
    assert not [word for word in (*_WORDS, "strange") if word in text]


def test_a_line_of_the_log_is_one_request_and_says_no_text_name_or_secret(app: App) -> None:
    session = app.sessions["Anawren"]
    get(app, "/a%0aINFO:fakeline%0d%0a%e2%80%a8fakeline%c2%85fakeline%1b[31m%00", "GET", "Accept: text/html")
    get(app, "/x", "fakeline" * 2_000)
    raw(app, b"no request at all\r\n\r\n")
    for path in ("/media/heronwren.csv", "/_stcore/upload_file/notewren/idwren"):
        ask(app.url, path, session)
    ask(app.url, "/grading?labelcore-annotator=Anawren&note=notewren", session)
    ask(app.url, "/labelcore/join?invitation=idwren", session)
    with wired(app.url, session) as anna:
        anna.run("grading", "labelcore-project=heronwren&labelcore-annotator=Anawren")
        anna._socket.send(b"\xff\xff heronwren")
    app.do("outputs show", output="idwren")
    lines = app.log.read_text("utf-8").splitlines()
    told = lines[next(at for at, line in enumerate(lines) if line.startswith("{")) :]
    messages = [json.loads(line)["message"] for line in told]
    assert not [line for line in messages if line.startswith(("INFO:fake", "fakeline" * 4))]
    assert max(map(len, told)) < 1_500
    for word in (*_WORDS, *app.sessions.values(), json.loads(app.door.read_text())["token"]):
        assert not [line for line in told if word in line], word
