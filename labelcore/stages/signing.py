"""Signing in: who somebody is, proved by a password, an invitation, a session or a token.

Secrets that labelcore makes are 256 random bits and kept as SHA-256; passwords are kept as Argon2id.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from labelcore import passwords
from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.guesses import Guard, Source
from labelcore.models import (
    EVERY_PROJECT,
    Credential,
    CredentialKind,
    Membership,
    Person,
    Project,
    Role,
    Visitor,
    name_key,
    now,
    tidy_name,
)
from labelcore.post.addresses import network_of
from labelcore.settings import settings
from labelcore.store import Database, audit, people as people_table
from labelcore.store.live import live
from labelcore.workspace import Workspace

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_FIRST_HOURS = 24.0
_hashing = threading.BoundedSemaphore(2)
"""Passwords are compared two at a time: each takes 64 MB, and whoever guesses at once waits here."""
_entering = threading.RLock()
"""Held from the look at an invitation, or at who is known, until what comes of it is stored: two who come at
once with one link, or for the first time, are not both let in.
"""


guard = Guard()


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher as Hasher  # loaded where somebody signs in

    return Hasher()


@cache
def _nobody() -> str:
    """The hash of a password that nobody has: a wrong name takes as long as a wrong password."""
    return _hasher().hash(secrets.token_urlsafe(32))


def hash_of(secret: str) -> str:
    """What the store keeps of a secret that labelcore made."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_in(db: Database, name: str, password: str, address: str = "") -> str:
    """The secret of a new session. ``address``: where the request came from.

    Raises:
        NotAllowed: name and password do not belong together, or there were too many attempts.
    """
    return begin_session(db, _proved(db, name, password, address))


def _proved(db: Database, name: str, password: str, address: str) -> Person:
    """Who has this name, where the password is theirs."""
    from argon2.exceptions import InvalidHashError, VerificationError

    key = name_key(name)[:200]
    names: tuple[Source, ...] = (("name from", key, address), ("name", key))
    sources = (*names, ("address", address))
    register = people_table.register(db)
    person = register.by_name(name)
    kept = register.password_of(person.person_id) if person else ""
    with _hashing:
        guard.check(*sources)
        try:
            _hasher().verify(kept or _nobody(), password[: passwords.LONGEST_EVER + 1])
        except (VerificationError, InvalidHashError):
            guard.failed(*sources)
            raise NotAllowed("Wrong name or password.", next_step="Try again.") from None
    if person is None or not kept:
        raise NotAllowed("Wrong name or password.", next_step="Try again.")
    guard.passed(*names)
    return person


def change_password(db: Database, session: str, password: str, new: str, address: str = "") -> str:
    """The secret of a new session, with a new password; all sessions with the present one end.

    Raises:
        NotAllowed: there is no such session, the password is wrong, or there were too many attempts.
        BadInput: the new one is too short, too long, or easy to guess.
    """
    visitor = visitor_of_session(db, session)
    if visitor is None:
        raise NotAllowed("You are signed out.")
    person = _proved(db, visitor.name, password, address)
    with db.transaction():
        set_password(db, person, new)
        audit.note(db, "", person.name, "password", person.person_id)
        return begin_session(db, person)


def begin_session(db: Database, person: Person) -> str:
    """The secret of a new session of somebody who has proved who they are."""
    audit.note(db, "", person.name, "sign in", person.person_id)
    return issue(db, "session", hours=settings().session_hours, person_id=person.person_id, by=person.name)


def is_from_elsewhere(db: Database, session: str, address: str) -> bool:
    """Whether its person had signed in before, and never from the network of this address."""
    visitor = visitor_of_session(db, session)
    origins = audit.origins(db, "sign in", visitor.person_id) if visitor else []
    networks = [network_of(origin.removeprefix("page ")) for origin in origins]
    return len(networks) > 1 and networks.count(network_of(address)) == 1


def issue(
    db: Database,
    kind: CredentialKind,
    *,
    hours: float,
    person_id: str = "",
    by: str = "",
    **given: str | Role,
) -> str:
    """A new secret, kept as a hash. ``given``: what it gives (``label``, ``project_id``, ``role``)."""
    secret = secrets.token_urlsafe(32)
    kept = Credential.model_validate(
        {
            "kind": kind,
            "secret": hash_of(secret),
            "person_id": person_id,
            "expires_at": now() + timedelta(hours=hours),
            "made_by": by,
            **given,
        }
    )
    people_table.save(db, kept)
    return secret


def join(db: Database, invitation: str, password: str, name: str = "", address: str = "") -> str:
    """Take an invitation up with a password; the secret of a first session. An invitation is good for once.

    Raises:
        NotAllowed: it is unknown, used or out of date.
        BadInput: the password is too short, too long, or easy to guess; or the name is taken or missing.
    """
    guard.check(("address", address))
    with _entering:
        return _join(db, invitation, password, name, address)


def _join(db: Database, invitation: str, password: str, name: str, address: str) -> str:
    try:
        found = _invitation(db, invitation)
    except NotAllowed:
        guard.failed(("address", address))
        raise
    person = people_table.register(db).people.get(found.person_id)
    passwords.check(password, name or (person.name if person else ""))
    with db.transaction():
        if person is None:
            person = add_person(db, name or found.label, by=found.made_by)
        open_to_all = of_person(db, "", ("invitation",)) if found.role is Role.ADMIN else []
        theirs = of_person(db, person.person_id, ("invitation",))  # another link would change the password
        people_table.end(db, [found, *theirs, *open_to_all], person.name)
        if found.role is not None:
            membership = Membership(
                project_id=found.project_id,
                person_id=person.person_id,
                role=found.role,
                made_by=found.made_by,
            )
            people_table.save(db, membership)
        set_password(db, person, password)
        return begin_session(db, person)


def invited(db: Database, invitation: str) -> str:
    """The name of whom an invitation is for; "" where it is for whoever takes it up.

    Raises:
        NotAllowed: it is unknown, used or out of date.
    """
    person = people_table.register(db).people.get(_invitation(db, invitation).person_id)
    return person.name if person else ""


def _invitation(db: Database, secret: str) -> Credential:
    found = people_table.register(db).proof("invitation", hash_of(secret))
    if found is None:
        raise NotAllowed(
            "This invitation is unknown, already used, or out of date.", next_step="Ask for a new one."
        )
    return found


def invite_first(db: Database) -> str:
    """The secret of an invitation to look after everything; "" where somebody does already."""
    register = people_table.register(db)
    if any(register.password_of(person.person_id) for person in register.present):
        return ""
    return issue(db, "invitation", hours=_FIRST_HOURS, project_id=EVERY_PROJECT, role=Role.ADMIN)


def set_password(db: Database, person: Person, password: str) -> None:
    """Give a person a password; sessions that were begun with another one end."""
    passwords.check(password, person.name)
    had = of_person(db, person.person_id, ("password", "session"))
    people_table.end(db, had, person.name)
    kept = Credential(
        kind="password", secret=_hasher().hash(password), person_id=person.person_id, made_by=person.name
    )
    people_table.save(db, kept)


def add_person(db: Database, name: str, *, subject: str = "", by: str = "") -> Person:
    """A new person.

    Raises:
        BadInput: the name is empty, or somebody has it.
    """
    tidy = tidy_name(name)
    if not tidy or len(tidy) > 100:
        raise BadInput("A person needs a name of at most 100 characters.", next_step="Give one.")
    if people_table.register(db).looking_like(tidy):
        raise BadInput(
            "There is or was somebody called '{name}' already.", next_step="Add a surname.", name=tidy
        )
    person = Person(name=tidy, subject=subject, made_by=by)
    people_table.save(db, person)
    people_table.unite(db, name=tidy, by=by)  # what "ana" graded before is Ana's
    return person


def from_outside(db: Database, subject: str, address: str = "") -> Person:
    """The person whom a provider or a proxy vouches for; a new one the first time, with no role yet.

    ``address``: what is proved of them beside the ``subject``, an e-mail address: whoever was invited under
    it, or under the subject, is them.

    Raises:
        NotAllowed: the name that they would have is another person's.
    """
    with _entering:
        return _from_outside(db, subject, address)


def _from_outside(db: Database, subject: str, address: str) -> Person:
    register = people_table.register(db)
    if known := register.by_subject(subject):
        return known
    name = address or subject
    waiting = register.by_name(name)
    if waiting is None:
        return add_person(db, name, subject=subject, by=name)
    if waiting.subject or register.password_of(waiting.person_id):
        raise NotAllowed("'{name}' signs in in another way.", next_step="Ask an admin.", name=name)
    written = {known.lower() for known, who in register.names.items() if who == waiting.person_id}
    if tidy_name(name).lower() not in written:  # "ß" and "ss" are one name to read, and two mailboxes
        raise NotAllowed("'{name}' signs in in another way.", next_step="Ask an admin.", name=name)
    linked = waiting.model_copy(update={"subject": subject, "made_by": name, "made_at": now()})
    people_table.save(db, linked)
    return linked


def of_person(db: Database, person_id: str, kinds: Sequence[CredentialKind]) -> list[Credential]:
    """What proves that somebody is this person, as far as it counts."""
    return [
        found
        for found in people_table.register(db).credentials.values()
        if found.person_id == person_id and found.kind in kinds and not found.ended
    ]


def sign_out(db: Database, session: str) -> None:
    """End a session; one that is none is no error."""
    if found := people_table.register(db).proof("session", hash_of(session)):
        people_table.end(db, [found], found.made_by)


def visitor_of_session(db: Database, session: str) -> Visitor | None:
    """Who has this session; None where it has ended."""
    register = people_table.register(db)
    found = register.proof("session", hash_of(session)) if session else None
    person = register.people.get(found.person_id) if found else None
    return None if person is None or person.removed else as_visitor(db, person)


def visitor_of_token(db: Database, token: str) -> Visitor | None:
    """What a program may do that shows this token; it is no more than who made it may do by now."""
    register = people_table.register(db)
    found = register.proof("token", hash_of(token)) if token else None
    if found is None or found.role is None or not register.may_still_give(found):
        return None
    return Visitor(name=found.label, roles={found.project_id: found.role})


def as_visitor(db: Database, person: Person) -> Visitor:
    """A person with their roles as they are now."""
    roles = people_table.register(db).roles.get(person.person_id, {})
    return Visitor(name=person.name, person_id=person.person_id, roles=roles)


EVERYBODY = Visitor(name="", roles={EVERY_PROJECT: Role.ADMIN})
"""Who asks where nobody signs in."""


def enter(db: Database, project: Project, visitor: Visitor, *, here: bool) -> Workspace:
    """The project as somebody may work in it.

    Raises:
        NotAllowed: they are nothing in this project.
    """
    role = visitor.role_in(project.id)
    if role is None:
        raise NotAllowed(
            "{person} has no part in the project '{project}'.",
            next_step="Ask whoever runs it.",
            person=visitor.name,
            project=project.name,
        )
    everywhere = visitor.role_in(EVERY_PROJECT)
    return Workspace(db, project, visitor.name, role=role, everywhere=everywhere, here=here)


def known_as(db: Database, project: Project, name: str) -> str:
    """A name as its owner wrote it first: "anna" is the Anna who graded before."""
    person = people_table.register(db).by_name(name)
    return person.name if person else live(db, project.id).spelling_of(name)


def find_person(db: Database, name: str) -> Person:
    """A person by name, however it is written; NotFound where there is none."""
    if found := people_table.register(db).by_name(name):
        return found
    raise NotFound(
        "There is nobody called '{name}'.", next_step="`labelcore people list` names all.", name=name
    )
