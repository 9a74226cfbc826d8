"""The few pages outside the app: sign in, take up an invitation, sign out. Plain HTML, no scripts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from labelcore import browser, passwords
from labelcore.access import oidc, sessions
from labelcore.errors import LabelcoreError, NotAllowed
from labelcore.messages import Language, say_in, trouble_words
from labelcore.models import NoticeKind
from labelcore.settings import settings
from labelcore.stages import projects, signing
from labelcore.stages.notifying import tell_of_account
from labelcore.stages.people import JOIN
from labelcore.store import Database, open_database
from labelcore.wording import Wording

SIGN_OUT, PASSWORD = f"{sessions.SIGN_IN}/out", f"{sessions.SIGN_IN}/password"
_SCRIPT, _EASY = f"{PASSWORD}.js", f"{PASSWORD}?easy"
_MOST_BYTES, _LONGEST = 10_000, 20.0
"""Of a form: bytes, and seconds that it may take to come."""
_LOOK = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f6f4;color:#1c2330}"
    "main{max-width:22rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:.6rem}"
    "h1{font-size:1.4rem;margin:0 0 1rem}label{display:block;margin:.8rem 0 .2rem}"
    "input{width:100%;box-sizing:border-box;font:inherit;padding:.5rem;border:1px solid #767b85;"
    "border-radius:.4rem;background:inherit;color:inherit}"
    "button{font:inherit;margin-top:1.2rem;padding:.5rem 1.2rem;border:0;border-radius:.4rem;"
    "background:#2f5bd7;color:#fff}a{color:#2f5bd7}"
    "label.show{display:none}label.show input{width:auto}meter{display:none;width:100%}"
    ".no{color:#a01c1c}@media(prefers-color-scheme:dark){body{background:#181815;color:#f3f3ef}"
    "main{background:#22221e}a{color:#9db5f5}.no{color:#ffb3b3}}"
)


def _language(request: Request) -> Language:
    language = request.query_params.get("language") or request.headers.get("accept-language", "")
    return "zh" if language.startswith("zh") else "en"


def _page(request: Request, title: str, form: str, *, trouble: str = "", status: int = 200) -> HTMLResponse:
    spoken = _language(request)
    alert = f'<p class="no" role="alert">{escape(trouble)}</p>' if trouble else ""
    heading = escape(say_in(spoken, title))
    return HTMLResponse(
        f'<!doctype html><html lang="{spoken}"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{heading} · labelcore</title><style>{_LOOK}</style>'
        f"<main><h1>{heading}</h1>{alert}{form}</main></html>",
        status,
        {"cache-control": "no-store"},
    )


def _field(request: Request, name: str, words: str, kind: str, autocomplete: str) -> str:
    label = escape(say_in(_language(request), words))
    return (
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" type="{kind}" '
        f'autocomplete="{autocomplete}" required maxlength="{passwords.LONGEST_EVER}">'
    )


def _password_fields(request: Request, *fields: tuple[str, Wording, str]) -> str:
    """Fields for passwords (name, words, filled) that can be looked at; a meter under a new one."""
    spoken = _language(request)
    show, strength = (
        escape(say_in(spoken, words)) for words in (Wording("Show"), Wording("Password strength"))
    )
    parts = []
    for name, words, autocomplete in fields:
        parts.append(_field(request, name, words, "password", autocomplete))
        if autocomplete == "new-password":
            parts.append(f'<meter aria-label="{strength}" max="4" low="2" high="3" optimum="4"></meter>')
    look = f'<label class="show"><input type="checkbox"> {show}</label>'
    return f'{"".join(parts)}{look}<script type="module" src="{_SCRIPT}"></script>'


async def _script(_request: Request) -> Response:
    return Response((browser.FILES / "password.js").read_text("utf-8"), media_type="text/javascript")


def _form(request: Request, fields: str, button: str, **hidden: str) -> str:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items()
    )
    words = escape(say_in(_language(request), button))
    return f'<form method="post">{kept}{fields}<button>{words}</button></form>'


def _sign_in_form(request: Request, place: str, trouble: str = "", status: int = 200) -> Response:
    fields = _field(request, "name", Wording("Your name"), "text", "username")
    fields += _password_fields(request, ("password", Wording("Password"), "current-password"))
    form = _form(request, fields, Wording("Sign in"), next=place)
    return _page(request, Wording("Sign in"), form, trouble=trouble, status=status)


async def sign_in(request: Request) -> Response:
    """Ask for name and password, or lead on to the provider; with them begin a session."""
    place = sessions.local(request.query_params.get("next", "/"))
    if settings().sign_in == "oidc" and request.method == "GET":
        return RedirectResponse(f"{oidc.START}?next={quote(place, safe='')}", 303)
    if settings().sign_in != "accounts":
        return _no_accounts()
    if request.method == "GET":
        return _sign_in_form(request, place)
    fields = await _given(request)
    place = sessions.local(fields.get("next", "/"))
    easy = passwords.is_easy(fields.get("password", ""), fields.get("name", ""))

    def prove() -> str:
        db, address = open_database(settings().db), sessions.came(request)
        session = signing.sign_in(db, fields.get("name", ""), fields.get("password", ""), address)
        is_new = signing.is_from_elsewhere(db, session, address)
        return _told(db, session, "sign-in", place=address) if is_new else session

    return await _begun(
        request, _EASY if easy else place, prove, lambda trouble: _sign_in_form(request, place, trouble, 401)
    )


def _no_accounts() -> Response:
    """A password that is left from earlier is no way round a provider or a proxy."""
    return PlainTextResponse("People do not sign in by a password here.", 404)


def _join_form(request: Request, invitation: str, trouble: str = "", status: int = 200) -> Response:
    try:
        name = signing.invited(open_database(settings().db), invitation)
    except NotAllowed as refused:
        link = f'<a href="{sessions.SIGN_IN}">{escape(say_in(_language(request), Wording("Sign in")))}</a>'
        why = trouble_words(refused, _language(request))
        return _page(request, Wording("Welcome to labelcore"), link, trouble=trouble or why, status=403)
    fields = "" if name else _field(request, "name", Wording("Your name"), "text", "username")
    fields += _password_fields(
        request, ("password", Wording("Choose a password of 12 characters or more"), "new-password")
    )
    notice = Wording(
        "Your name is kept with your grades and the times of your work, and where you sign in from; "
        "whoever runs the project reads them. If you do not want that, do not begin."
    )
    fields += f"<p>{escape(say_in(_language(request), notice))}</p>"
    form = _form(request, fields, Wording("Begin"), invitation=invitation)
    return _page(request, Wording("Welcome to labelcore"), form, trouble=trouble, status=status)


async def join(request: Request) -> Response:
    """Take up an invitation with a password."""
    if settings().sign_in != "accounts":
        return _no_accounts()
    if request.method == "GET":
        return _join_form(request, request.query_params.get("invitation", ""))
    fields = await _given(request)
    invitation = fields.get("invitation", "")

    def prove() -> str:
        db = open_database(settings().db)
        proof = invitation, fields.get("password", ""), fields.get("name", "")
        return _told(db, signing.join(db, *proof, sessions.came(request)))

    return await _begun(request, "/", prove, lambda trouble: _join_form(request, invitation, trouble, 400))


async def sign_out(request: Request) -> Response:
    """Ask once, then end the session of this browser."""
    if request.method == "GET":
        return _page(request, Wording("Sign out"), _form(request, "", Wording("Sign out")))
    session = sessions.session_in(request.cookies, request.headers)
    await run_in_threadpool(lambda: signing.sign_out(open_database(settings().db), session))
    answer = RedirectResponse(sessions.SIGN_IN, 303, {"clear-site-data": '"cache"'})  # also of the way back
    for name in (sessions.COOKIE, sessions.SECURE_COOKIE):
        answer.delete_cookie(name, path="/", secure=name == sessions.SECURE_COOKIE)
    return answer


async def change_password(request: Request) -> Response:
    """Take a new password from who knows the present one; every other session of theirs ends."""
    if settings().sign_in != "accounts":
        return _no_accounts()
    if request.method == "GET":
        why = say_in(_language(request), Wording("This password is easy to guess."))
        return _password_form(request, why if "easy" in request.query_params else "")
    fields, session = await _given(request), sessions.session_in(request.cookies, request.headers)

    def prove() -> str:
        db, both = open_database(settings().db), (fields.get("password", ""), fields.get("new", ""))
        return _told(db, signing.change_password(db, session, *both, sessions.came(request)))

    return await _begun(request, "/", prove, lambda trouble: _password_form(request, trouble, 401))


def _told(db: Database, session: str, kind: NoticeKind = "password", **figures: str) -> str:
    """The session, once its person was written to about what became of their account, by the first of their
    projects that sends e-mail.
    """
    visitor = signing.visitor_of_session(db, session)
    theirs = (project for project in projects.list_projects(db) if visitor and visitor.role_in(project.id))
    places = (signing.enter(db, project, visitor, here=False) for project in theirs if visitor)
    any(tell_of_account(place, kind, place.person, **figures) for place in places)
    return session


def _password_form(request: Request, trouble: str = "", status: int = 200) -> Response:
    fields = _password_fields(
        request,
        ("password", Wording("Password"), "current-password"),
        ("new", Wording("Choose a password of 12 characters or more"), "new-password"),
    )
    form = _form(request, fields, Wording("Change password"))
    return _page(request, Wording("Change password"), form, trouble=trouble, status=status)


async def _given(request: Request) -> dict[str, str]:
    if int(request.headers.get("content-length") or _MOST_BYTES + 1) > _MOST_BYTES:
        return {}
    with contextlib.suppress(TimeoutError):  # who sends a form letter by letter has sent none
        async with asyncio.timeout(_LONGEST), request.form(max_files=0, max_fields=8) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    return {}


async def _begun(
    request: Request, place: str, prove: Callable[[], str], refuse: Callable[[str], Response]
) -> Response:
    """Led on with a new session, or told why not."""
    try:
        session = await run_in_threadpool(prove)
    except LabelcoreError as trouble:
        answer = refuse(trouble_words(trouble, _language(request)))
        if isinstance(trouble, NotAllowed) and "seconds" in trouble.next_step.values:
            answer.status_code = 429
        return answer
    return with_session(request, place, session)


def with_session(request: Request, place: str, session: str) -> Response:
    """Lead on; the cookie is for this host only, and no script can read it."""
    answer = RedirectResponse(place, 303)
    by_proxy = sessions.is_secure(request.headers)
    answer.set_cookie(
        sessions.SECURE_COOKIE if by_proxy else sessions.COOKIE,
        session,
        max_age=int(settings().session_hours * 3600),
        path="/",
        secure=by_proxy or request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


routes = [
    Route(sessions.SIGN_IN, sign_in, methods=["GET", "POST"]),
    Route(SIGN_OUT, sign_out, methods=["GET", "POST"]),
    Route(PASSWORD, change_password, methods=["GET", "POST"]),
    Route(_SCRIPT, _script, methods=["GET"]),
    Route(JOIN, join, methods=["GET", "POST"]),
    *oidc.routes(with_session),
]
