"""The project's splits and its sealed test: who looked at it, when it is spent, how to grow another.

A test that was looked at often is no test any more: whoever changes something after each look fits
to it. So looks are counted. A look is a state of the figures that nobody had seen before: opening
the same figures again tells nothing new, and is logged for each person but not counted.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import Fact, Frozen, Role, SplitName, fact
from labelcore.operations import Effect, operation
from labelcore.stages import projects
from labelcore.stages.grading.labels import SEAL_FROM_FAILS, Labels, human_labels, sealed_splits
from labelcore.stats.splits import Splits
from labelcore.store import audit
from labelcore.store import grades as grade_table
from labelcore.store import outputs as output_table
from labelcore.store import splits as split_table
from labelcore.store.splits import Opening, Round
from labelcore.workspace import Workspace

_NAMES: tuple[SplitName, ...] = ("train", "dev", "test")


class SplitSize(Frozen):
    """What a split holds, in outputs; ``groups`` are its sources."""

    split: SplitName
    outputs: int
    groups: int
    graded: int
    passes: int
    fails: int


class SplitReport(Frozen):
    """The splits and the state of the sealed test.

    ``looks``: states of the figures that somebody has seen in this round of the test. ``spent``:
    they reached the limit. ``advice``: what to do next, in words.
    """

    sizes: tuple[SplitSize, ...]
    sealed: bool
    round: int
    looks: int
    limit: int
    spent: bool
    openings: tuple[Opening, ...]
    rounds: tuple[Round, ...]
    advice: Fact


def looks_at_test(workspace: Workspace) -> int:
    """How many states of the test's figures have been seen in this round."""
    return _looks(
        split_table.openings(workspace.db, workspace.project.id, "test"),
        split_table.dealt(workspace.db, workspace.project.id).round,
    )


def _looks(openings: Iterable[Opening], number: int) -> int:
    mine = [opening for opening in openings if opening.round == number]
    unknown = sum(not opening.state for opening in mine)  # logged before states were kept
    return unknown + len({opening.state for opening in mine if opening.state})


@operation("splits limit", role=Role.ENGINEER, effect=Effect.WRITES)
def set_looks_limit(workspace: Workspace, looks: Annotated[int, Field(ge=1, le=1_000)]) -> SplitReport:
    """Set how many looks make a test spent."""
    return split_report(
        workspace.with_project(projects.update_project(workspace, settings={"test_looks": looks}))
    )


def state_of_test(seen: Iterable[str]) -> str:
    """A hash of whatever decides the figures of the sealed test, in any order."""
    text = "\x1f".join(sorted(seen))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def open_test(workspace: Workspace, *, purpose: str, seen: Iterable[str]) -> int:
    """Log a look at the sealed test, and return how many different ones there were.

    ``seen``: whatever decides the figures (judge versions, grades), in any order.

    Raises:
        BadInput: nobody gives a name.
    """
    if not workspace.person.strip():
        raise BadInput(
            "The sealed test is opened by a named person.",
            next_step="Write your name in the app's menu, or give --author NAME.",
        )
    state = state_of_test(seen)
    number = split_table.dealt(workspace.db, workspace.project.id).round
    known = split_table.openings(workspace.db, workspace.project.id, "test")
    if not any(
        opening.author == workspace.person and opening.state == state and opening.round == number
        for opening in known
    ):
        opening = split_table.Opening(author=workspace.person, purpose=purpose, state=state, round=number)
        split_table.record_opening(workspace.db, workspace.project.id, "test", opening)
    return looks_at_test(workspace)


@operation("splits show", role=Role.MANAGER)
def split_report(workspace: Workspace) -> SplitReport:
    """Show how big the splits are, and who opened the sealed test; no figure of any judge."""
    labels = human_labels(workspace)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    openings = split_table.openings(workspace.db, workspace.project.id, "test")
    sealed = "test" in sealed_splits(workspace, labels)
    sizes = _sizes(output_table.groups(workspace.db, workspace.project.id), labels, dealt)
    looks, limit = _looks(openings, dealt.round), workspace.project.settings.test_looks
    return SplitReport(
        sizes=sizes,
        sealed=sealed,
        round=dealt.round,
        looks=looks,
        limit=limit,
        spent=sealed and looks >= limit,
        openings=tuple(openings),
        rounds=tuple(split_table.rounds(workspace.db, workspace.project.id)),
        advice=_advice(sizes[2], labels, looks, limit, sealed=sealed),
    )


def _sizes(groups: dict[str, str], labels: Labels, dealt: Splits) -> tuple[SplitSize, ...]:
    split_by_output = {output_id: dealt.of(group) for output_id, group in groups.items()}
    outputs = Counter(split_by_output.values())
    sources = Counter(dealt.of(group) for group in set(groups.values()))
    passes = Counter(
        split_by_output[output_id] for output_id in labels.passes if output_id in split_by_output
    )
    fails = Counter(split_by_output[output_id] for output_id in labels.fails if output_id in split_by_output)
    return tuple(
        SplitSize(
            split=name,
            outputs=outputs[name],
            groups=sources[name],
            graded=passes[name] + fails[name],
            passes=passes[name],
            fails=fails[name],
        )
        for name in _NAMES
    )


def _advice(test: SplitSize, labels: Labels, looks: int, limit: int, *, sealed: bool) -> Fact:
    if not sealed:
        return fact("seals_when", fails=SEAL_FROM_FAILS)
    if looks >= limit:
        return fact("give_test_up", looks=looks, limit=limit)
    if test.fails < SEAL_FROM_FAILS:
        share = len(labels.fails) / max(1, len(labels.value))
        more = round((SEAL_FROM_FAILS - test.fails) / (0.3 * share)) if share else 0
        code = "test_small" if share else "test_small_no_fails"
        return fact(code, graded=test.graded, fails=test.fails, more=more)
    return fact("looks_left", n=limit - looks)


@operation("splits renew", role=Role.ENGINEER, effect=Effect.WRITES, signed=True)
def renew_test(
    workspace: Workspace, *, why: Annotated[str, Field(description="Why the test is given up.")]
) -> SplitReport:
    """Give the sealed test up; what is graded from now on grows a fresh one.

    Whatever is graded now stays known: train and dev as they are, the old test becomes dev. Sources
    that nobody has graded are dealt anew, so the grades from now on fill the fresh test.

    Raises:
        BadInput: there is no sealed test, nobody gives a name, or there is no reason.
    """
    if "test" not in sealed_splits(workspace):
        raise BadInput("No test is sealed yet, so there is none to give up.", next_step="Grade on.")
    if not workspace.person.strip() or not why.strip():
        raise BadInput("Giving a test up needs a name and a reason.", next_step="Give --author and --why.")
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    touched = {grade.output_id for grade in grade_table.current(workspace.db, workspace.project.id)}
    graded = output_table.groups_of(workspace.db, sorted(touched))
    now_known: dict[str, SplitName] = {}
    for group in set(graded.values()) - set(dealt.settled):
        split = dealt.of(group)
        now_known[group] = "dev" if split == "test" else split
    begun = split_table.Round(number=dealt.round + 1, author=workspace.person, why=why)
    split_table.begin_round(workspace.db, workspace.project.id, begun, now_known)
    audit.note(
        workspace.db,
        workspace.project.id,
        workspace.person,
        "renew test",
        "test",
        why=why,
        round=dealt.round + 1,
    )
    return split_report(workspace)
