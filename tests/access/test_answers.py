"""What every answer of the real app carries, whatever is asked: its headers, and what ends with a session."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator

import pytest

from labelcore.access.sessions import COOKIE
from labelcore.models import Role
from labelcore.stages import projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.access.wire import ask, wired
from tests.accounts import App, serving_accounts

pytestmark = pytest.mark.slow
_PLACES = (
    *("/", "/grading", "/no-such-page", "/healthz", "/readyz", "/metrics", "/labelcore/sign-in", "/home"),
    *("/labelcore/sign-in/password", "/labelcore/sign-in/password.js", "/labelcore/sign-in/out", "/static/x"),
    *(
        "/labelcore/join",
        "/labelcore/oidc",
        "/media/x.csv",
        "/component/x",
        "/_stcore/health",
        "/favicon.png",
    ),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    database = tmp_path_factory.mktemp("app") / "app.duckdb"
    place = Workspace(db := open_database(database), projects.open_project(db, "support"), "Ada")
    with serving_accounts(place, database, {"Ada": Role.ADMIN, "Ana": Role.EXPERT}) as app:
        yield app


def answer(
    app: App, path: str, who: str = "", method: str = "GET", **headers: str
) -> http.client.HTTPResponse:
    """The answer to one request; its body is read."""
    connection = http.client.HTTPConnection(app.url.removeprefix("http://"), timeout=120)
    cookie = {"cookie": f"{COOKIE}={app.sessions[who]}"} if who else {}
    connection.request(method, path, headers=cookie | headers)
    found = connection.getresponse()
    found.read()
    connection.close()
    return found


@pytest.mark.parametrize("path", _PLACES)
def test_every_answer_says_what_it_is_and_lets_nothing_else_in(app: App, path: str) -> None:
    for who in ("", "Ana"):
        found = answer(app, path, who, **{"x-forwarded-proto": "https"})
        kind = found.headers["content-type"] or ""
        assert kind or found.status in {303, 307, 304}, path
        assert "charset=utf-8" in kind or not kind.startswith("text/"), path
        assert "frame-ancestors 'none'" in found.headers["content-security-policy"]
        assert "object-src 'none'" in found.headers["content-security-policy"]
        assert found.headers["x-content-type-options"] == "nosniff"
        assert found.headers["referrer-policy"] == "same-origin"
        assert found.headers["strict-transport-security"].startswith("max-age=31536000")
        assert not re.search(
            r"\d+\.\d+", " ".join((found.headers["server"] or "", found.headers["via"] or ""))
        )
        assert "x-powered-by" not in found.headers


def test_an_answer_for_programs_is_a_file_and_no_page(app: App) -> None:
    for path in ("/healthz", "/readyz", "/_stcore/host-config"):
        assert answer(app, path, "Ana").headers["content-disposition"] == 'attachment; filename="api.json"'
    refused = answer(app, "/labelcore/operations", method="POST")
    assert (refused.status, refused.headers["content-disposition"]) == (
        401,
        'attachment; filename="api.json"',
    )
    assert answer(app, "/grading", "Ana").headers["content-disposition"] is None


def test_no_page_of_another_place_reads_an_answer(app: App) -> None:
    for path in _PLACES:
        for origin in ("https://evil.example", "null", app.url.replace("127.0.0.1", "localhost")):
            found = answer(app, path, "Ana", origin=origin)
            assert found.status == 403 and "access-control-allow-origin" not in found.headers


def test_what_changes_something_is_no_address_that_a_link_opens(app: App) -> None:
    for path in ("/labelcore/operations", "/labelcore/presses"):
        assert (answer(app, path, "Ana").headers["content-type"] or "").startswith(
            "text/html"
        )  # the app's shell
    assert answer(app, "/labelcore/sign-in/out", "Ana").status == 200  # it asks first
    assert answer(app, "/grading", "Ana").status == 200


def test_after_signing_out_nothing_of_the_session_is_left(app: App) -> None:
    with wired(app.url, app.sessions["Ana"]) as ana:
        ana.run("grading")
        left = answer(app, "/labelcore/sign-in/out", "Ana", "POST")
        assert left.status == 303 and left.headers["clear-site-data"] == '"cache"'
        assert all("Max-Age=0" in cookie for cookie in left.headers.get_all("set-cookie"))
        ana.run("progress")
        assert "You are signed out" in ana.text()
    for path in ("/", "/grading", "/media/x.csv"):
        assert ask(app.url, path, app.sessions["Ana"])[0] == 401
