"""People and what they are in each project: invited, given a role, renamed, signed out, removed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput, NotAllowed
from labelcore.models import (
    EVERY_PROJECT,
    Credential,
    Frozen,
    Membership,
    Person,
    Role,
    name_key,
    now,
    tidy_name,
)
from labelcore.operations import Effect, operation
from labelcore.post.addresses import is_mailbox
from labelcore.stages import signing
from labelcore.stages.notifying import mailbox_of, tell, tell_of_address
from labelcore.store import people as people_table
from labelcore.store.live import live
from labelcore.workspace import Workspace

_DAYS = 24.0
_NEXT = timedelta(microseconds=1)
JOIN = "/labelcore/join"
"""The path at which an invitation is taken up."""
Everywhere = Annotated[bool, Field(description="In every project, also those to come.")]
Days = Annotated[float, Field(gt=0, le=366, description="Good for so many days.")]


class PersonRow(Frozen):
    """Somebody, with their role here and everywhere. ``sessions``: in how many browsers they are now."""

    name: str
    email: str
    role: Role | None
    everywhere: Role | None
    sessions: int
    can_sign_in: bool
    invited_until: datetime | None


class Invitation(Frozen):
    """A link that is good for once: ``path`` behind the app's address; the secret in it is not kept."""

    name: str
    role: Role | None
    path: str
    expires_at: datetime | None


class TokenMade(Frozen):
    """A token as it is shown once."""

    name: str
    role: Role
    token: str
    expires_at: datetime | None


class PersonChange(Frozen):
    """What somebody is now."""

    name: str
    role: Role | None = None
    did: str


@operation("people list", role=Role.LEAD, listed_as="people", project="any")
def list_people(workspace: Workspace) -> list[PersonRow]:
    """List who can sign in, and what they are in this project.

    Who is something in one project only sees the people of that one.
    """
    register = people_table.register(workspace.db)
    here = {workspace.project.id, EVERY_PROJECT}
    people = (
        person
        for person in register.present
        if workspace.everywhere or here & register.roles.get(person.person_id, {}).keys()
    )
    return [_row(workspace, person, register) for person in people]


def _row(workspace: Workspace, person: Person, register: people_table.Register) -> PersonRow:
    roles = register.roles.get(person.person_id, {})
    invited = signing.of_person(workspace.db, person.person_id, ("invitation",))
    return PersonRow(
        name=person.name,
        email=person.email,
        role=roles.get(workspace.project.id),
        everywhere=roles.get(EVERY_PROJECT),
        sessions=len(signing.of_person(workspace.db, person.person_id, ("session",))),
        can_sign_in=bool(person.subject or register.password_of(person.person_id)),
        invited_until=max((invitation.expires_at for invitation in invited), default=None),
    )


@operation("people invite", role=Role.LEAD, effect=Effect.WRITES, project="any")
def invite(
    workspace: Workspace,
    name: str,
    role: Annotated[Role, Field(description="expert, lead, engineer, manager or admin.")] = Role.EXPERT,
    *,
    everywhere: Everywhere = False,
    days: Days = 7,
) -> Invitation:
    """Invite somebody by a link that is good for once; whoever is known already gets the role at once.

    Nobody's role becomes less by an invitation.

    Raises:
        NotAllowed: the role, or what they have already, is more than the one who invites may give.
    """
    _check_gives(workspace, role, everywhere=everywhere)
    register = people_table.register(workspace.db)
    person = register.by_name(name) or signing.add_person(workspace.db, name, by=workspace.person)
    project_id = EVERY_PROJECT if everywhere else workspace.project.id
    had = register.roles.get(person.person_id, {})
    before = had.get(project_id) or had.get(EVERY_PROJECT)
    if before and before.includes(role):
        role = before
    else:
        if before:
            _check_gives(workspace, before, everywhere=everywhere)
        _give(workspace, person, project_id, role)
    if register.password_of(person.person_id) or person.subject:
        return Invitation(name=person.name, role=role, path="/", expires_at=None)
    for place, role_there in had.items():  # the link would give all of it to who has it
        _check_gives(workspace, role_there, everywhere=place != workspace.project.id)
    if not everywhere and mailbox_of(workspace, person.name):
        tell(workspace, "invitation", person.name, figures={"role": role})
    return _invitation(workspace, person, role, days)


@operation("people address", role=Role.LEAD, effect=Effect.WRITES)
def set_address(
    workspace: Workspace,
    name: str,
    email: Annotated[str, Field(description="Where they are written to; '' takes it away.")],
) -> PersonChange:
    """Say at which e-mail address somebody is written to; somebody new is known from then on.

    Raises:
        BadInput: it is no address.
        NotAllowed: they are more here than who asks, or something in another project.
    """
    if email and not is_mailbox(email):
        raise BadInput("'{email}' is not an e-mail address.", next_step="Write one, in ASCII.", email=email)
    register = people_table.register(workspace.db)
    person = register.by_name(name)
    if person is None:
        written = signing.known_as(workspace.db, workspace.project, name)
        person = signing.add_person(workspace.db, written, by=workspace.person)
    for place, role_there in register.roles.get(person.person_id, {}).items():
        _check_gives(workspace, role_there, everywhere=place != workspace.project.id)
    changes = {"email": email, "made_by": workspace.person, "made_at": max(now(), person.made_at + _NEXT)}
    people_table.save(workspace.db, person.model_copy(update=changes))
    tell_of_address(workspace, person.name, person.email, email)
    return PersonChange(name=person.name, did="address")


@operation("people reset", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def reset(workspace: Workspace, name: str, *, days: Days = 1) -> Invitation:
    """Give somebody a link for a new password; they are signed out everywhere now."""
    person = signing.find_person(workspace.db, name)
    _check_theirs(workspace, person)
    had = signing.of_person(workspace.db, person.person_id, ("password", "session", "invitation"))
    people_table.end(workspace.db, had, workspace.person)
    return _invitation(workspace, person, None, days)


def _invitation(workspace: Workspace, person: Person, role: Role | None, days: float) -> Invitation:
    secret = signing.issue(
        workspace.db, "invitation", hours=days * _DAYS, person_id=person.person_id, by=workspace.person
    )
    credential = people_table.register(workspace.db).proof("invitation", signing.hash_of(secret))
    return Invitation(
        name=person.name,
        role=role,
        path=f"{JOIN}?invitation={secret}",
        expires_at=credential.expires_at if credential else None,
    )


@operation("people role", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def set_role(
    workspace: Workspace,
    name: str,
    role: Annotated[str, Field(description="expert, lead, engineer, manager, admin, or none.")],
    *,
    everywhere: Everywhere = False,
) -> PersonChange:
    """Say what somebody is in this project, or that they are nothing in it any more.

    Raises:
        BadInput: there is no such role, or nobody would be left who looks after the people.
    """
    if role not in {*Role, "none"}:
        raise BadInput(
            "'{role}' is not a role.", next_step="Use {roles} or none.", role=role, roles=list(Role)
        )
    person, new_role = signing.find_person(workspace.db, name), None if role == "none" else Role(role)
    project_id = EVERY_PROJECT if everywhere else workspace.project.id
    if everywhere or EVERY_PROJECT in people_table.register(workspace.db).roles.get(person.person_id, {}):
        _check_everywhere(workspace)
    _check_admins(workspace, person, project_id, new_role)
    _give(workspace, person, project_id, new_role)
    return PersonChange(name=person.name, role=new_role, did="role")


@operation("people rename", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def rename(workspace: Workspace, name: str, to: str) -> PersonChange:
    """Give somebody another name; what they graded under the old one is theirs still.

    Raises:
        BadInput: somebody else has or had that name.
    """
    person = _person_of(workspace, name)
    _check_theirs(workspace, person)
    tidy = tidy_name(to)
    if not tidy or people_table.register(workspace.db).looking_like(tidy) - {person.person_id}:
        raise BadInput(
            "'{name}' cannot be taken: somebody has or had that name.",
            next_step="Choose another name, or merge the two with `labelcore people merge`.",
            name=tidy,
        )
    after = people_table.rename(workspace.db, person, tidy)
    return PersonChange(name=after.name, did="rename")


@operation("people merge", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def merge(workspace: Workspace, name: str, into: str) -> PersonChange:
    """Say that two names are one person; where both graded an output, the later grade counts.

    Where the second is nothing in a project, the first one's role there becomes theirs.

    Raises:
        BadInput: they are one already, or nobody would be left who looks after the people.
    """
    forms = name_key(name) == name_key(into)
    if forms and (united := people_table.unite(workspace.db, name=into, by=workspace.person)):
        _check_theirs(workspace, *united)
        return PersonChange(name=united[0].name, did="merge")
    first, second = _person_of(workspace, name), _person_of(workspace, into)
    if first.person_id == second.person_id:
        raise BadInput("'{name}' and '{into}' are one person already.", name=name, into=into)
    _check_theirs(workspace, first, second)
    _check_admins(workspace, first, EVERY_PROJECT, None)
    register = people_table.register(workspace.db)
    names = [key for key, holder in register.names.items() if holder == first.person_id]
    had = signing.of_person(workspace.db, first.person_id, ("password", "session", "invitation"))
    people_table.end(workspace.db, had, workspace.person)
    removal = {"removed": True, "subject": "", "made_by": workspace.person, "made_at": now()}
    people_table.save(workspace.db, first.model_copy(update=removal))
    roles = register.roles.get(second.person_id, {})
    for project_id, role in register.roles.get(first.person_id, {}).items():
        if project_id != EVERY_PROJECT and not roles.keys() & {project_id, EVERY_PROJECT}:
            _give(workspace, second, project_id, role)
    after = people_table.rename(workspace.db, second, *names, second.name)
    return PersonChange(name=after.name, did="merge")


@operation("people remove", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def remove(workspace: Workspace, name: str) -> PersonChange:
    """Remove somebody: they are signed out and cannot sign in; their grades stay, under another name.

    Raises:
        BadInput: nobody would be left who looks after the people.
    """
    person = _person_of(workspace, name)
    _check_theirs(workspace, person)
    _check_admins(workspace, person, EVERY_PROJECT, None)
    had = signing.of_person(workspace.db, person.person_id, ("password", "session", "invitation"))
    people_table.end(workspace.db, had, workspace.person)
    removal = person.model_copy(
        update={"removed": True, "subject": "", "email": "", "made_by": workspace.person}
    )
    after = people_table.rename(workspace.db, removal, f"person {person.person_id[-6:]}")
    return PersonChange(name=after.name, did="remove")


def _person_of(workspace: Workspace, name: str) -> Person:
    """Somebody who can sign in, or who only graded until now."""
    if person := people_table.register(workspace.db).by_name(name):
        return person
    if not live(workspace.db, workspace.project.id).has_graded(name):
        return signing.find_person(workspace.db, name)
    written = signing.known_as(workspace.db, workspace.project, name)
    return signing.add_person(workspace.db, written, by=workspace.person)


@operation("people sign-out", role=Role.ADMIN, effect=Effect.WRITES, project="any")
def sign_out(workspace: Workspace, name: str) -> PersonChange:
    """Sign somebody out everywhere."""
    person = signing.find_person(workspace.db, name)
    _check_theirs(workspace, person)
    ended = signing.of_person(workspace.db, person.person_id, ("session",))
    people_table.end(workspace.db, ended, workspace.person)
    return PersonChange(name=person.name, did="sign out")


@operation("people token", role=Role.ADMIN, effect=Effect.WRITES)
def make_token(
    workspace: Workspace,
    name: Annotated[str, Field(description="What it is for, such as CI.")],
    role: Annotated[Role, Field(description="What its holder may do.")] = Role.MANAGER,
    *,
    days: Days = 90,
) -> TokenMade:
    """Make a token for a program: a role in this project until a day. It is shown once.

    Raises:
        BadInput: there is a token of that name.
    """
    if any(token.label == name for token in _tokens(workspace)):
        raise BadInput("There is a token '{name}' already.", next_step="Choose another name.", name=name)
    secret = signing.issue(
        workspace.db,
        "token",
        hours=days * _DAYS,
        by=workspace.person,
        label=name,
        project_id=workspace.project.id,
        role=role,
    )
    [made] = [token for token in _tokens(workspace) if token.label == name]
    return TokenMade(name=name, role=role, token=secret, expires_at=made.expires_at)


@operation("people token-end", role=Role.ADMIN, effect=Effect.WRITES)
def end_token(workspace: Workspace, name: str) -> PersonChange:
    """End a token before its day."""
    ended = [token for token in _tokens(workspace) if token.label == name]
    if not ended:
        raise BadInput("There is no token '{name}'.", name=name)
    people_table.end(workspace.db, ended, workspace.person)
    return PersonChange(name=name, did="token end")


def _tokens(workspace: Workspace) -> list[Credential]:
    return [
        token
        for token in signing.of_person(workspace.db, "", ("token",))
        if token.project_id == workspace.project.id
    ]


def _give(workspace: Workspace, person: Person, project_id: str, role: Role | None) -> None:
    membership = Membership(
        project_id=project_id, person_id=person.person_id, role=role, made_by=workspace.person
    )
    people_table.save(workspace.db, membership)


def _check_gives(workspace: Workspace, role: Role, *, everywhere: bool) -> None:
    if everywhere:
        _check_everywhere(workspace)
    if not workspace.role.includes(role):
        raise NotAllowed(
            "A {present} cannot make somebody {role}.",
            next_step="Ask an admin.",
            present=workspace.role,
            role=role,
        )


def _check_everywhere(workspace: Workspace) -> None:
    if workspace.everywhere is not Role.ADMIN:
        raise NotAllowed(
            "This concerns other projects as well.", next_step="Ask somebody who is admin in every project."
        )


def _check_theirs(workspace: Workspace, *people: Person) -> None:
    """Who looks after one project changes nobody who is something in another: they would be them there."""
    roles = people_table.register(workspace.db).roles
    if any(roles.get(person.person_id, {}).keys() - {workspace.project.id} for person in people):
        _check_everywhere(workspace)


def _check_admins(workspace: Workspace, person: Person, project_id: str, role: Role | None) -> None:
    """Somebody must be left who looks after the people of every project; who is at the machine always can."""
    register = people_table.register(workspace.db)
    admins = {who for who, roles in register.roles.items() if roles.get(EVERY_PROJECT) is Role.ADMIN}
    present = {person_.person_id for person_ in register.present}
    last = admins & present == {person.person_id}
    if last and project_id == EVERY_PROJECT and role is not Role.ADMIN and not workspace.here:
        raise BadInput(
            "{name} is the last admin of every project.",
            next_step="Make somebody else one first.",
            name=person.name,
        )
