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
            "{name}: {here} · {state} · {sessions} browsers{mail}", row, here=here, state=state, mail=mail
        )


@lines("people invite", "people reset")
def invitation(link: Invitation) -> Iterator[str]:
    if link.expires_at is None:
        yield say("{name} signs in already, and is {role} now.", name=link.name, role=say(link.role or ""))
        return
    yield say(
        "Send {name} this link, behind the app's address (good for once, until {until:%d %b}):",
        name=link.name,
        until=link.expires_at,
    )
    yield link.path


@lines("people token")
def token(secret: TokenMade) -> Iterator[str]:
    yield say(
        "'{name}' may act as {role} until {expires_at:%d %b %Y}. Shown once:", secret, role=say(secret.role)
    )
    yield secret.token


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
def change(report: PersonChange) -> Iterator[str]:
    yield _change(report)


def _change(report: PersonChange) -> str:
    match report.did:
        case "role":
            if not report.role:
                return say("{name} has no role here now.", report)
            return say("{name} is {role} here now.", report, role=say(report.role))
        case "rename" | "merge":
            return say("All of it is {name}'s now.", name=report.name)
        case "remove":
            return say("They cannot sign in any more; their grades stay, under {name}.", name=report.name)
        case "address":
            return say("{name} is written to at another address now.", name=report.name)
        case "sign out":
            return say("{name} is signed out everywhere.", name=report.name)
        case _:
            return say("The token '{name}' ended.", name=report.name)
