"""What reporting says: the verdict, the gate, slices, and comparisons of moments and versions."""

from collections.abc import Iterator, Sequence

from labelcore.messages import slicing
from labelcore.messages.catalogue import counted, paragraph, say
from labelcore.messages.digest import digest_lines, digest_page, digest_title
from labelcore.messages.figures import points_words, rate_words
from labelcore.messages.lines.assigning import waiting_words
from labelcore.messages.report import sealed_fails_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.trusting import action_words, answer_words, reason_words
from labelcore.messages.versions import version_lines
from labelcore.models import OVERALL
from labelcore.stages.reporting.checking import GateReport
from labelcore.stages.reporting.comparing import MomentComparison, VersionComparison
from labelcore.stages.reporting.digest import Digest, Reminder
from labelcore.stages.reporting.effort import Effort, GradingDifference, NoteEffect, PersonProgress
from labelcore.stages.reporting.failing import Failures
from labelcore.stages.reporting.reasons import Action
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stages.reporting.trend import Trend
from labelcore.stages.reporting.trust import Trust
from labelcore.stats.rate import Rate

_MARKS = {"holds": "ok", "below, not significantly": "?", "warns": "?", "fails": "FAIL"}


_COMMANDS = {
    "import": "labelcore import FILE --preview",
    "draw": "labelcore sample --rule mixture --n {n}",
    "grade": "labelcore serve",
    "second person": "labelcore team rules --per-output 2",
    "settle": "labelcore team conflicts",
    "derive": "labelcore derive",
    "propose": "labelcore judge propose",
    "run": "labelcore judge run",
    "remake": "labelcore judge refresh",
    "choose": "labelcore choose",
    "refine": "labelcore refine court",
    "look again": "labelcore align --split test",
    "fresh test": "labelcore splits renew --why REASON",
    "sharpen": "labelcore criteria lint",
    "share": "labelcore report --out report.html",
}


@lines("trust")
def trust(verdict: Trust) -> Iterator[str]:
    headline = sentence(verdict.headline)
    measurable = verdict.rate.value is not None
    yield (
        say("{answer}. {headline}", answer=answer_words(verdict.answer), headline=headline)
        if measurable
        else headline
    )
    yield from map(reason_words, verdict.reasons)
    yield say(
        "Next: {step} (`{command}`).", step=action_words(verdict.action), command=command(verdict.action)
    )
    yield say("How this was measured:")
    yield say("The figure: {method}.", method=sentence(verdict.method))
    yield from map(reason_words, verdict.others)
    yield from sentences(verdict.rests_on)
    yield sentence(verdict.enough)
    yield say("`labelcore align` gives every figure, `labelcore report` the whole as a file.")


def command(action: Action) -> str:
    """The command that does it."""
    return _COMMANDS[action.kind].format(n=action.n)


@lines("check")
def check(gate: GateReport) -> Iterator[str]:
    return (f"{_MARKS[check.state]:>4}  {sentence(check.says)}" for check in gate.checks)


@lines("slices")
def slices(reports: Sequence[SliceReport]) -> Iterator[str]:
    for sliced in reports:
        yield from (slicing.slice_line(sliced.field, row) for row in sliced.rows)
        yield from (f"  {note}" for note in slicing.notes(sliced))
    if not reports:
        yield say("No field has 2 to 30 values among the graded outputs.")


@lines("trend")
def trend(report: Trend) -> Iterator[str]:
    for point in report.points:
        yield say("{name}: {rate}.", name=slicing.point_words(point), rate=rate_words(point.rate))
    if not report.points:
        yield say("It is too early to say: no output has been passed or failed.")


@lines("failures")
def failures(report: Failures) -> Iterator[str]:
    for row in report.rows:
        yield say(
            "{criterion}: {rate}, {n} outputs.",
            criterion=say(row.criterion),
            rate=rate_words(row.share),
            n=row.outputs,
        )
    yield say("{n} of {fails} failed outputs fit no criterion yet.", n=report.unexplained, fails=report.fails)
    if report.sealed:
        yield sealed_fails_words(report.sealed)


@lines("progress")
def progress(report: PersonProgress) -> Iterator[str]:
    yield graded_words(report)
    yield from next_words(report)
    yield " · ".join(f"{person} {n}" for person, n in report.team)
    yield from effort_lines(report)


@lines("team digest")
def digest(report: Digest) -> Iterator[str]:
    yield digest_title(report)
    yield from digest_lines(report)
    if report.out:
        yield say("Wrote {out}.", out=report.out)


@content("team digest")
def digest_file(report: Digest) -> bytes:
    return digest_page(report).encode()


@lines("notices remind")
def reminded(rows: Sequence[Reminder]) -> Iterator[str]:
    did = {"told": say("told"), "already": say("told today already")}
    for row in rows:
        work = say("{left:,} left; {did}", left=row.left, did=did[row.did]) if row.left else ""
        yield say("{name}: {told}", name=row.person, told=work or say("nothing left"))
    if not rows:
        yield say("Nobody is asked for anything: `labelcore team assign` asks people.")


def graded_words(report: PersonProgress) -> str:
    """How much a person has graded, and how much is left."""
    if not report.graded:
        return say("You have graded nothing yet. {left:,} left.", left=report.left)
    return say(
        "You graded {graded:,}: {passes:,} passed, {fails:,} failed, {unsure:,} unsure; "
        "{notes:,} with a note. {left:,} left.",
        **report.model_dump(include={"graded", "passes", "fails", "unsure", "notes", "left"}),
    )


def next_words(report: PersonProgress) -> Iterator[str]:
    """What was skipped and comes back; or why there is nothing to grade now, and what to do."""
    if report.waiting:
        says, next_step = waiting_words(report.waiting)
        yield say("{says}. {next_step}", says=says.removesuffix("."), next_step=next_step)
    elif report.skipped:
        yield counted(
            "1 that you skipped comes back at the end.",
            "{n:,} that you skipped come back at the end.",
            n=report.skipped,
        )


@lines("compare moments")
def moments(report: MomentComparison) -> Iterator[str]:
    for moved in report.figures:
        yield say("{figure}: {before} then, {after} later.", moved, figure=say(moved.name))
    yield from sentences(report.changes)


@lines("compare versions")
def versions(report: VersionComparison) -> Iterator[str]:
    yield say("{n} inputs.", n=report.pairs)
    yield from version_lines(report)


def thanks_words(effort: Effort) -> str:
    """Thanks at a milestone, and how far the next one is; "" where there is none."""
    if not effort.milestone:
        return ""
    thanks = say("Thank you: {n:,} outputs and more.", n=effort.milestone)
    if not effort.coming:
        return thanks
    return thanks + say(" {n:,} to go until the next mark.", n=effort.coming)


def effect_words(effect: NoteEffect) -> str:
    """Which criterion a person's notes stand behind, and what that catches now."""
    name = say(effect.criterion)
    rests = (
        say("Your note is part of what the criterion “{name}” rests on.", name=name)
        if effect.notes == 1
        else say(
            "{n} of your notes are part of what the criterion “{name}” rests on.", n=effect.notes, name=name
        )
    )
    rulings = counted(
        "1 ruling on it settled an output that you graded.",
        "{n} rulings on it settled outputs that you graded.",
        n=effect.rulings,
    )
    return paragraph(rests, _caught_words(effect.caught), rulings if effect.rulings else "")


def _caught_words(caught: int | None) -> str:
    if caught is None:
        return say("No judge in use checks it yet.")
    return counted("Its judge now finds 1 output.", "Its judge now finds {n:,} outputs.", n=caught)


def steady_words(progress: PersonProgress) -> str:
    """How steady a person is."""
    rate = progress.steadiness
    return say(
        "Whether you give the same grade again is not measurable yet: {why}."
        if rate.value is None
        else "On outputs shown again without notice, you gave the same grade: {rate}.",
        **_rate_or_why(rate),
    )


def _rate_or_why(rate: Rate) -> dict[str, str]:
    return {"rate": rate_words(rate), "why": say(rate.why_not or "")}


def difference_words(difference: GradingDifference) -> str:
    """By how much a person is stricter than others on one subject, and what that may mean."""
    name = say("As a whole") if difference.criterion == OVERALL else say(difference.criterion)
    rate = difference.stricter
    if rate.value is None or rate.low is None or rate.high is None:
        return say("{name}: not measurable yet, because {why}.", name=name, why=say(rate.why_not or ""))
    figures = {**points_words(rate), "name": name, "n": rate.n, "why": sentence(difference.says)}
    if rate.value < 0:
        return say(
            "{name}: you fail {points} points fewer than the others ({low} to {high}, n = {n}). {why}",
            **figures,
        )
    return say(
        "{name}: you fail {points} points more than the others ({low} to {high}, n = {n}). {why}", **figures
    )


def settled_words(effort: Effort) -> str:
    """How often a ruling went the person's way."""
    rate = effort.settled
    return say(
        "How often a ruling went your way is not measurable yet: {why}."
        if rate.value is None
        else "Where you and others differed and the lead settled it, it went your way: {rate}.",
        **_rate_or_why(rate),
    )


def effort_lines(progress: PersonProgress) -> Iterator[str]:
    """All of it, a line each."""
    effort = progress.effort
    if words := thanks_words(effort):
        yield words
    yield from map(effect_words, effort.effects)
    yield steady_words(progress)
    yield from map(difference_words, effort.differences)
    yield settled_words(effort)
