"""The real app as people sign in to it: the session of each, and what may be done with the app's secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from labelcore.models import Role
from labelcore.stages import people, signing
from labelcore.store import close_database
from labelcore.workspace import Workspace
from tests.app_server import serving


class App(NamedTuple):
    """Its address and project, each person's session's secret and id, the file with the app's secret, and its
    log.
    """

    url: str
    project: str
    sessions: dict[str, str]
    people: dict[str, str]
    door: Path
    log: Path

    def do(self, operation: str, author: str = "", **arguments: object) -> Any:
        """What somebody does who may read the app's secret, in the name of ``author``."""
        given = {"authorization": f"Bearer {json.loads(self.door.read_text())['token']}"}
        wanted = {"operation": operation, "project": self.project, "author": author, "arguments": arguments}
        sent = Request(f"{self.url}/labelcore/operations", json.dumps(wanted).encode(), given)
        with urlopen(sent, timeout=120) as answer:
            return json.loads(answer.read().splitlines()[-1])["outcome"]["document"]


@contextmanager
def serving_accounts(place: Workspace, database: Path, roles: Mapping[str, Role]) -> Iterator[App]:
    """The app on a project, once these people have come in; ``database``, which is open, is closed for it."""
    sessions, ids = {}, {}
    for name, role in roles.items():
        people.invite(place, name, role)
        person = signing.find_person(place.db, name)
        ids[name], sessions[name] = person.person_id, signing.begin_session(place.db, person)
    close_database(database)
    log = database.with_suffix(".log")
    with serving(database, place.project.name, sign_in="accounts", log=log) as url:
        yield App(url, place.project.name, sessions, ids, Path(f"{database}.door"), log)
