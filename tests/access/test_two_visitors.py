"""Two people at one app: nothing that is kept for one is reached by the other, and no hidden button works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.file_util import get_static_dir

from labelcore.models import Role
from labelcore.stages import grading, importing, projects
from labelcore.store import open_database
from labelcore.workspace import Workspace
from tests.access.wire import Wire, ask, wired
from tests.accounts import App, serving_accounts

pytestmark = pytest.mark.slow
PAGES = "importing outputs sampling grading progress team deriving judging results exporting".split()
_HERE = "labelcore-project=support&labelcore-role=engineer"
_NOT_YOURS = "Your role does not open this page"


def rows(app: App) -> dict[str, Any]:
    """A digest of every table but those of secrets and of what a shown card holds; what
    changes a project is told in the audit's.
    """
    names = _sql(app, "SELECT table_name FROM duckdb_tables()")
    wanted = sorted({name for (name,) in names} - {"credential", "notice_rules", "project", "reservation"})
    digests = (f"SELECT '{name}', count(*), bit_xor(hash(r)) FROM \"{name}\" r" for name in wanted)
    return {row[0]: row for row in _sql(app, " UNION ALL ".join(digests))}


def _sql(app: App, query: str) -> list[list[Any]]:
    found: list[list[Any]] = app.do("sql", query=query)["rows"]
    return found


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
    for (output,) in db.rows("SELECT output_id FROM output"):
        grading.grade(place.by("Ben"), output, "fail", note="benwren says why")
    answers.write_text("output\nheronwren is elsewhere\n")
    importing.import_file(place.with_project(projects.open_project(db, "closed")), str(answers))
    roles = dict.fromkeys(("Ana", "Eve", "Ivo"), Role.EXPERT) | {"Ada": Role.ADMIN, "Max": Role.MANAGER}
    with serving_accounts(place, database, roles) as app:
        yield app


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


def test_letters_and_icons_are_everybodys(app: App) -> None:
    names = [font.name for font in (Path(get_static_dir()) / "static" / "media").iterdir()]
    assert any("MaterialSymbols" in name for name in names)
    for name in names:
        for who in ("Ada", "Ana"):
            assert ask(app.url, f"/static/media/{name}", app.sessions[who])[0] == 200
    with wired(app.url, app.sessions["Ada"]) as ada:
        ada.run("progress", _HERE)
        file = ada.downloads()[0].rpartition("/")[2]
        for path in (f"/static/media/{names[0]}/media/{file}", f"/static/media/{file}"):
            status, body = ask(app.url, path, app.sessions["Ana"])
            assert status == 404 or b"<title>Streamlit</title>" in body


def test_a_download_made_once_it_is_asked_for_is_given_to_who_asked(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada, wired(app.url, app.sessions["Max"]) as max_:
        ada.run("results", _HERE)
        max_.run("results", _HERE)
        offered = ada.offered()[0]
        file = ada.made(offered)
        statuses = {who: ask(app.url, file, app.sessions[who])[0] for who in ("Ada", "Max", "Ana")}
        assert statuses == {"Ada": 200, "Max": 404, "Ana": 404}
        assert max_.made(offered) == ""
        assert ask(app.url, max_.made(max_.offered()[0]), app.sessions["Max"])[0] == 200


@pytest.mark.parametrize(
    ("change", "to"), [("people role", {"role": "expert"}), ("people sign-out", {})], ids=["role", "session"]
)
def test_a_download_is_not_made_for_who_has_lost_role_or_session(
    app: App, change: str, to: dict[str, str]
) -> None:
    app.do("people role", name="Ivo", role="engineer")
    with wired(app.url, app.sessions["Ivo"]) as ivo:
        ivo.run("results", _HERE)
        offered = ivo.offered()[0]
        app.do(change, name="Ivo", **to)
        assert ivo.made(offered) == ""


def test_nobody_puts_a_file_into_anothers_session_or_takes_one_out(app: App) -> None:
    with wired(app.url, app.sessions["Ada"]) as ada:
        ada.run("importing", _HERE)
        for method in ("PUT", "DELETE"):
            path = f"/_stcore/upload_file/{ada.session}/file-1"
            assert ask(app.url, path, app.sessions["Ana"], method)[0] == 404
            assert ask(app.url, path, app.sessions["Ada"], method)[0] != 404


def test_who_brings_no_files_puts_none_into_the_servers_memory(app: App) -> None:
    with wired(app.url, app.sessions["Ana"]) as ana, wired(app.url, app.sessions["Ada"]) as ada:
        for who, open_page, status in (("Ana", ana, 413), ("Ada", ada, 403)):  # 403: Streamlit's token
            open_page.run("progress" if who == "Ana" else "importing", _HERE)
            path = f"/_stcore/upload_file/{open_page.session}/file-1"
            answer = ask(app.url, path, app.sessions[who], "PUT", content_length="0")
            assert answer[0] == status, answer
            answer = ask(app.url, path, app.sessions[who], "PUT", content_length="3000000000")
            assert answer[0] == 413, answer


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
    before = rows(app)
    for who, theirs in (("Ana", {"grading", "progress"}), ("Max", {"results", "outputs"})):
        with wired(app.url, app.sessions[who]) as wire:
            for page, buttons in shown:
                wire.run(page, _HERE, pressed=buttons)
                assert page in theirs or _NOT_YOURS in wire.text(), page
    assert rows(app) == before


@pytest.mark.parametrize(
    "asked",
    [
        "labelcore-project=closed",
        *(f"{_HERE}&{more}" for more in ("", "labelcore-annotator=Ben", "note=benwren")),
    ],
)
def test_no_address_of_a_page_tells_an_expert_of_others(app: App, asked: str) -> None:
    with wired(app.url, app.sessions["Ana"]) as ana:
        for page in (*PAGES, "", "home", "3_team.py", "widgets/shell", "/etc/passwd"):
            ana.run(page, asked)
            told = ana.text().replace(asked, "")
            assert not [word for word in ("benwren says", "heronwren is", "root:x:0") if word in told], page


def test_an_open_page_of_who_lost_their_role_does_and_shows_nothing_more(app: App) -> None:
    with wired(app.url, app.sessions["Eve"]) as eve:
        app.do("people role", name="Eve", role="engineer")
        eve.run("judging", _HERE)
        alone = len(eve.fragments())
        assert alone
        for page, at in (*(("judging", at) for at in range(alone)), ("importing", None)):
            app.do("people role", name="Eve", role="engineer")
            eve.run(page, _HERE)
            buttons = {name for name, words in eve.buttons().items() if words != "Help"}
            part = "" if at is None else sorted(eve.fragments())[at]
            app.do("people role", name="Eve", role="expert")
            before = rows(app)
            eve.run(page, _HERE, pressed=buttons, fragment=part)
            assert not eve.buttons().keys() & buttons
            assert rows(app) == before
        app.do("people sign-out", name="Eve")
        eve.run("grading", _HERE, pressed=buttons)
        assert "You are signed out" in eve.text()
        assert "Answer 1" not in eve.text()
