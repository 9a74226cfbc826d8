"""Two pipeline versions on the same input: which answer is better, blind, sides shuffled, ties allowed.

Every pair of outputs on the same input is one item. The order of pairs is like chance, so whatever
people have compared so far is a random sample of all pairs. Which version stands on the left is
drawn for each person and pair, and the share of "left" is reported: a habit of the hand shows there.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Comparison, Fact, Frozen, Output, Preference, Project, Role, fact, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.grading.queueing import hand_out
from labelcore.stats.rate import Rate, proportion
from labelcore.store import comparisons, queues
from labelcore.store import outputs as output_table
from labelcore.store.live import live
from labelcore.workspace import Workspace

_REASON = "two versions on the same input"
_TURNED: dict[Preference, Preference] = {"first": "second", "second": "first"}


class PairItem(Frozen):
    """Two outputs to compare as they stand on the screen, and their pair in the versions' order."""

    pair: str
    left: Output
    right: Output
    position: int
    reason: str = _REASON


class PairQueue(Frozen):
    """What a person compares next, and how many of how many pairs are done."""

    items: tuple[PairItem, ...]
    done: int
    total: int


class Preferences(Frozen):
    """Which version people prefer. A pair counts once: as most of its people see it, else as a tie.

    ``second_better``: among pairs that are no tie, the share whose second version is better.
    ``left``: the share of decisions for the left side, one half where sides do not matter.
    ``same``: the share of two people's decisions on a pair that are equal.
    """

    first: str
    second: str
    pairs: int
    compared: int
    first_wins: int
    second_wins: int
    ties: int
    second_better: Rate
    left: Rate
    same: Rate
    says: Fact


def comparing_queue(workspace: Workspace, *, ahead: int = 10) -> PairQueue:
    """The next pairs for this person; () where the project compares nothing.

    Raises:
        BadInput: the project's rules name no two versions.
    """
    pool = queues.pairs(workspace.db, workspace.project.id, _versions(workspace.project))
    rules = workspace.project.rules.model_copy(update={"review": ()})
    places = hand_out(workspace, pool, rules, ahead)
    found = output_table.many(
        workspace.db, [output_id for pair, _, _ in places for output_id in pair.split("~")]
    )
    items = [_item(workspace.person, pair, at, found) for pair, _, at in places]
    mine = live(workspace.db, workspace.project.id).graded(workspace.person)
    return PairQueue(
        items=tuple(items), done=sum(shown in pool.at for shown in list(mine)), total=len(pool.places)
    )


def _versions(project: Project) -> tuple[str, str]:
    compare = project.rules.compare
    if compare is None:
        raise BadInput(
            "This project compares no versions.",
            next_step="Name two: labelcore team rules --compare FIRST --compare SECOND",
        )
    return compare


def _item(annotator: str, pair: str, position: int, found: dict[str, Output]) -> PairItem:
    first, second = (found[output_id] for output_id in pair.split("~"))
    left, right = (first, second) if first_is_left(annotator, pair) else (second, first)
    return PairItem(pair=pair, left=left, right=right, position=position)


def first_is_left(annotator: str, pair: str) -> bool:
    """Whether the first version stands on the left: drawn like chance, the same at every visit."""
    return hashlib.sha256(f"{annotator}\x1e{pair}".encode()).digest()[0] % 2 == 0


def compare(workspace: Workspace, events: Sequence[Comparison]) -> list[str]:
    """Store comparisons. Returns the ids that are stored durably now.

    Raises:
        BadInput: an event has no name, belongs elsewhere, or takes back another person's act.
        NotFound: one of the two outputs does not exist.
    """
    pool = queues.pairs(workspace.db, workspace.project.id, _versions(workspace.project))
    ids = sorted({output_id for event in events for output_id in (event.first_id, event.second_id)})
    known = output_table.existing(workspace.db, ids)
    taken_back = [str(event.supersedes) for event in events if event.value == "undone"]
    authors = comparisons.stored(workspace.db, taken_back) if taken_back else {}
    for event in events:
        if event.project_id != workspace.project.id or not event.annotator.strip():
            raise BadInput("A comparison needs its project and the name of who makes it.")
        if missing := {event.first_id, event.second_id} - set(known):
            raise NotFound(f"There is no output '{min(missing)}'.", next_step="Check the ids.")
        if event.pair not in pool.at and event.value != "undone":
            raise BadInput("These two outputs are no pair of the compared versions on the same input.")
        if authors.get(str(event.supersedes), event.annotator) != event.annotator:
            raise BadInput("Only its author can take a comparison back.")
    return comparisons.record(workspace.db, events)


@operation("team prefer", role=Role.EXPERT, effect=Effect.APPENDS)
def prefer(
    workspace: Workspace,
    first: str,
    second: str,
    value: Annotated[Literal["first", "second", "tie"], Metavar("first|second|tie")],
    *,
    note: Annotated[str, Field(description="Why.")] = "",
) -> Comparison:
    """Say which of two outputs on the same input is better.

    Raises:
        BadInput: nobody says it, or they are no pair of the compared versions.
        NotFound: there is no such output.
    """
    pair = [projects.known_output(workspace.db, word).id for word in (first, second)]
    pool = queues.pairs(workspace.db, workspace.project.id, _versions(workspace.project))
    preferred: Preference = value
    if "~".join(reversed(pair)) in pool.at:
        pair.reverse()
        preferred = _TURNED.get(value, value)
    event = Comparison(
        id=new_id("comparison"),
        project_id=workspace.project.id,
        first_id=pair[0],
        second_id=pair[1],
        annotator=workspace.person,
        value=preferred,
        note=note,
    )
    compare(workspace, [event])
    return event


@operation("team preferences", role=Role.MANAGER)
def preferences(workspace: Workspace) -> Preferences:
    """Say which of the two compared versions people prefer."""
    first, second = _versions(workspace.project)
    pool = queues.pairs(workspace.db, workspace.project.id, (first, second))
    ballots: dict[str, list[Comparison]] = defaultdict(list)
    for event in comparisons.current(workspace.db, workspace.project.id):
        if event.value != "skipped" and event.pair in pool.at:
            ballots[event.pair].append(event)
    outcomes = [_outcome(votes) for votes in ballots.values()]
    wins = {side: outcomes.count(side) for side in ("first", "second", "tie")}
    decided = wins["first"] + wins["second"]
    better = proportion(wins["second"], decided, what="pairs that are no tie")
    return Preferences(
        first=first,
        second=second,
        pairs=len(pool.places),
        compared=len(ballots),
        first_wins=wins["first"],
        second_wins=wins["second"],
        ties=wins["tie"],
        second_better=better,
        left=_left(ballots),
        same=_same(ballots),
        says=_preferred(first, second, better, wins["tie"]),
    )


def _outcome(ballots: Sequence[Comparison]) -> str:
    first = sum(vote.value == "first" for vote in ballots)
    second = sum(vote.value == "second" for vote in ballots)
    return "tie" if first == second else "first" if first > second else "second"


def _left(ballots: dict[str, list[Comparison]]) -> Rate:
    # Without a screen there is no left: such acts do not count here.
    decided = [vote for votes in ballots.values() for vote in votes if vote.value != "tie" and vote.left_id]
    left = sum((vote.value == "first") == (vote.left_id == vote.first_id) for vote in decided)
    return proportion(left, len(decided), what="decisions for a side")


def _same(ballots: dict[str, list[Comparison]]) -> Rate:
    same = total = 0
    for votes in ballots.values():
        for at, vote in enumerate(votes):
            total += len(votes) - at - 1
            same += sum(vote.value == other.value for other in votes[at + 1 :])
    return proportion(same, total, what="pairs that two people compared")


def _preferred(first: str, second: str, better: Rate, ties: int) -> Fact:
    if better.value is None or better.low is None or better.high is None:
        return fact("preference_unknown", why=better.why_not)
    figures = {"share": better.value, "low": better.low, "high": better.high, "n": better.n, "ties": ties}
    share = fact("preferred_in", first=first, second=second, **figures)
    if better.low > 0.5 or better.high < 0.5:
        return fact("preferred", share=share, version=second if better.low > 0.5 else first)
    return fact("none_preferred", share=share)
