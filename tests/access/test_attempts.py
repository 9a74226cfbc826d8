"""Sixty further attempts at breaking in, each with what must come of it; security.md lists them by kind."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from labelcore import api, hosts, places
from labelcore.access import sign_in as form_page
from labelcore.access.sessions import COOKIE, PERSON, SignInGate, local, visitor
from labelcore.errors import LabelcoreError, NotAllowed
from labelcore.models import Role
from labelcore.post.addresses import fault_of
from labelcore.settings import settings
from labelcore.stages import auditing, people, signing
from labelcore.store import audit, open_database
from labelcore.store.querying import query
from labelcore.workspace import Workspace

GOOD = "seven green kettles sing"


async def _page(request: HttpRequest) -> PlainTextResponse:
    found = visitor(open_database(settings().db), request.cookies, request.headers)
    return PlainTextResponse(f"{found.name if found else 'nobody'} {request.headers.get(PERSON, '-')}")


def browser(address: str = "127.0.0.1", base: str = "http://testserver") -> TestClient:
    app = Starlette(
        routes=[*api.routes, Route("/{page:path}", _page, methods=["GET", "POST"])],
        middleware=[Middleware(SignInGate)],
    )
    return TestClient(app, base_url=base, follow_redirects=False, client=(address, 4000))


def secret_of(place: Workspace, name: str = "Ana", role: Role = Role.EXPERT) -> str:
    return people.invite(place, name, role).path.partition("=")[2]


@pytest.mark.parametrize(
    "shown",
    [
        *("Bearer {hash}", "bearer {token}x", "Basic {token}", "Token {token}", "Bearer  ", "Bearer null"),
        *("Bearer {token}\x00", "Bearer {ended}", "Bearer {late}", "Bearer {session}", "Bearer {invitation}"),
    ],
)
def test_what_is_no_living_token_runs_nothing(place: Workspace, shown: str) -> None:
    token = people.make_token(place, "CI", Role.ADMIN).token
    ended = people.make_token(place, "old", Role.ADMIN).token
    people.end_token(place, "old")
    given = {"project_id": place.project.id, "role": Role.ADMIN}
    known = {
        "token": token,
        "ended": ended,
        "hash": signing.hash_of(token),
        "late": signing.issue(place.db, "token", hours=-0.01, label="late", **given),
        "session": signing.begin_session(place.db, signing.add_person(place.db, "Ada")),
        "invitation": secret_of(place),
    }
    wanted = {"operation": "status", "project": "test"}
    given_header = {"authorization": shown.format(**known)}
    assert browser().post("/labelcore/operations", json=wanted, headers=given_header).status_code == 401
    good = {"authorization": f"Bearer {token}"}
    assert browser().post("/labelcore/operations", json=wanted, headers=good).status_code == 200
    assert browser().post(f"/labelcore/operations?token={token}", json=wanted).status_code == 401


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("people invite", {"name": "Eve", "role": "admin"}),
        ("people invite", {"name": "Eve", "everywhere": True}),
        ("people token", {"name": "more", "role": "admin"}),
        ("import", {"file": "/etc/passwd"}),
        ("export outputs", {"out": "/tmp/stolen.csv"}),
        ("backup", {"out": "/tmp/stolen.duckdb"}),
        ("audit", {"out": "/tmp/acts.csv"}),
        ("no such operation", {}),
        ("status", {"workspace": {"role": "admin"}}),
        ("status", {"role": "admin", "here": True}),
    ],
)
def test_a_token_gets_no_further_than_its_role(
    place: Workspace, operation: str, arguments: dict[str, object]
) -> None:
    token = people.make_token(place, "CI", Role.MANAGER).token
    wanted = {
        "operation": operation,
        "project": "test",
        "arguments": arguments,
        "author": "Ada",
        "here": True,
    }
    answer = browser().post(
        "/labelcore/operations", json=wanted, headers={"authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 400 or "error" in json.loads(answer.text.splitlines()[-1])
    assert {person.name for person in people.list_people(place)} == set()
    assert not Path("/tmp/stolen.csv").exists() and not Path("/tmp/stolen.duckdb").exists()


def test_two_who_take_one_invitation_up_at_once_are_not_both_let_in(place: Workspace) -> None:
    secret = secret_of(place)
    passwords = [f"{GOOD} number {at}" for at in range(8)]

    def try_one(password: str) -> bool:
        try:
            return bool(signing.join(place.db, secret, password))
        except LabelcoreError:
            return False

    with ThreadPoolExecutor(8) as pool:
        let_in = list(pool.map(try_one, passwords))
    assert sum(let_in) == 1
    fitting = [password for password, went in zip(passwords, let_in, strict=True) if went]
    assert signing.sign_in(place.db, "Ana", fitting[0])


@pytest.mark.parametrize("spoil", ["used", "reset", "removed", "another", "hash", "late"])
def test_an_invitation_that_counts_no_more_lets_nobody_in(place: Workspace, spoil: str) -> None:
    secret = secret_of(place)
    match spoil:
        case "used":
            signing.join(place.db, secret, GOOD)
        case "reset":
            people.reset(place, "Ana")
        case "removed":
            people.remove(place, "Ana")
        case "another":
            signing.join(place.db, secret_of(place), GOOD)  # a second link of hers was taken up
        case "hash":
            secret = signing.hash_of(secret)
        case "late":
            person = signing.find_person(place.db, "Ana")
            secret = signing.issue(place.db, "invitation", hours=-0.01, person_id=person.person_id)
    answer = browser().post("/labelcore/join", data={"invitation": secret, "password": GOOD + " again"})
    assert 400 <= answer.status_code < 500 and COOKIE not in answer.cookies


@pytest.mark.parametrize(
    "named",
    [
        *({"host": ""}, {"host": "localhost@evil.example"}, {"host": "localhost.evil.example"}),
        *({"host": "127.0.0.1.evil.example"}, {"host": "[::1"}, {"host": "evil.example#localhost"}),
        *(
            {"host": "localhost:80:80"},
            {"host": "localhost\t"},
            {"host": "0x7f.1"},
            {"host": "evil.example."},
        ),
        *(
            {"host": "localhost", "origin": origin}
            for origin in (
                *("null", "file://", "http://localhost.evil.example", "http://localhost:1"),
                *("https://localhost/", "http://evil@localhost", "javascript://localhost"),
            )
        ),
    ],
)
def test_a_foreign_name_or_page_calls_nothing(named: dict[str, str]) -> None:
    assert not hosts.may_call(Headers(named))


@pytest.mark.parametrize(
    "headers",
    [
        *([("x_forwarded_user", "Ada")], [("x-forwarded-user ", "Ada")], [("x-forwarded-user", " ")]),
        *([("x-forwarded-user", "Ana"), ("X-Forwarded-User", "Ada")], [("x-remote-user", "Ada")]),
        *([("forwarded", "for=127.0.0.1;user=Ada")], [("x-labelcore-person", "Ada")]),
    ],
)
def test_a_header_that_is_not_the_proxys_names_nobody(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, headers: list[tuple[str, str]]
) -> None:
    monkeypatch.setenv("LABELCORE_SIGN_IN", "header")
    monkeypatch.setenv("LABELCORE_PROXIES", "10.0.0.9")
    settings.cache_clear()
    assert browser("10.0.0.9").get("/", headers=headers).status_code == 401
    assert browser("10.0.0.8").get("/", headers=[("x-forwarded-user", "Ada")]).status_code == 401
    both = [("x-forwarded-user", "Ana"), ("x-labelcore-person", "person_of_ada")]
    assert "person_of_ada" not in browser("10.0.0.9").get("/", headers=both).text


@pytest.mark.parametrize("hops", ["127.0.0.1", "::1, 127.0.0.1", "127.0.0.1, 10.0.0.9", ""])
def test_nobody_sits_here_by_saying_so(monkeypatch: pytest.MonkeyPatch, hops: str) -> None:
    headers = Headers({"host": "localhost", "x-forwarded-for": hops})
    assert places.sits_here("127.0.0.1", headers) is not bool(hops)
    assert not places.sits_here("10.0.0.8", headers)


def test_a_session_that_somebody_planted_is_not_the_one_that_signing_in_begins(place: Workspace) -> None:
    signing.join(place.db, secret_of(place), GOOD)
    victim = browser()
    planted = signing.begin_session(place.db, signing.add_person(place.db, "Eve"))
    for cookie in (planted, "chosen-by-the-attacker"):
        victim.cookies.set(COOKIE, cookie)
        answer = victim.post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD})
        assert answer.cookies[COOKIE] not in {planted, "chosen-by-the-attacker"}
    over_tls = browser(base="https://testserver")
    cookie = over_tls.post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD}).headers["set-cookie"]
    assert {"secure", "httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    assert over_tls.get("/labelcore/sign-in").headers["cache-control"] == "no-store"


def test_under_tls_a_session_is_bound_to_this_host_and_answers_are_kept_by_nobody(place: Workspace) -> None:
    tls = {"x-forwarded-proto": "https"}
    front = Starlette(routes=[*api.routes, Route("/{page:path}", _page)], middleware=api.middleware)
    visitor = TestClient(front, base_url="https://127.0.0.1", follow_redirects=False, headers=tls)
    given = {"invitation": secret_of(place), "password": GOOD}
    answer = visitor.post("/labelcore/join", data=given)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; ")) and "Domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert visitor.get("/team").text.startswith("Ana ")
    for data in ("/media/letter.csv", "/labelcore/operations", "/_stcore/upload_file/session/letter"):
        assert visitor.get(data).headers["cache-control"] == "no-store"
    planted = visitor.cookies[f"__Host-{COOKIE}"]
    stranger = TestClient(
        front, base_url="https://127.0.0.1", headers=tls | {"cookie": f"{COOKIE}={planted}"}
    )
    assert stranger.get("/team").status_code == 401


def test_an_answer_in_json_that_has_a_name_keeps_it_and_another_has_one(place: Workspace) -> None:
    named = 'attachment; filename="criteria.json"'

    async def download(_request: HttpRequest) -> JSONResponse:
        return JSONResponse({}, headers={"content-disposition": named})

    front = Starlette(
        routes=[*api.routes, Route("/static/criteria.json", download)], middleware=api.middleware
    )
    visitor = TestClient(front, base_url="http://127.0.0.1")
    assert visitor.get("/static/criteria.json").headers.get_list("content-disposition") == [named]
    plain = visitor.get("/healthz").headers.get_list("content-disposition")
    assert plain == ['attachment; filename="api.json"']


def test_who_changes_their_password_knows_the_one_before_and_ends_their_other_sessions(
    place: Workspace,
) -> None:
    here, there = browser(), browser()
    here.post("/labelcore/join", data={"invitation": secret_of(place), "password": GOOD})
    there.post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD})
    change = "/labelcore/sign-in/password"
    assert 'name="new"' in here.get(change).text
    for given in ({"password": "wrong", "new": f"{GOOD} now"}, {"password": GOOD, "new": "short"}, {}):
        assert here.post(change, data=given).status_code == 401
    assert browser().post(change, data={"password": GOOD, "new": f"{GOOD} now"}).status_code == 401
    assert there.get("/team").text.startswith("Ana ")
    assert here.post(change, data={"password": GOOD, "new": f"{GOOD} now"}).status_code == 303
    assert here.get("/team").text.startswith("Ana ")
    assert there.get("/team").status_code == 401
    assert browser().post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD}).status_code == 401
    for _ in range(8):
        answer = here.post(change, data={"password": "guessed", "new": f"{GOOD} again"})
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "name", ["Аna Веrg", "Αna Berg", "ANA ΒERG", "аnа bеrg", "Ana\u200b Berg", "Ａna Berg", "Ana\u2003Berg"]
)
def test_nobody_takes_a_name_that_reads_like_anothers(place: Workspace, name: str) -> None:
    people.invite(place, "Ana Berg", Role.LEAD)
    people.invite(place, "Ben", Role.EXPERT)
    with pytest.raises(LabelcoreError):
        people.rename(place, "Ben", name)
    with pytest.raises(LabelcoreError):
        signing.add_person(place.db, name)
    assert signing.add_person(place.db, "Вера Петрова").name == "Вера Петрова"
    assert people.rename(place, "Ben", "Βασιλική").name == "Βασιλική"


def test_a_form_that_comes_letter_by_letter_is_none(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(form_page, "_LONGEST", 0.05)
    monkeypatch.setattr(HttpRequest, "_get_form", never)
    given = {"name": "Ana", "password": GOOD}
    assert browser().post("/labelcore/sign-in", data=given).status_code == 401


def test_an_operation_of_any_size_takes_no_more_than_a_bounded_body(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_LARGEST", 1_000)
    given = {"authorization": f"Bearer {people.make_token(place, 'CI', Role.ADMIN).token}"}
    wanted = json.dumps({"operation": "status", "project": "test"} | {"author": "x" * 2_000})
    assert browser().post("/labelcore/operations", content=wanted, headers=given).status_code == 413
    pieces = (piece.encode() for piece in wanted)
    assert browser().post("/labelcore/operations", content=pieces, headers=given).status_code == 413


@pytest.mark.parametrize(
    "name", ["ANA", " ana ", "ａｎａ", "an\u00ada", "Ana\u200b", "A\u0301na".replace("\u0301", "")]
)
def test_guesses_under_another_form_of_a_name_are_the_same_guesses(place: Workspace, name: str) -> None:
    signing.join(place.db, secret_of(place), GOOD)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            signing.sign_in(place.db, "Ana", "wrong wrong wrong", "there")
    with pytest.raises(NotAllowed, match="Too many"):
        signing.sign_in(place.db, name, GOOD, "there")


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit_event SET author = 'Ada'",
        "UPDATE audit_event SET made_at = made_at - INTERVAL 1 DAY",
        "UPDATE audit_event SET detail = '{}' WHERE detail <> '{}'",
        "DELETE FROM audit_event WHERE action = 'two'",
        "DELETE FROM audit_event WHERE action = 'one'",
        "UPDATE audit_seal SET digest = md5('x') WHERE place = 2",
        "DELETE FROM audit_seal WHERE place = 2",
        "UPDATE audit_seal SET place = 9 WHERE place = 3",
    ],
)
def test_an_act_that_was_changed_breaks_the_chain(workspace: Workspace, tamper: str) -> None:
    for act in ("one", "two", "three"):
        audit.note(workspace.db, workspace.project.id, "Ana", act, "", of=act)
    assert auditing.read(workspace).broken_at == 0
    workspace.db.run(tamper)
    assert auditing.read(workspace).exit_code == 1


@pytest.mark.parametrize(
    "question",
    [
        *(
            "INSERT INTO person VALUES (1)",
            "DELETE FROM grade",
            "DROP TABLE grade",
            "SET memory_limit = '1MB'",
        ),
        *("ATTACH '/tmp/x.db'", "COPY grade TO '/tmp/x.csv'", "EXPORT DATABASE '/tmp/x'", "INSTALL httpfs"),
        *("SELECT * FROM '/etc/passwd'", "FROM read_text('/etc/passwd')", "FROM glob('/root/*')"),
        *("SELECT getenv('HOME')", "SELECT 1; DROP TABLE grade", "CREATE TEMP TABLE x AS SELECT 1"),
        *(
            "FROM query('DROP TABLE grade')",
            "FROM query_table('credential')",
            "FROM sniff_csv('/etc/passwd')",
        ),
        *("SELECT * FROM credential", 'FROM main."credential"', "WITH x AS (FROM credential) FROM x"),
        *("SELECT (SELECT secret FROM credential LIMIT 1)", "FROM notice_rules", "SUMMARIZE credential"),
        *("SELECT settings FROM project", "FROM project_current", "SELECT settings FROM project_unique"),
        "WITH credential AS (FROM credential) FROM credential",
        "WITH Credential AS (SELECT 1) FROM main.credential",
        "WITH a AS (WITH notice_rules AS (SELECT 1) FROM notice_rules) FROM notice_rules",
        "WITH RECURSIVE project AS (FROM project UNION ALL FROM project) FROM project",
        "WITH duckdb_databases AS (FROM duckdb_databases) FROM duckdb_databases",
        "EXPLAIN ANALYZE DELETE FROM grade",
    ],
)
def test_a_question_in_sql_changes_nothing_and_reads_no_file_and_no_secret(
    workspace: Workspace, question: str
) -> None:
    with pytest.raises(LabelcoreError):
        query(workspace.db, question)
    assert workspace.db.rows("SELECT count(*) FROM grade") == [(0,)]


@pytest.mark.parametrize(
    "address",
    [
        *("http://hooks.example.org/x", "https://127.0.0.1.nip.io@evil", "https://169.254.169.254/latest"),
        *("https://[::ffff:10.0.0.1]/", "https://0x7f000001/", "https://2130706433/", "https://10.1/"),
        *("https://user:pass@hooks.example.org/", "file:///etc/passwd", "gopher://hooks.example.org/"),
        *("https://hooks.example.org:22\r\nX: y/", "https:///x"),
    ],
)
def test_a_webhook_leads_nowhere_inside(address: str) -> None:
    assert fault_of(address)


@pytest.mark.parametrize(
    "address", ["/\x00//evil", "/\n//evil", "\\\\evil", "/\\/evil", "///evil", "evil", ""]
)
def test_signing_in_leads_to_this_app_only(address: str) -> None:
    assert local(address).startswith("/") and not local(address).startswith(("//", "/\\"))
