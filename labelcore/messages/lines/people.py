"""What is said of people and their roles."""

from collections.abc import Iterator

from labelcore.messages.catalogue import say
from labelcore.messages.results import lines
from labelcore.stages.people import Invitation, PersonChange, PersonRow, TokenMade


@lines("people list")
def everybody(rows: list[PersonRow]) -> Iterator[str]:
    if not rows:
        yield say("Nobody yet. `labelcore people invite NAME admin --everywhere` makes the first.")
    for row in rows:
        everywhere = say("{role} everywhere", role=say(row.everywhere)) if row.everywhere else ""
        here = say(row.role) if row.role else everywhere or say("nothing here")
        state = say("signs in" if row.can_sign_in else "invited" if row.invited_until else "cannot sign in")
        mail = f" · {row.email}" if row.email else ""
        yield say(
            "{name}: {here} · {state} · {sessions} browsers{mail}",
            name=row.name,
            here=here,
            state=state,
            sessions=row.sessions,
            mail=mail,
        )


@lines("people invite", "people reset")
def invitation(made: Invitation) -> Iterator[str]:
    if made.expires_at is None:
        yield say("{name} signs in already, and is {role} now.", name=made.name, role=say(made.role or ""))
        return
    yield say(
        "Send {name} this link, behind the app's address (good for once, until {until:%d %b}):",
        name=made.name,
        until=made.expires_at,
    )
    yield made.path


@lines("people token")
def token(made: TokenMade) -> Iterator[str]:
    yield say(
        "'{name}' may act as {role} until {expires_at:%d %b %Y}. Shown once:",
        name=made.name,
        role=say(made.role),
        expires_at=made.expires_at,
    )
    yield made.token


@lines(
    *(
        "people role",
        "people rename",
        "people merge",
        "people remove",
        "people sign-out",
        "people token-end",
        "people address",
    )
)
def change(made: PersonChange) -> Iterator[str]:
    yield _change(made)


def _change(made: PersonChange) -> str:
    match made.did:
        case "role":
            return say("{name} is {role} here now.", name=made.name, role=say(made.role or "nothing"))
        case "rename" | "merge":
            return say("All of it is {name}'s now.", name=made.name)
        case "remove":
            return say("They cannot sign in any more; their grades stay, under {name}.", name=made.name)
        case "address":
            return say("{name} is written to at another address now.", name=made.name)
        case "sign out":
            return say("{name} is signed out everywhere.", name=made.name)
        case _:
            return say("The token '{name}' ended.", name=made.name)
