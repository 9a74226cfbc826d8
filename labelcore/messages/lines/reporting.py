"""What reporting says: the verdict, the gate, slices, and comparisons of moments and versions."""

from collections.abc import Iterator, Sequence

from labelcore.messages import slicing
from labelcore.messages.catalogue import say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.trusting import reason_words
from labelcore.stages.reporting.checking import GateReport
from labelcore.stages.reporting.comparing import MomentComparison, VersionComparison
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stages.reporting.trust import Trust
from labelcore.stats.paired import Paired

_MARKS = {"holds": "ok", "below, not significantly": "?", "warns": "?", "fails": "FAIL"}


@lines("trust")
def trust(verdict: Trust) -> Iterator[str]:
    yield sentence(verdict.headline)
    yield from map(reason_words, verdict.reasons)
    yield sentence(verdict.enough)
    yield from sentences(verdict.rests_on)


@lines("check")
def check(gate: GateReport) -> Iterator[str]:
    return (f"{_MARKS[check.state]:>4}  {sentence(check.says)}" for check in gate.checks)


@lines("slices")
def slices(found: Sequence[SliceReport]) -> Iterator[str]:
    for sliced in found:
        yield from (slicing.slice_line(sliced.field, row) for row in sliced.rows)
        yield from (f"  {note}" for note in slicing.notes(sliced))
    if not found:
        yield say("No field has 2 to 30 values among the graded outputs.")


@lines("compare moments")
def moments(found: MomentComparison) -> Iterator[str]:
    for moved in found.figures:
        rates = {"before": rate_words(moved.before), "after": rate_words(moved.after)}
        yield say("{figure}: {before} then, {after} later.", figure=say(moved.name), **rates)
    yield from sentences(found.changes)


@lines("compare versions")
def versions(found: VersionComparison) -> Iterator[str]:
    yield say("{n} inputs.", n=found.pairs)
    yield from version_lines(found)


def version_lines(found: VersionComparison) -> Iterator[str]:
    """Two pipeline versions, by people and by the chosen set."""
    yield say("By people: {comparison}", comparison=_paired_words(found, found.by_people))
    if found.by_judges:
        yield say("By the chosen set: {comparison}", comparison=_paired_words(found, found.by_judges))


def _paired_words(found: VersionComparison, paired: Paired) -> str:
    rate = paired.difference
    if paired.n == 0:
        return say("not measurable: none of these inputs was decided for both versions.")
    if rate.value is None or rate.low is None or rate.high is None:
        return say("not measurable: {why}.", why=say(rate.why_not or ""))
    figures = {
        "second": found.second,
        "first": found.first,
        "points": f"{abs(rate.value) * 100:.0f}",
        "low": f"{rate.low * 100:+.0f}",
        "high": f"{rate.high * 100:+.0f}",
        "n": paired.n,
        "verdict": say(paired.says),
    }
    if rate.value < 0:
        return say(
            "{second} passes {points} points fewer than {first} ({low} to {high}, n = {n}): {verdict}.",
            **figures,
        )
    return say(
        "{second} passes {points} points more than {first} ({low} to {high}, n = {n}): {verdict}.", **figures
    )
