"""Sign-in by an OpenID provider that really runs, on loopback; forged and stale answers sign nobody in."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from labelcore.access import oidc, sign_in
from labelcore.access.sessions import COOKIE, SignInGate, visitor
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages import people, projects
from labelcore.store import close_database, open_database
from labelcore.workspace import Workspace
from tests.app_server import free_port
from tests.databases import empty_file


class Provider:
    """An OpenID provider: whoever comes is the person of ``claims``; ``forge`` spoils what it gives."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {"sub": "17", "email": "ana@example.org", "email_verified": True}
        self.forge: dict[str, Any] = {}
        self.nonces: dict[str, str] = {}
        self.again = False
        """It gives once more what it gave last, whatever is asked; codes are good for twice."""
        self.given = ""
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._document),
                Route("/keys", lambda _request: JSONResponse({"keys": [self.key.as_dict(private=False)]})),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )
        self.server = uvicorn.Server(uvicorn.Config(self.app, port=port, log_level="error"))
        threading.Thread(target=self.server.run, daemon=True).start()
        while not self.server.started:
            time.sleep(0.02)

    def _document(self, _request: Request) -> JSONResponse:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse(
            {name: f"{self.issuer}/{path}" for name, path in places.items()}
            | {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"]}
        )

    def _authorize(self, request: Request) -> RedirectResponse:
        asked = request.query_params
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.nonces)}"
        self.nonces[code] = asked.get("nonce", "")
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302
        )

    async def _token(self, request: Request) -> JSONResponse:
        form = await request.form()
        assert form["code_verifier"]
        claims = {
            "iss": self.issuer,
            "aud": "labelcore",
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "nonce": self.nonces.get(str(form["code"]), ""),
            **self.claims,
            **self.forge,
        }
        key = RSAKey.generate_key(2048, {"kid": "one"}) if self.forge.get("key") else self.key
        if not self.again:
            self.given = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": self.given})


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(free_port())
    yield made
    made.server.should_exit = True


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: Provider) -> Iterator[Workspace]:
    path = empty_file(tmp_path / "oidc.duckdb")
    for name, value in {
        "DB": str(path),
        "SIGN_IN": "oidc",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": "labelcore",
        "OIDC_CLIENT_SECRET": "hush",
    }.items():
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    oidc._provider.cache_clear()
    db = open_database(path)
    yield Workspace(db, projects.open_project(db, "test"))
    close_database(path)
    settings.cache_clear()


async def _page(request: Request) -> PlainTextResponse:
    found = visitor(open_database(settings().db), request.cookies, request.headers)
    return PlainTextResponse(f"{found.name} {list(found.roles.values())}" if found else "nobody")


def client() -> TestClient:
    app = Starlette(
        routes=[*sign_in.routes, Route("/{page:path}", _page)], middleware=[Middleware(SignInGate)]
    )
    return TestClient(app, follow_redirects=False)


def led_back(browser: TestClient) -> str:
    """The address at which the provider sends somebody back, with its answer."""
    asked = browser.get("/team", headers={"accept": "text/html"})
    form = browser.get(asked.headers["location"])
    out = browser.get(form.headers["location"])
    back = httpx2.get(out.headers["location"]).headers["location"]
    return back.removeprefix("http://testserver")


def led_through(browser: TestClient) -> Any:
    return browser.get(led_back(browser))


def test_who_the_provider_vouches_for_is_in_with_what_they_were_invited_to(
    place: Workspace, provider: Provider
) -> None:
    people.invite(place, "ana@example.org", Role.LEAD)
    browser = client()
    answer = led_through(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/team")
    assert "ana@example.org" in browser.get("/team").text
    assert "lead" in browser.get("/team").text


def test_an_address_that_is_not_verified_is_nobodys_invitation(place: Workspace, provider: Provider) -> None:
    people.invite(place, "ana@example.org", Role.ADMIN)
    provider.claims |= {"email_verified": False}
    browser = client()
    led_through(browser)
    assert browser.get("/").text.endswith("[]")


@pytest.mark.parametrize(
    "forge",
    [{"key": True}, {"iss": "https://evil.example"}, {"aud": "other"}, {"exp": 1}, {"nonce": "stale"}],
)
def test_a_forged_answer_signs_nobody_in(place: Workspace, provider: Provider, forge: dict[str, Any]) -> None:
    provider.forge = forge
    browser = client()
    assert led_through(browser).status_code == 401
    assert COOKIE not in browser.cookies


def test_an_answer_without_its_question_signs_nobody_in(place: Workspace, provider: Provider) -> None:
    victim, attacker = client(), client()
    out = attacker.get("/labelcore/oidc")
    back = urlsplit(httpx2.get(out.headers["location"]).headers["location"])
    assert parse_qs(back.query)["state"]
    assert victim.get(f"{back.path}?{back.query}").status_code == 401  # another browser's state
    assert victim.get("/labelcore/oidc/back?code=x&state=y").status_code == 401


def test_a_whole_answer_signs_in_once(place: Workspace, provider: Provider) -> None:
    browser, thief = client(), client()
    answer = led_back(browser)
    before = dict(
        browser.cookies
    )  # what a thief may have copied of this sign-in, its state and nonce included
    assert browser.get(answer).status_code == 303
    session = browser.cookies[COOKIE]
    assert browser.get(answer).status_code == 401, "the browser's question was answered"
    provider.again = True  # a provider that takes a code twice, and gives the id token of the first time
    thief.cookies.update(before)
    replayed = thief.get(answer)
    assert replayed.status_code == 401 and COOKIE not in thief.cookies
    assert browser.cookies[COOKIE] == session and browser.get("/team").status_code == 200


def test_an_id_token_of_another_sign_in_signs_nobody_in(place: Workspace, provider: Provider) -> None:
    led_through(client())
    provider.again = True
    thief = client()
    fresh = led_through(
        thief
    )  # a question of the thief's, answered with the token that somebody else was given
    assert fresh.status_code == 401 and COOKIE not in thief.cookies


def test_one_part_of_an_answer_goes_with_no_other(place: Workspace, provider: Provider) -> None:
    one, two = client(), client()
    parts = [parse_qs(urlsplit(led_back(browser)).query) for browser in (one, two)]
    mixed = {"code": parts[0]["code"][0], "state": parts[1]["state"][0]}
    assert two.get(f"{oidc.BACK}?{urlencode(mixed)}").status_code == 401, "the nonce is of another question"
    assert one.get(f"{oidc.BACK}?{urlencode(mixed)}").status_code == 401, "the state is another browser's"
    assert COOKIE not in {**one.cookies, **two.cookies}


def test_a_provider_that_is_away_is_said(
    place: Workspace, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_OIDC_ISSUER", f"http://127.0.0.1:{free_port()}")
    settings.cache_clear()
    oidc._provider.cache_clear()
    answer = client().get("/labelcore/oidc")
    assert answer.status_code == 401
    assert "cannot be reached" in answer.text
