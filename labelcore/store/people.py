"""People, their roles and what proves who they are: few rows, remembered until some are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from labelcore.models import EVERY_PROJECT, Credential, Membership, Person, Role, name_key, name_look, now
from labelcore.store import audit, live
from labelcore.store.connection import Database, utc
from labelcore.store.lookups import remembers, written
from labelcore.store.rows import RowMapping

_people = RowMapping(Person, "person")
_memberships = RowMapping(Membership, "membership")
_credentials = RowMapping(Credential, "credential")
_NEXT = timedelta(microseconds=1)


@dataclass
class Register:
    """What counts now. ``people`` by id, ``roles`` by person and project, ``credentials`` by their hash;
    ``names``: who has or had a name; ``holders``: the same by the key of the name.
    """

    people: dict[str, Person] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    holders: dict[str, str] = field(default_factory=dict)
    roles: dict[str, dict[str, Role]] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)

    def by_name(self, name: str) -> Person | None:
        """The person who has or had that name, however it is written."""
        person = self.people.get(self.holders.get(name_key(name), ""))
        return person if person and not person.removed else None

    def present_name(self, name: str) -> str:
        """The name that stands now for one that somebody has or had, also for whoever was removed."""
        person = self.people.get(self.holders.get(name_key(name), ""))
        return person.name if person else name

    def is_removed(self, name: str) -> bool:
        """Whether whoever has or had that name was removed."""
        person = self.people.get(self.holders.get(name_key(name), ""))
        return bool(person and person.removed)

    def looking_like(self, name: str) -> set[str]:
        """The ids of whoever has or had a name that nobody can tell from this one."""
        look = name_look(name)
        return {person_id for key, person_id in self.holders.items() if name_look(key) == look}

    def by_subject(self, subject: str) -> Person | None:
        """The person whom an identity provider calls so."""
        return next((person for person in self.present if subject and person.subject == subject), None)

    @property
    def present(self) -> list[Person]:
        """Everybody who was not removed, by name."""
        here = (person for person in self.people.values() if not person.removed)
        return sorted(here, key=lambda person: name_key(person.name))

    def proof(self, kind: str, secret: str) -> Credential | None:
        """What has this hash and still counts."""
        credential = self.credentials.get(secret)
        if credential is None or credential.kind != kind or credential.ended:
            return None
        return None if credential.expires_at <= now() else credential

    def may_still_give(self, token: Credential) -> bool:
        """Whether who made a token is what it gives, or was nobody here: then it was made at the server."""
        maker = self.people.get(self.holders.get(name_key(token.made_by), ""))
        if maker is None or token.role is None:
            return True
        held = self.roles.get(maker.person_id, {})
        roles = (held.get(token.project_id), held.get(EVERY_PROJECT))
        return not maker.removed and any(role and role.includes(token.role) for role in roles)

    def password_of(self, person_id: str) -> str:
        """The hash of a person's password; "" where there is none."""
        having = [
            credential
            for credential in self.credentials.values()
            if credential.kind == "password" and credential.person_id == person_id and not credential.ended
        ]
        return max(having, key=lambda credential: credential.made_at).secret if having else ""


def present_key(db: Database, name: str) -> str:
    """The key of a name, under which its owner is known now."""
    return name_key(register(db).present_name(name))


@remembers("person")
def register(db: Database) -> Register:
    """Everything that counts now; the same until somebody changes it."""
    everybody = Register()
    for person in _people.find(db, "person ORDER BY made_at"):
        everybody.people[person.person_id] = person
        everybody.names[person.name] = person.person_id
        everybody.holders[name_key(person.name)] = person.person_id
    for membership in _memberships.find(db, "membership ORDER BY made_at"):
        roles = everybody.roles.setdefault(membership.person_id, {})
        if membership.role is None:
            roles.pop(membership.project_id, None)
        else:
            roles[membership.project_id] = membership.role
    for credential in _credentials.find(db, "credential WHERE expires_at > ? ORDER BY made_at", [utc(now())]):
        everybody.credentials[credential.secret] = credential
    return everybody


def save(db: Database, *rows: Person | Membership | Credential) -> None:
    """Append what changed; whoever asks afterwards finds it."""
    for row in rows:
        match row:
            case Person():
                _people.add(db, [row])
            case Membership():
                _memberships.add(db, [row])
            case Credential():
                _credentials.add(db, [row])
    written(db, "person")


_BY_PRESENT_NAME = ("assignment", "calibration", "gold", "ruling_current", "court_ruling_current")


def rename(db: Database, person: Person, *names: str) -> Person:
    """The person under the last of the names; all they had before lead to it."""
    if names:
        moment = max(now(), person.made_at + _NEXT)
        states = [
            person.model_copy(update={"name": name, "made_at": moment + at * _NEXT})
            for at, name in enumerate(names)
        ]
        save(db, *states)
        live.forget(db)
        for table in _BY_PRESENT_NAME:
            written(db, table)
        return states[-1]
    return person


_SIGNED = (
    *("grade.annotator", "comparison.annotator", "reservation.annotator", "probe_opinion.annotator"),
    *("ruling.author", "court_ruling.author", "comment.author", "notice.person"),
    *("assignment.person", "expertise.person", "trained.person"),
)
"""Where names of people stand as they were written."""


def unite(db: Database, *, name: str = "", by: str = "") -> list[Person]:
    """Names that are stored in two forms ("anna" beside "Anna") become one person's; grades stay as they are.

    ``name``: only this one's. The form that stands afterwards is that of the person who is known, or else the
    one that was stored first. Returns whom it changed.
    """
    names, forms = register(db), _forms(db)
    keys = {name_key(name)} if name else forms.keys() - {""}
    people = []
    for key in sorted(keys & forms.keys()):
        person = names.people.get(names.holders.get(key, "")) or Person(name=forms[key][0], made_by=by)
        other = [form for form in forms[key] if form not in names.names and form != person.name]
        if other:
            people.append(rename(db, person, *other, person.name))
            audit.note(db, "", by, "people merge", people[-1].name, written=other)
    return people


def _forms(db: Database) -> dict[str, list[str]]:
    """By the key of a name, the forms in which it is stored, the oldest first."""
    columns = [place.partition(".") for place in _SIGNED]
    every = " UNION ALL ".join(
        f"SELECT {column} AS name, made_at FROM {table}" for table, _, column in columns
    )
    forms: dict[str, list[str]] = {}
    for (form,) in db.rows(
        f"SELECT name FROM ({every}) WHERE name IS NOT NULL GROUP BY name ORDER BY min(made_at), name"
    ):
        forms.setdefault(name_key(form), []).append(form)
    return forms


def end(db: Database, credentials: Sequence[Credential], by: str) -> None:
    """From now on these prove nothing."""
    ended = {"ended": True, "made_by": by, "made_at": now()}
    save(db, *(credential.model_copy(update=ended) for credential in credentials))
