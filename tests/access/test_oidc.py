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
from labelcore.access.sessions import COOKIE, SignedIn, visitor
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
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": token})


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
    app = Starlette(routes=[*sign_in.routes, Route("/{page:path}", _page)], middleware=[Middleware(SignedIn)])
    return TestClient(app, follow_redirects=False)


def led_through(browser: TestClient) -> Any:
    asked = browser.get("/team", headers={"accept": "text/html"})
    form = browser.get(asked.headers["location"])
    out = browser.get(form.headers["location"])
    back = httpx2.get(out.headers["location"]).headers["location"]
    return browser.get(back.removeprefix("http://testserver"))


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


def test_a_provider_that_is_away_is_said(
    place: Workspace, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_OIDC_ISSUER", f"http://127.0.0.1:{free_port()}")
    settings.cache_clear()
    oidc._provider.cache_clear()
    answer = client().get("/labelcore/oidc")
    assert answer.status_code == 401
    assert "cannot be reached" in answer.text
