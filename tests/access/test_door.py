"""What gets past the door: middleware and sign-in pages, asked as a browser and as an attacker would."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from labelcore import passwords
from labelcore.access import sign_in
from labelcore.access.sessions import COOKIE, SignInGate, local, visitor
from labelcore.models import Role, now
from labelcore.settings import settings
from labelcore.stages import notifying, people, projects, signing
from labelcore.store import open_database, people as people_table
from labelcore.workspace import Workspace

GOOD = "seven green kettles sing"
_PAGES = {"accept": "text/html"}


async def _page(request: Request) -> PlainTextResponse:
    found = visitor(open_database(settings().db), request.cookies, request.headers)
    return PlainTextResponse(found.name if found else "nobody")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


def client(address: str = "127.0.0.1") -> TestClient:
    app = Starlette(
        routes=[
            *sign_in.routes,
            Route("/{page:path}", _page, methods=["GET", "POST", "PUT"]),
            WebSocketRoute("/_stcore/stream", _stream),
        ],
        middleware=[Middleware(SignInGate)],
    )
    return TestClient(app, follow_redirects=False, client=(address, 4000))


def joined(place: Workspace, browser: TestClient, name: str = "Ana") -> None:
    path = people.invite(place, name, Role.EXPERT).path
    assert name not in browser.get(path).text  # the link alone says nothing of anybody
    secret = path.partition("=")[2]
    answer = browser.post("/labelcore/join", data={"invitation": secret, "password": GOOD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_browser_is_led_to_sign_in_and_back_to_where_it_wanted(place: Workspace) -> None:
    joined(place, client())
    browser = client()
    asked = browser.get("/team?project=test", headers=_PAGES)
    assert asked.headers["location"] == "/labelcore/sign-in?next=%2Fteam%3Fproject%3Dtest"
    form = browser.get(asked.headers["location"])
    assert 'name="password"' in form.text
    given = {"name": "ana", "password": GOOD, "next": "/team?project=test"}
    answer = browser.post("/labelcore/sign-in", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, "/team?project=test")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/team").text == "Ana"


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/upload_file/x", "/labelcore/presses", "/media/a", "/static/../team"]
)
def test_nothing_is_there_for_who_has_not_signed_in(place: Workspace, path: str) -> None:
    for method in ("GET", "POST", "PUT"):
        assert client().request(method, path).status_code == 401
    with pytest.raises(WebSocketDisconnect), client().websocket_connect("/_stcore/stream"):
        pass


@pytest.mark.parametrize(
    "open_to_all", ["/static", "/labelcore/sign-in", "/healthz", "/labelcore/operations"]
)
def test_steps_back_lead_from_an_open_path_to_nothing(place: Workspace, open_to_all: str) -> None:
    for steps in ("/%2e%2e/team", "/%2e%2e/%2e%2e/team", "/.%2e/team"):
        assert client().get(f"{open_to_all}{steps}").status_code == 401


def test_a_websocket_opens_for_who_has_signed_in_until_they_sign_out(place: Workspace) -> None:
    browser = client()
    joined(place, browser)
    with browser.websocket_connect("/_stcore/stream") as socket:
        assert socket.receive_text() == "open"
    session = browser.cookies[COOKIE]
    assert browser.post("/labelcore/sign-in/out").status_code == 303
    browser.cookies.set(COOKIE, session)  # a copy of the cookie is of no use
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream"):
        pass


@pytest.mark.parametrize("session", ["", "x", "a" * 5000, "../..", "' OR 1=1 --", "\\x00"])
def test_a_made_up_session_is_none(place: Workspace, session: str) -> None:
    answer = client().get("/", headers={"cookie": f"{COOKIE}={session}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x"],
)
def test_after_signing_in_nobody_is_led_elsewhere(place: Workspace, address: str) -> None:
    joined(place, client())
    answer = client().post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD, "next": address})
    assert answer.headers["location"] in {"/", "//evil.example"[:1]}
    assert local(address) == "/"


def test_wrong_passwords_are_refused_then_slowed_down(place: Workspace) -> None:
    joined(place, client())
    wrong = {"name": "Ana", "password": "wrong wrong wrong"}
    statuses = [client().post("/labelcore/sign-in", data=wrong).status_code for _ in range(7)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_what_somebody_writes_into_the_form_stays_text(place: Workspace) -> None:
    hostile = '"><script>alert(1)</script>'
    for path in (f"/labelcore/sign-in?next=/{hostile}", f"/labelcore/join?invitation={hostile}"):
        assert "<script>" not in client().get(path).text


def test_an_invitation_that_is_no_longer_good_says_so_before_anybody_chooses_a_password(
    place: Workspace,
) -> None:
    path = people.invite(place, "Ben", Role.EXPERT).path
    assert 'type="password"' in client().get(path).text
    client().post(path, data={"invitation": path.partition("=")[2], "password": GOOD})
    for over in (path, "/labelcore/join?invitation=made-up"):
        told = client().get(over)
        assert told.status_code == 403
        assert "already used" in told.text and "<input" not in told.text


def test_a_huge_or_odd_form_is_no_trouble(place: Workspace) -> None:
    for body in (b"x" * 200_000, b"\xff\xfe", b"name=a&name=b", b""):
        answer = client().post(
            "/labelcore/sign-in", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in {401, 429}


def test_a_header_names_somebody_only_where_the_proxy_set_it(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_SIGN_IN", "header")
    monkeypatch.setenv("LABELCORE_PROXIES", "10.0.0.9")
    settings.cache_clear()
    named = {"x-forwarded-user": "ana@example.org"}
    assert client("10.0.0.9").get("/", headers=named).text == "ana@example.org"
    assert client("10.0.0.8").get("/", headers=named).status_code == 401
    assert client("10.0.0.9").get("/").status_code == 401


def test_without_the_setting_everybody_is_let_in_as_before(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_SIGN_IN", "")
    settings.cache_clear()
    assert client().get("/").status_code == 200


def test_who_signs_in_with_a_password_of_a_breach_is_led_to_choose_another(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = "1q2w3e4r5t6y"
    with monkeypatch.context() as before:  # it was taken by an older labelcore
        before.setattr(passwords, "check", lambda *_: None)
        path = people.invite(place, "Ana", Role.EXPERT).path
        client().post(path, data={"invitation": path.partition("=")[2], "password": weak})
    browser = client()
    answer = browser.post("/labelcore/sign-in", data={"name": "Ana", "password": weak, "next": "/team"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/labelcore/sign-in/password?easy")
    assert "This password is easy to guess." in browser.get(answer.headers["location"]).text
    assert "easy to guess" not in browser.get("/labelcore/sign-in/password").text


def test_a_slip_that_is_easy_to_guess_leads_nobody_elsewhere(place: Workspace) -> None:
    joined(place, client())
    slip = client().post("/labelcore/sign-in", data={"name": "Ana", "password": "oops", "next": "/team"})
    assert slip.status_code == 401 and 'name="next" value="/team"' in slip.text


def test_a_password_can_be_looked_at_pasted_and_kept_and_a_meter_says_how_good_it_is(
    place: Workspace,
) -> None:
    for path in (people.invite(place, "Ben", Role.EXPERT).path, "/labelcore/sign-in"):
        form = client().get(path).text
        assert 'type="checkbox"' in form and 'src="/labelcore/sign-in/password.js"' in form
        assert "autocomplete=" in form and "onpaste" not in form and 'autocomplete="off"' not in form
        assert ("<meter" in form) is ("invitation" in path)
    script = client().get("/labelcore/sign-in/password.js")
    assert script.status_code == 200 and "javascript" in script.headers["content-type"]


def test_who_joins_is_told_what_is_kept_of_them_before(place: Workspace) -> None:
    assert "is kept with your grades" in client().get(people.invite(place, "Ben", Role.EXPERT).path).text


def test_who_signs_in_from_a_new_network_or_has_another_address_is_written_to(place: Workspace) -> None:
    notifying.set_notices(place, changed=notifying.NoticeChange(channel="email"))
    joined(place, client("192.0.2.7"))
    people.set_address(place, "Ana", "ana@example.org")

    def told() -> list[tuple[str, str, dict[str, str]]]:
        found = [row.notice for row in notifying.list_notices(place)]
        return [(one.kind, one.person, one.figures) for one in found if one.kind in {"sign-in", "address"}]

    given = {"name": "Ana", "password": GOOD}
    for address in ("192.0.2.7", "192.0.2.90"):  # the same network
        assert client(address).post("/labelcore/sign-in", data=given).status_code == 303
    wrong = given | {"password": "wrong"}
    assert client("198.51.100.1").post("/labelcore/sign-in", data=wrong).status_code == 401
    assert told() == []
    for _ in range(2):
        assert client("198.51.100.1").post("/labelcore/sign-in", data=given).status_code == 303
    assert told() == [("sign-in", "Ana", {"place": "198.51.100.1"})]
    people.set_address(place, "Ana", "ana@example.com")
    people.set_address(place, "Ana", "ana@example.com")
    assert sorted(told()[:2]) == [("address", "Ana", {}), ("address", "ana@example.org", {})]
    assert len(told()) == 3


def test_who_has_a_new_password_is_written_to_once(place: Workspace) -> None:
    other = place.with_project(projects.open_project(place.db, "other"))
    for workspace in (place, other):
        notifying.set_notices(workspace, changed=notifying.NoticeChange(channel="email"))
        people.invite(workspace, "Ana", Role.EXPERT)

    def told() -> list[tuple[str, str]]:
        rows = [row for workspace in (place, other) for row in notifying.list_notices(workspace)]
        return [(row.notice.person, row.notice.made_by) for row in rows if row.notice.kind == "password"]

    browser = client()
    joined(place, browser)
    assert told() == [], "nobody knows where she is written to"
    ana = signing.find_person(place.db, "Ana")
    people_table.save(place.db, ana.model_copy(update={"email": "ana@example.org", "made_at": now()}))
    change = {"password": GOOD, "new": f"{GOOD} now"}
    assert browser.post("/labelcore/sign-in/password", data=change | {"password": "wrong"}).status_code == 401
    assert told() == []
    assert browser.post("/labelcore/sign-in/password", data=change).status_code == 303
    assert told() == [("Ana", "")]
    secret = people.reset(place, "Ana").path.partition("=")[2]
    client().post("/labelcore/join", data={"invitation": secret, "password": GOOD})
    assert told() == [("Ana", "")] * 2
