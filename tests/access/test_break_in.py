"""Ways in that were found by trying to break in; docs/deployment/security.md lists all that were tried."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from labelcore import guesses
from labelcore.access import sign_in
from labelcore.access.sessions import SignInGate, visitor
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, LabelcoreError, NotAllowed, NotFound
from labelcore.models import EVERY_PROJECT, Output, Role, Visitor
from labelcore.settings import settings
from labelcore.stages import auditing, people, projects, signing
from labelcore.stages.judging.running import endpoints, orders
from labelcore.store import open_database
from labelcore.workspace import Workspace

GOOD = "seven green kettles sing"


def as_role(workspace: Workspace, role: Role, name: str = "Lea") -> Workspace:
    """The workspace as somebody has it who is something in this project only, and sits elsewhere."""
    visitor = Visitor(name=name, roles={workspace.project.id: role})
    return signing.enter(workspace.db, workspace.project, visitor, here=False)


def roles_of(workspace: Workspace, name: str) -> dict[str, Role]:
    person = signing.find_person(workspace.db, name)
    return signing.as_visitor(workspace.db, person).roles


def joined(workspace: Workspace, path: str) -> str:
    return signing.join(workspace.db, path.partition("=")[2], GOOD)


def test_who_looks_after_one_project_gives_no_role_in_all(workspace: Workspace) -> None:
    pam = as_role(workspace, Role.ADMIN, "Pam")
    people.invite(workspace, "Pam", Role.ADMIN)
    with pytest.raises(NotAllowed):
        people.set_role(pam, "Pam", "admin", everywhere=True)
    with pytest.raises(NotAllowed):
        people.invite(pam, "New", Role.ADMIN, everywhere=True)
    assert roles_of(workspace, "Pam") == {workspace.project.id: Role.ADMIN}


@pytest.mark.parametrize("everywhere", [True, False])
def test_who_looks_after_one_project_changes_nobody_of_another(
    workspace: Workspace, *, everywhere: bool
) -> None:
    other = workspace.with_project(projects.open_project(workspace.db, "other"))
    session = joined(workspace, people.invite(other, "Ada", Role.ADMIN, everywhere=everywhere).path)
    people.invite(workspace, "Ada", Role.ADMIN)
    people.invite(workspace, "Pam", Role.ADMIN)
    pam = as_role(workspace, Role.ADMIN, "Pam")
    attempts: list[Callable[[], object]] = [
        lambda: people.reset(pam, "Ada"),
        lambda: people.rename(pam, "Ada", "Eve"),
        lambda: people.merge(pam, "Ada", "Pam"),
        lambda: people.merge(pam, "Pam", "Ada"),
        lambda: people.remove(pam, "Ada"),
        lambda: people.sign_out(pam, "Ada"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="concerns other projects"):
            attempt()
    found = signing.visitor_of_session(workspace.db, session)
    assert found is not None
    assert found.name == "Ada"


def test_an_invitation_takes_nobodys_role_away(workspace: Workspace) -> None:
    joined(workspace, people.invite(workspace, "Ada", Role.ADMIN, everywhere=True).path)
    joined(workspace, people.invite(workspace, "Eng", Role.ENGINEER).path)
    lead = as_role(workspace, Role.LEAD)
    assert people.invite(lead, "Ada", Role.EXPERT).role is Role.ADMIN
    assert people.invite(lead, "Eng", Role.EXPERT).role is Role.ENGINEER
    assert roles_of(workspace, "Ada") == {EVERY_PROJECT: Role.ADMIN}
    with pytest.raises(NotAllowed):
        people.invite(lead, "Eng", Role.LEAD)
    with pytest.raises(NotAllowed):
        people.set_role(as_role(workspace, Role.ADMIN), "Ada", "expert")


def test_a_lead_gets_no_link_of_somebody_who_was_invited_to_more(workspace: Workspace) -> None:
    other = workspace.with_project(projects.open_project(workspace.db, "other"))
    people.invite(workspace, "Pen", Role.ADMIN, everywhere=True)
    people.invite(workspace, "Eng", Role.ENGINEER)
    people.invite(other, "Oda", Role.EXPERT)
    lead = as_role(workspace, Role.LEAD)
    for name in ("Pen", "Eng", "Oda"):
        with pytest.raises(NotAllowed):
            people.invite(lead, name, Role.EXPERT)
    assert people.invite(lead, "Ana", Role.EXPERT).expires_at
    assert people.invite(lead, "Ana", Role.EXPERT).expires_at  # a new link for who lost theirs


def test_the_last_admin_is_not_merged_away(workspace: Workspace) -> None:
    people.invite(workspace, "Ada", Role.ADMIN, everywhere=True)
    people.invite(workspace, "Ben", Role.EXPERT)
    far = signing.enter(
        workspace.db, workspace.project, Visitor(name="Ada", roles={EVERY_PROJECT: Role.ADMIN}), here=False
    )
    with pytest.raises(BadInput, match="last admin"):
        people.merge(far, "Ada", "Ben")


def test_a_lead_sees_the_people_of_their_project(workspace: Workspace) -> None:
    other = workspace.with_project(projects.open_project(workspace.db, "other"))
    people.invite(other, "Oda", Role.EXPERT)
    people.invite(workspace, "Ana", Role.EXPERT)
    assert [row.name for row in people.list_people(as_role(workspace, Role.LEAD))] == ["Ana"]
    assert [row.name for row in people.list_people(workspace)] == ["Ana", "Oda"]


def test_sign_ins_are_kept_with_their_place_and_shown_to_who_looks_after_all(workspace: Workspace) -> None:
    secret = people.invite(workspace, "Ana", Role.EXPERT).path.partition("=")[2]
    signing.join(workspace.db, secret, GOOD)
    assert "sign in" in {act.act for act in auditing.read(workspace).acts}
    assert "sign in" not in {act.act for act in auditing.read(as_role(workspace, Role.ADMIN)).acts}


def test_an_output_of_another_project_is_found_by_no_name(
    workspace: Workspace, add_outputs: Callable[..., list[Output]]
) -> None:
    [output] = add_outputs("the secret text")
    other = workspace.with_project(projects.open_project(workspace.db, "other"))
    manager = Visitor(name="Max", roles={other.project.id: Role.MANAGER})
    for word in (output.id, output.id[:8], output.external_id or ""):
        with pytest.raises(NotFound) as trouble:
            execute(
                workspace.db,
                Request(operation="outputs show", project="other", arguments={"output": word}),
                visitor=manager,
            )
        assert "the secret text" not in str(trouble.value)
    assert projects.find_output(workspace, output.id).text == "the secret text"


def test_nobody_learns_which_other_projects_there_are(workspace: Workspace) -> None:
    projects.open_project(workspace.db, "bravo")
    ana = Visitor(name="Ana", roles={workspace.project.id: Role.EXPERT})
    told = set()
    for name in ("bravo", "there is none"):
        with pytest.raises(LabelcoreError) as trouble:
            execute(workspace.db, Request(operation="status", project=name), visitor=ana)
        told.add(f"{type(trouble.value)} {trouble.value}".replace(name, "NAME"))
    assert len(told) == 1
    assert workspace.project.name not in str(told)


def test_who_may_too_little_begins_no_project_on_the_way(workspace: Workspace) -> None:
    ana = Visitor(name="Ana", roles={EVERY_PROJECT: Role.EXPERT})
    with pytest.raises(LabelcoreError):
        execute(workspace.db, Request(operation="people list", project="new"), visitor=ana)
    assert [project.name for project in projects.list_projects(workspace.db)] == [workspace.project.name]


def test_what_is_about_all_projects_is_changed_by_who_is_something_in_all(workspace: Workspace) -> None:
    projects.open_project(workspace.db, "bravo")
    engineer = as_role(workspace, Role.ENGINEER)
    attempts: list[Callable[[], object]] = [
        lambda: projects.hide(engineer, "bravo"),
        lambda: projects.begin(engineer, "new"),
        lambda: endpoints.add_endpoint(engineer, "x", order=endpoints.EndpointOrder(model="m")),
        lambda: endpoints.remove_endpoint(engineer, "x"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="about every project"):
            attempt()


def test_no_engine_is_named_from_elsewhere(workspace: Workspace) -> None:
    engineer = as_role(workspace, Role.ENGINEER)
    for engine in ("tcp://evil.example:8786", "dask://evil.example:8786", "dask"):
        with pytest.raises(NotAllowed, match="no engine is named"):
            orders.run_judges(engineer, order=orders.RunOrder(engine=engine))


def test_many_guesses_at_once_are_no_more_than_one_after_the_other(workspace: Workspace) -> None:
    people.invite(workspace, "Ana", Role.EXPERT)
    told: list[str] = []

    def guess(_at: int) -> None:
        with pytest.raises(NotAllowed) as refused:
            signing.sign_in(workspace.db, "Ana", "wrong wrong wrong", "one address")
        told.append(str(refused.value))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(guess, range(16)))
    assert sum("Wrong name or password" in words for words in told) <= 6


def test_from_many_addresses_a_name_is_slowed_down_as_well(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(guesses._FREE_TRIES, "name", 8)
    for at in range(8):
        with pytest.raises(NotAllowed, match="Wrong name or password"):
            signing.sign_in(workspace.db, "Ana", "wrong wrong wrong", f"address {at}")
    with pytest.raises(NotAllowed, match="Too many attempts"):
        signing.sign_in(workspace.db, "Ana", GOOD, "address 9")


def test_failures_of_long_ago_are_forgotten(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ("address", "an office")
    for _ in range(25):
        signing.guard.failed(source)
    later = time.monotonic() + 4000
    monkeypatch.setattr(time, "monotonic", lambda: later)
    signing.guard.failed(source)
    signing.guard.check(source)


def test_a_mailbox_that_only_reads_alike_takes_up_nobodys_invitation(workspace: Workspace) -> None:
    people.invite(workspace, "weiss@example.org", Role.ADMIN)
    for other in ("weiß@example.org", "ｗeiss@example.org"):
        with pytest.raises(NotAllowed):
            signing.from_outside(workspace.db, f"https://id.example {other}", other)
    person = signing.from_outside(workspace.db, "https://id.example 1", "Weiss@example.org")
    assert signing.as_visitor(workspace.db, person).roles


async def _page(request: HttpRequest) -> PlainTextResponse:
    found = visitor(open_database(settings().db), request.cookies, request.headers)
    address = request.client.host if request.client else ""
    return PlainTextResponse(f"{found.name if found else 'nobody'} from {address}")


def client(monkeypatch: pytest.MonkeyPatch, way: str, address: str = "127.0.0.1") -> TestClient:
    monkeypatch.setenv("LABELCORE_SIGN_IN", way)
    settings.cache_clear()
    app = Starlette(
        routes=[*sign_in.routes, Route("/{page:path}", _page)], middleware=[Middleware(SignInGate)]
    )
    return TestClient(app, follow_redirects=False, client=(address, 4000))


@pytest.mark.parametrize("way", ["oidc", "header"])
def test_a_password_is_no_way_round_a_provider_or_a_proxy(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    invitation = people.invite(place, "Ana", Role.EXPERT).path.partition("=")[2]
    browser = client(monkeypatch, way)
    assert (
        browser.post("/labelcore/join", data={"invitation": invitation, "password": GOOD}).status_code == 404
    )
    assert browser.post("/labelcore/sign-in", data={"name": "Ana", "password": GOOD}).status_code == 404


def test_a_provider_is_no_way_round_accounts(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = client(monkeypatch, "accounts")
    assert {browser.get(path).status_code for path in ("/labelcore/oidc", "/labelcore/oidc/back")} == {404}


def test_a_proxys_header_counts_once_and_from_the_proxy_only(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ("x-forwarded-user", "Ana")
    browser = client(monkeypatch, "header")
    assert browser.get("/", headers=[name]).text == "Ana from 127.0.0.1"
    assert browser.get("/", headers=[name, ("x-forwarded-user", "Ada")]).status_code == 401
    assert client(monkeypatch, "header", "10.0.0.9").get("/", headers=[name]).status_code == 401


def test_where_a_request_came_from_is_the_proxys_word(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hops = [("x-forwarded-user", "Ana"), ("x-forwarded-for", "6.6.6.6, 203.0.113.7")]
    assert client(monkeypatch, "header").get("/", headers=hops).text == "Ana from 203.0.113.7"
    far = client(monkeypatch, "", "10.0.0.9").get("/", headers=hops)
    assert far.text == " from 10.0.0.9"


def test_a_sign_in_is_kept_with_the_address_it_came_from(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = people.invite(place, "Ana", Role.EXPERT).path.partition("=")[2]
    client(monkeypatch, "accounts", "203.0.113.7").post(
        "/labelcore/join", data={"invitation": invitation, "password": GOOD}
    )
    [act] = auditing.read(place, act="sign in").acts
    assert act.origin == "page 203.0.113.7"
