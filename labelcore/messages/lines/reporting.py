"""What reporting says: the verdict, the gate, slices, and comparisons of moments and versions."""

from collections.abc import Iterator, Sequence

from labelcore.messages import slicing
from labelcore.messages.catalogue import counted, say
from labelcore.messages.digest import digest_lines, digest_page, digest_title
from labelcore.messages.effort import effort_lines
from labelcore.messages.figures import rate_words
from labelcore.messages.report import sealed_fails_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.trusting import action_words, answer_words, reason_words
from labelcore.messages.versions import version_lines
from labelcore.messages.waiting import waiting_words
from labelcore.stages.reporting.checking import GateReport
from labelcore.stages.reporting.comparing import MomentComparison, VersionComparison
from labelcore.stages.reporting.digest import Digest
from labelcore.stages.reporting.failing import Failures
from labelcore.stages.reporting.person import PersonProgress
from labelcore.stages.reporting.reasons import Action
from labelcore.stages.reporting.reminding import Reminder
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stages.reporting.trend import Trend
from labelcore.stages.reporting.trust import Trust

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
    known = verdict.rate.value is not None
    yield (
        say("{answer}. {headline}", answer=answer_words(verdict.answer), headline=headline)
        if known
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
def slices(found: Sequence[SliceReport]) -> Iterator[str]:
    for sliced in found:
        yield from (slicing.slice_line(sliced.field, row) for row in sliced.rows)
        yield from (f"  {note}" for note in slicing.notes(sliced))
    if not found:
        yield say("No field has 2 to 30 values among the graded outputs.")


@lines("trend")
def trend(found: Trend) -> Iterator[str]:
    for point in found.points:
        yield say("{name}: {rate}.", name=slicing.point_words(point), rate=rate_words(point.rate))
    if not found.points:
        yield say("It is too early to say: no output has been passed or failed.")


@lines("failures")
def failures(found: Failures) -> Iterator[str]:
    for row in found.rows:
        yield say(
            "{criterion}: {rate}, {n} outputs.",
            criterion=say(row.criterion),
            rate=rate_words(row.share),
            n=row.outputs,
        )
    yield say("{n} of {fails} failed outputs fit no criterion yet.", n=found.unexplained, fails=found.fails)
    if found.sealed:
        yield sealed_fails_words(found.sealed)


@lines("progress")
def progress(found: PersonProgress) -> Iterator[str]:
    yield graded_words(found)
    yield from next_words(found)
    yield " · ".join(f"{person} {n}" for person, n in found.team)
    yield from effort_lines(found)


@lines("team digest")
def digest(found: Digest) -> Iterator[str]:
    yield digest_title(found)
    yield from digest_lines(found)
    if found.out:
        yield say("Wrote {out}.", out=found.out)


@content("team digest")
def digest_file(found: Digest) -> bytes:
    return digest_page(found).encode()


@lines("notices remind")
def reminded(rows: Sequence[Reminder]) -> Iterator[str]:
    did = {"told": say("told"), "already": say("told today already")}
    for row in rows:
        left = say("{left:,} left; {did}", left=row.left, did=did[row.did]) if row.left else ""
        yield say("{name}: {told}", name=row.person, told=left or say("nothing left"))
    if not rows:
        yield say("Nobody is asked for anything: `labelcore team assign` asks people.")


def graded_words(found: PersonProgress) -> str:
    """How much a person has graded, and how much is left."""
    if not found.graded:
        return say("You have graded nothing yet. {left:,} left.", left=found.left)
    return say(
        "You graded {graded:,}: {passes:,} passed, {fails:,} failed, {unsure:,} unsure; "
        "{notes:,} with a note. {left:,} left.",
        **found.model_dump(include={"graded", "passes", "fails", "unsure", "notes", "left"}),
    )


def next_words(found: PersonProgress) -> Iterator[str]:
    """What was skipped and comes back; or why there is nothing to grade now, and what to do."""
    if found.waiting:
        says, next_step = waiting_words(found.waiting)
        yield say("{says}. {next_step}", says=says.removesuffix("."), next_step=next_step)
    elif found.skipped:
        yield counted(
            "1 that you skipped comes back at the end.",
            "{n:,} that you skipped come back at the end.",
            n=found.skipped,
        )


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
