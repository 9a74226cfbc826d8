"""Two people at one app: nothing that is kept for one is reached by the other, and no hidden button works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

import pytest

from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages import importing, people, projects, signing
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.access.wire import Wire, ask, wired
from tests.app_server import serving

pytestmark = pytest.mark.slow
PAGES = "importing outputs sampling grading progress team deriving judging results exporting".split()
_HERE = "labelcore-project=support&labelcore-role=engineer"
_NOT_YOURS = "Your role does not open this page"


class App(NamedTuple):
    """Where it is, the secret of each person's session, their ids, and the file with the app's secret."""

    url: str
    sessions: dict[str, str]
    people: dict[str, str]
    door: Path

    def rows(self) -> dict[str, Any]:
        """A digest of every table but those of secrets and of what a shown card holds; what changes a project
        is told in the audit's.
        """
        names = self._sql("SELECT table_name FROM duckdb_tables()")
        wanted = sorted(
            {name for (name,) in names} - {"credential", "notice_rules", "project", "reservation"}
        )
        digests = (f"SELECT '{name}', count(*), bit_xor(hash(r)) FROM \"{name}\" r" for name in wanted)
        return {row[0]: row for row in self._sql(" UNION ALL ".join(digests))}

    def _sql(self, query: str) -> list[list[Any]]:
        rows: list[list[Any]] = self.do("sql", query=query)["rows"]
        return rows

    def do(self, operation: str, **arguments: object) -> Any:
        """What somebody does who may read the app's secret."""
        token = json.loads(self.door.read_text())["token"]
        wanted = {"operation": operation, "project": "support", "arguments": arguments}
        given = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        sent = Request(f"{self.url}/labelcore/operations", json.dumps(wanted).encode(), given)
        with urlopen(sent, timeout=30) as answer:
            return json.loads(answer.read().splitlines()[-1])["outcome"]["document"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An admin, an expert and a manager of one project, each signed in."""
    folder = tmp_path_factory.mktemp("app")
    database, answers = folder / "app.duckdb", folder / "answers.csv"
    given = (f"Answer {number}.,{'pass' if number % 2 else 'fail'}" for number in range(12))
    answers.write_text("output,grade\n" + "\n".join(given))
    db = open_database(database)
    place = Workspace(db, projects.open_project(db, "support"), "Ada")
    importing.import_file(place, str(answers))
    sessions, ids = {}, {}
    for name, role in (
        ("Ada", Role.ADMIN),
        ("Ana", Role.EXPERT),
        ("Max", Role.MANAGER),
        ("Eve", Role.EXPERT),
    ):
        people.invite(place, name, role)
        person = signing.find_person(db, name)
        ids[name], sessions[name] = person.person_id, signing.begin_session(db, person)
    close_database(database)
    patch = pytest.MonkeyPatch()
    patch.setenv("LABELCORE_SIGN_IN", "accounts")
    with serving(database, "support") as url:
        yield App(url, sessions, ids, Path(f"{database}.door"))
    patch.undo()
    settings.cache_clear()


def test_a_download_is_given_to_whose_page_offers_it(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada:
        ada.run("progress", _HERE)
        [file] = ada.downloads()
        assert ask(app.url, file, app.sessions["Ada"])[0] == 200
        for path in (
            file,
            f"/{file}",
            file.replace("/media/", "/media//"),
            file.replace("/m", "/%6d"),
            f"{file}?x",
        ):
            for who in ("Ana", "Max"):
                status, body = ask(app.url, path, app.sessions[who])
                assert status == 404 or b"<title>Streamlit</title>" in body  # the shell of the app
            assert ask(app.url, path)[0] == 401
        forged = {"x_labelcore_person": app.people["Ada"]}
        assert ask(app.url, file, app.sessions["Ana"], **forged)[0] == 404


def test_nobody_puts_a_file_into_anothers_session_or_takes_one_out(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada:
        ada.run("importing", _HERE)
        for method in ("PUT", "DELETE"):
            path = f"/_stcore/upload_file/{ada.session}/file-1"
            assert ask(app.url, path, app.sessions["Ana"], method)[0] == 404
            assert ask(app.url, path, app.sessions["Ada"], method)[0] != 404


def test_nobody_goes_on_with_anothers_session(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada:
        ada.run("team", _HERE)
        for headers in ({}, {"x-labelcore-person": "person"}):
            with wired(app.url, app.sessions["Ana"], resume=ada.session, **headers) as ana:
                ana.run("grading", _HERE)
                assert ana.session != ada.session
        ada.run("team", _HERE)  # and hers was not disturbed
        left = ada.session
    with wired(app.url, app.sessions["Ana"], resume=left) as ana:
        ana.run("grading", _HERE)
        assert ana.session != left
    with wired(app.url, app.sessions["Ada"], resume=left) as ada:
        ada.run("team", _HERE)
        assert ada.session == left


def seen_by(wire: Wire) -> Iterator[tuple[str, dict[str, str]]]:
    """Each page with its buttons."""
    for page in PAGES:
        wire.run(page, _HERE)
        yield page, wire.buttons()


def test_buttons_that_a_role_is_not_shown_do_nothing_when_they_are_pressed(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada:
        shown = list(seen_by(ada))
    assert sum(len(buttons) for _, buttons in shown) > 30
    before = app.rows()
    for who, theirs in (("Ana", {"grading", "progress"}), ("Max", {"results", "outputs"})):
        with wired(app.url, app.sessions[who]) as wire:
            for page, buttons in shown:
                wire.run(page, _HERE, pressed=buttons)
                assert page in theirs or _NOT_YOURS in wire.text(), page
    assert app.rows() == before


def test_an_open_page_of_who_lost_their_role_does_and_shows_nothing_more(app: App) -> None:
    with wired(app.url, app.sessions["Eve"]) as eve:
        for page, at in (("judging", 0), ("judging", 1), ("importing", None)):
            app.do("people role", name="Eve", role="engineer")
            eve.run(page, _HERE)
            buttons = {name for name, words in eve.buttons().items() if words != "Help"}
            part = "" if at is None else sorted(eve.fragments())[at]
            app.do("people role", name="Eve", role="expert")
            before = app.rows()
            eve.run(page, _HERE, pressed=buttons, fragment=part)
            assert not eve.buttons().keys() & buttons
            assert app.rows() == before
        app.do("people sign-out", name="Eve")
        eve.run("grading", _HERE, pressed=buttons)
        assert "You are signed out" in eve.text()
        assert "Answer 1" not in eve.text()
