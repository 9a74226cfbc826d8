"""What is said of people and their roles."""

from collections.abc import Iterator

from labelcore.messages.results import lines
from labelcore.stages.people import Invitation, PersonChange, PersonRow, TokenMade


@lines("people list")
def everybody(rows: list[PersonRow]) -> Iterator[str]:
    if not rows:
        yield "Nobody yet. `labelcore people invite NAME --role admin --everywhere` makes the first."
    for row in rows:
        here = row.role or (f"{row.everywhere} everywhere" if row.everywhere else "nothing here")
        state = "signs in" if row.can_sign_in else "invited" if row.invited_until else "cannot sign in"
        mail = f" · {row.email}" if row.email else ""
        yield f"{row.name}: {here} · {state} · {row.sessions} browsers{mail}"


@lines("people invite", "people reset")
def invitation(made: Invitation) -> Iterator[str]:
    if made.expires_at is None:
        yield f"{made.name} signs in already, and is {made.role} now."
        return
    until = f"{made.expires_at:%d %b}"
    yield f"Send {made.name} this link, behind the app's address (good for once, until {until}):"
    yield made.path


@lines("people token")
def token(made: TokenMade) -> Iterator[str]:
    yield f"'{made.name}' may act as {made.role} until {made.expires_at:%d %b %Y}. Shown once:"
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
            return f"{made.name} is {made.role or 'nothing'} here now."
        case "rename" | "merge":
            return f"All of it is {made.name}'s now."
        case "remove":
            return f"They cannot sign in any more; their grades stay, under {made.name}."
        case "address":
            return f"{made.name} is written to at another address now."
        case "sign out":
            return f"{made.name} is signed out everywhere."
        case _:
            return f"The token '{made.name}' ended."
