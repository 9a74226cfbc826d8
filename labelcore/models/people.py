"""People who sign in, what they are in each project, and what proves who they are."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Literal

from pydantic import Field

from labelcore.models.base import Frozen, Role, new_id, now

EVERY_PROJECT = "*"
"""In the place of a project's id: in all of them, also those to come."""
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
CredentialKind = Literal["password", "invitation", "session", "token"]
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")


def tidy_name(name: str) -> str:
    """A name in one form: composed characters, single spaces, nothing that no reader sees."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", name)).split())


def name_key(name: str) -> str:
    """What names of one person have in common, however they are written: "anna" and "Anna"."""
    return " ".join(unicodedata.normalize("NFKC", tidy_name(name)).casefold().split())


_ALIKE = str.maketrans(
    "авеёкмнорстухіїјѕһԁԛԝ" + "αβεζηικμνορτυχϲ", "abeekmhopctyxiijshdqw" + "abezhikmnoptyxc"
)
"""Cyrillic and Greek letters, small, that look as Latin ones do in one of their two sizes."""


def name_look(name: str) -> str:
    """What names that nobody can tell apart have in common, whatever letters they are written in."""
    return name_key(name).translate(_ALIKE)


class Person(Frozen):
    """Somebody who can sign in. ``subject``: who they are to an identity provider; ``email``: where they are
    written to; ``removed``: they cannot any more, and another name stands for theirs.
    """

    person_id: str = Field(default_factory=lambda: new_id("person"))
    name: str
    subject: str = ""
    email: str = ""
    removed: bool = False
    made_by: str = ""
    made_at: datetime = Field(default_factory=now)


class Membership(Frozen):
    """What a person is in a project, or in every one."""

    project_id: str
    person_id: str
    role: Role | None
    made_by: str = ""
    made_at: datetime = Field(default_factory=now)


class Credential(Frozen):
    """A hash that proves who somebody is, or what a token may do. ``label`` names a token; ``project_id``
    and ``role`` are what an invitation or a token gives; ``ended``: from then on it proves nothing.
    """

    kind: CredentialKind
    secret: str
    person_id: str = ""
    label: str = ""
    project_id: str = ""
    role: Role | None = None
    expires_at: datetime = FOREVER
    ended: bool = False
    made_by: str = ""
    made_at: datetime = Field(default_factory=now)


class Visitor(Frozen):
    """Who is asking, as their session or token says; ``roles`` by project id, or for every project."""

    name: str
    person_id: str = ""
    roles: dict[str, Role] = Field(default_factory=dict)

    def role_in(self, project_id: str) -> Role | None:
        """What they are there; None: nothing."""
        return self.roles.get(project_id) or self.roles.get(EVERY_PROJECT)
