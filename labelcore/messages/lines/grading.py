"""What grading says: acts and their undoing, the team's figures, the splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from labelcore.messages.card import pack_page
from labelcore.messages.figures import alpha_words, rate_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.models import Comparison, Grade, GradingRules, Ruling
from labelcore.stages import grading
from labelcore.stages.finding import find_criterion
from labelcore.stats.agreement import Agreement
from labelcore.workspace import Workspace

_SHOWN = 20
"""Pairs of people that are named; the JSON has all."""
_NAMED = 8
"""People whose grades of an output are named person by person."""


@lines("grade")
def graded(_workspace: Workspace, event: Grade) -> Iterator[str]:
    """What was stored."""
    yield f"Saved: {event.value} on {event.output_id}."


@lines("undo")
def taken_back(_workspace: Workspace, found: grading.TakenBack) -> Iterator[str]:
    """What counts no more."""
    yield f"Took back {found.undone}."


@lines("team rules")
def rules(_workspace: Workspace, settled: GradingRules) -> Iterator[str]:
    """How outputs are handed out, what people are asked, and until when."""
    people = settled.per_output
    each = f"{people} people grade each output" if people else "Everybody grades everything"
    yield (
        f"{each}; a reservation lasts {settled.reserve_minutes:g} minutes; "
        f"{settled.repeat_share:.0%} come back unannounced; {len(settled.review)} outputs are in review."
    )
    if settled.scale:
        levels = ", ".join(f"{at} {name}" for at, name in enumerate(settled.scale, 1))
        yield f"Asked on a scale: {levels}; from {settled.passing_from} on an output passes."
    if settled.ask_criteria:
        yield "Each accepted criterion is asked too."
    if settled.ask_fields:
        yield "Each field of a JSON output is asked too."
    if settled.compare:
        yield f"{settled.compare[0]} and {settled.compare[1]} are compared blind."
    if settled.deadline:
        yield f"To be done by {settled.deadline}."


@lines("team prefer")
def preferred(_workspace: Workspace, event: Comparison) -> Iterator[str]:
    """The act that was stored."""
    yield f"Stored as {event.id}."


@lines("team preferences")
def preferences(_workspace: Workspace, found: grading.Preferences) -> Iterator[str]:
    """Which version is better, and whether the figure can be trusted."""
    yield sentence(found.says)
    yield (
        f"{found.compared} of {found.pairs} pairs are compared: {found.first_wins} for {found.first}, "
        f"{found.second_wins} for {found.second}, {found.ties} ties."
    )
    yield f"Decisions for the left side: {rate_words(found.left)}."
    yield f"Two people say the same of a pair: {rate_words(found.same)}."


@lines("team review")
def reviewed(_workspace: Workspace, found: grading.Review) -> Iterator[str]:
    """How many come first."""
    yield f"{len(found.review)} outputs come first now."


@lines("team agreement")
def agreement(_workspace: Workspace, found: grading.Together) -> Iterator[str]:
    """Overall, on the scale, for each criterion, and the pairs that agree least."""
    yield f"Overall: {alpha_words(found.overall)}"
    if found.levels:
        yield f"On the scale: {alpha_words(found.levels)}"
    for word, alpha in found.by_criterion.items():
        yield f"{word}: {alpha_words(alpha)}"
    for pair in sorted(found.pairs, key=lambda pair: _least_first(pair.agreement))[:_SHOWN]:
        yield (
            f"{pair.one} and {pair.other}: the same grade on {rate_words(pair.same)}; "
            f"{alpha_words(pair.agreement)}"
        )
    if (more := len(found.pairs) - _SHOWN) > 0:
        yield f"… and {more:,} pairs that agree better; --json has all of them."


def _least_first(alpha: Agreement) -> float:
    """What pairs are listed by: the least agreement first, what is not measurable last."""
    return 2.0 if alpha.alpha is None else alpha.alpha


@lines("team conflicts")
def conflicts(_workspace: Workspace, found: Sequence[grading.Conflict]) -> Iterator[str]:
    """One line for each output or criterion of it."""
    for conflict in found:
        on = f" on {conflict.criterion.name}" if conflict.criterion else ""
        ruling = conflict.ruling
        settled = f"; ruled {ruling.value} by {ruling.author}: {ruling.reason}" if ruling else ""
        yield f"{conflict.output.id}{on}: {_grades_words(conflict.grades)}{settled}"
    if not found:
        yield "Nobody disagrees."


def _grades_words(given: Sequence[Grade]) -> str:
    """Every person's grade and note; of many people how often each grade was given."""
    if len(given) > _NAMED:
        counts = Counter(grade.value for grade in given)
        return ", ".join(f"{number} {value}" for value, number in counts.most_common())
    return ", ".join(
        f"{grade.annotator} {grade.value}{f' ({grade.note})' if grade.note else ''}" for grade in given
    )


@lines("team rule")
def ruled(workspace: Workspace, ruling: Ruling) -> Iterator[str]:
    """What the output counts as from now on."""
    on = f" on {find_criterion(workspace, ruling.criterion_id).name}" if ruling.criterion_id else ""
    counts = "has no ruling" if ruling.value == "withdrawn" else f"counts as {ruling.value}"
    yield f"{ruling.output_id}{on} {counts} from now on."


@lines("team pack")
def packed(_workspace: Workspace, pack: grading.WrittenPack) -> Iterator[str]:
    """What it holds, and what to do with what comes back."""
    yield (
        f"{pack.out} holds {len(pack.outputs)} outputs for {pack.annotator}; merge what comes back with "
        "`labelcore team merge`."
    )


@content("team pack")
def pack_file(pack: grading.WrittenPack) -> bytes:
    """One HTML file."""
    return pack_page(pack.contents).encode()


@lines("team merge")
def merged(_workspace: Workspace, found: grading.Merged) -> Iterator[str]:
    """What came in, and what was refused and why."""
    yield (
        f"{found.merged} acts of {found.annotator} came in, {found.known} were known already, "
        f"{found.kept_online} gave way to later grades online, {len(found.refused)} were refused."
    )
    for act in found.refused[:10]:
        yield f"  {act['id']}: {act['reason']}"


@lines("team progress")
def progress(_workspace: Workspace, found: grading.TeamProgress) -> Iterator[str]:
    """One line for each person, then whether it is enough."""
    for person in found.people:
        yield (
            f"{person.annotator}: {person.graded} graded ({person.passes} pass, {person.fails} fail, "
            f"{person.unsure} unsure), {person.notes} notes; with others {rate_words(person.with_others)}; "
            f"steadiness {rate_words(person.steadiness)}"
        )
    yield from sentences((found.saturation.says, found.anchoring.says))
    yield from sentences(need.says for need in found.budget)


@lines("splits show", "splits limit", "splits renew")
def splits(_workspace: Workspace, report: grading.SplitReport) -> Iterator[str]:
    """How big they are, how the sealed test stands, what to do, and who looked."""
    for size in report.sizes:
        yield (
            f"{size.split}: {size.graded:,} of {size.outputs:,} outputs graded, {size.fails:,} failed "
            f"({size.groups:,} sources)."
        )
    state = "spent" if report.spent else "sealed" if report.sealed else "not sealed yet"
    yield f"The test is {state}: {report.looks} of {report.limit} looks used."
    yield report.advice
    for opening in report.openings:
        which = f", test {opening.round + 1}" if report.round else ""
        yield f"  {opening.at:%Y-%m-%d %H:%M} {opening.author or 'somebody'} ({opening.purpose}{which})"
