"""Two pipeline versions on the same input: which answer is better, blind, sides shuffled, ties allowed.

The order of pairs is like chance, so what people have compared so far is a random sample of all. The share
of "left" is reported: a habit of the hand shows there.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Comparison, Fact, Frozen, Output, Preference, Project, Role, fact, new_id
from labelcore.operations import Effect, Metavar, operation
from labelcore.stages import projects
from labelcore.stages.grading.mixing import training_of
from labelcore.stages.grading.queueing import Wait, hand_out
from labelcore.stats.rate import Rate, proportion
from labelcore.store import comparisons, outputs as output_table, projects as project_table, queues
from labelcore.workspace import Workspace

_TURNED: dict[Preference, Preference] = {"first": "second", "second": "first"}


class PairItem(Frozen):
    """Two outputs to compare as they stand on the screen, and their pair in the versions' order."""

    pair: str
    left: Output
    right: Output
    position: int
    reason: str = "two versions on the same input"


class PairQueue(Frozen):
    """What a person compares next, and how many of how many pairs are done."""

    items: tuple[PairItem, ...]
    done: int
    total: int
    waiting: Wait | None = None


class Preferences(Frozen):
    """Which version people prefer. A pair counts once: as most of its people see it, else as a tie.

    ``second_better``: among pairs that are no tie. ``left``: the share of decisions for the left side.
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
    """The next pairs for this person; BadInput where the project's rules name no two versions."""
    pool = queues.pairs(workspace.db, workspace.project.id, _versions(workspace.project))
    if training := training_of(workspace):
        return PairQueue(items=(), done=0, total=0, waiting=Wait(kind="training", n=len(training.left)))
    rules = workspace.project.rules.model_copy(update={"review": ()})
    handed = hand_out(workspace, pool, rules, ahead)
    outputs = output_table.many(
        workspace.db, [output_id for pair, _, _ in handed.places for output_id in pair.split("~")]
    )
    items = []
    for pair, _, at in handed.places:
        sides = [outputs[output_id] for output_id in pair.split("~")]
        left, right = sides if first_is_left(workspace.person, pair) else reversed(sides)
        items.append(PairItem(pair=pair, left=left, right=right, position=at))
    return PairQueue(
        items=tuple(items), done=handed.done, total=handed.done + handed.left, waiting=handed.waiting
    )


def _versions(project: Project) -> tuple[str, str]:
    compare = project.rules.compare
    if compare is None:
        raise BadInput(
            "This project compares no versions.",
            next_step="Name two: labelcore team rules --compare FIRST --compare SECOND",
        )
    return compare


def compared_versions(workspace: Workspace) -> tuple[str, str] | None:
    """The two that are compared, else the last two that were, where people compared any."""
    project = workspace.project
    if project.rules.compare or not comparisons.happened(workspace.db, project.id):
        return project.rules.compare
    return project_table.last_compared(workspace.db, project.id)


def first_is_left(annotator: str, pair: str) -> bool:
    """Whether the first version stands on the left: drawn like chance, the same at every visit."""
    return hashlib.sha256(f"{annotator}\x1e{pair}".encode()).digest()[0] % 2 == 0


@operation(role=Role.EXPERT, effect=Effect.ONE_APPEND)
def compare(workspace: Workspace, events: Sequence[Comparison]) -> list[str]:
    """Store comparisons. Returns the ids that are stored durably now.

    Raises:
        BadInput: an event has no name, belongs elsewhere, or takes back an act of another person or project.
        NotFound: one of the two outputs does not exist.
    """
    pool = queues.pairs(workspace.db, workspace.project.id, _versions(workspace.project))
    ids = sorted({output_id for event in events for output_id in (event.first_id, event.second_id)})
    ids_here = output_table.existing(workspace.db, ids, workspace.project.id)
    taken_back = [str(event.supersedes) for event in events if event.value == "undone"]
    authors = comparisons.stored(workspace.db, taken_back) if taken_back else {}
    for event in events:
        if event.project_id != workspace.project.id or not event.annotator.strip():
            raise BadInput("A comparison needs its project and the name of who makes it.")
        if missing := {event.first_id, event.second_id} - set(ids_here):
            raise NotFound(
                "There is no output '{missing}'.", next_step="Check the ids.", missing=min(missing)
            )
        if event.pair not in pool.at and event.value != "undone":
            raise BadInput("These two outputs are no pair of the compared versions on the same input.")
        theirs = (event.annotator, event.project_id)
        if authors.get(str(event.supersedes), theirs) != theirs:
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
    pair = [projects.find_output(workspace, word).id for word in (first, second)]
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
    first, second = compared_versions(workspace) or _versions(workspace.project)
    pool = queues.pairs(workspace.db, workspace.project.id, (first, second))
    ballots: dict[str, list[Comparison]] = defaultdict(list)
    for event in comparisons.current(workspace.db, workspace.project.id):
        if event.value != "skipped" and event.pair in pool.at:
            ballots[event.pair].append(event)
    counts = [Counter(vote.value for vote in votes) for votes in ballots.values()]
    first_wins = sum(count["first"] > count["second"] for count in counts)
    second_wins = sum(count["first"] < count["second"] for count in counts)
    ties = len(counts) - first_wins - second_wins
    # Without a screen there is no left: such acts do not count here.
    sided = [vote for votes in ballots.values() for vote in votes if vote.value != "tie" and vote.left_id]
    left = sum((vote.value == "first") == (vote.left_id == vote.first_id) for vote in sided)
    pairs = [pair for votes in ballots.values() for pair in itertools.combinations(votes, 2)]
    same = sum(vote.value == other.value for vote, other in pairs)
    better = proportion(second_wins, first_wins + second_wins, what="pairs that are no tie")
    return Preferences(
        first=first,
        second=second,
        pairs=len(pool.places),
        compared=len(ballots),
        first_wins=first_wins,
        second_wins=second_wins,
        ties=ties,
        second_better=better,
        left=proportion(left, len(sided), what="decisions for a side"),
        same=proportion(same, len(pairs), what="pairs that two people compared"),
        says=_preferred(first, second, better, ties),
    )


def _preferred(first: str, second: str, better: Rate, ties: int) -> Fact:
    if better.value is None or better.low is None or better.high is None:
        return fact("preference_unknown", why=better.why_not)
    figures = {"share": better.value, "low": better.low, "high": better.high, "n": better.n, "ties": ties}
    share = fact("preferred_in", first=first, second=second, **figures)
    if better.low > 0.5 or better.high < 0.5:
        return fact("preferred", share=share, version=second if better.low > 0.5 else first)
    return fact("none_preferred", share=share)
