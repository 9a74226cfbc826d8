"""What a trial of a prompt and a move to another model show."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, judge_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.running import again_words, kind_word
from labelcore.messages.telling import sentence
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.migration import Migration, ModelSide
from labelcore.stages.refining.trials import WHATS, Attempt, ModelWork, Trial, What
from labelcore.stats.changes import Change
from labelcore.stats.rate import Rate

_LISTED = 5
_REASON = 160


@lines("judge prompt try", "judge limit try")
def trial(found: Trial) -> Iterator[str]:
    yield sentence(found.says)
    if found.attempts:
        yield from _compared(found)
    yield from spent(found)


def _compared(found: Trial) -> Iterator[str]:
    yield say(
        "Tried on {n:,} of {pool:,} graded outputs of train and dev.", n=len(found.attempts), pool=found.pool
    )
    yield from changes(found.change)
    for what in WHATS[:-1]:
        yield from _attempts(what, found.of(what))
    if found.left.n:
        yield say("Not tried: {n:,} graded outputs; --limit tries more.", n=found.left.n)
    if told := sentence(found.looks.says):
        yield told


@lines("judge prompt looks")
def looks(found: DevLooks) -> Iterator[str]:
    yield sentence(found.says) or say("Versions were compared on dev {n} times.", n=found.looks)


@lines("migrate judge")
def migration(found: Migration) -> Iterator[str]:
    yield advice_words(found)
    yield flips_words(found)
    for loss in found.loss:
        yield sentence(loss)
    yield from move_figures(found)
    if found.picks:
        yield (
            counted(
                "Grade this output first; that is expected to settle it: {ids}",
                "Grade these {n:,} outputs first; that is expected to settle it: {ids}",
                n=len(found.picks),
                ids=" ".join(pick.output_id for pick in found.picks[:_LISTED])
                + (" …" if found.picks[_LISTED:] else ""),
            )
            if found.settles
            else unsettled_words()
        )
    if found.repair:
        yield sentence(found.repair.says)
    if told := sentence(found.looks.says):
        yield told
    if found.kept:
        yield kept_words(found.kept)
    elif found.unkept:
        yield sentence(found.unkept)
    yield from spent(found)


def flips_words(found: Migration) -> str:
    """On how many outputs the models differ."""
    return counted(
        "Of {outputs:,} outputs that both decided, {n} flips.",
        "Of {outputs:,} outputs that both decided, {n} flip.",
        n=len(found.flips),
        outputs=found.n,
    )


def move_figures(found: Migration) -> Iterator[str]:
    """Both rates of both models, what changes, and what each costs and takes."""
    graded = found.change.passes + found.change.fails
    if graded < found.n:
        yield say(
            "Rates and changes of all {n:,} outputs, estimated from the {graded:,} graded ones:",
            n=found.n,
            graded=graded,
        )
    yield from changes(found.change)
    for side in (found.present, found.new):
        yield from _side(side)


def unsettled_words() -> str:
    """Where no grades of these outputs would settle a move."""
    return say("Not even grades of all these outputs would settle it: judge more of them.")


def kept_words(kept: KeptVersion) -> str:
    """That a version is stored, and which one is in use."""
    stays = say("it is in use") if kept.in_use else say("the present one stays in use")
    return say("Stored as version {version}; {stays}.", version=kept.version, stays=stays)


def advice_words(found: Migration) -> str:
    """What to do, in a sentence."""
    told = {"model": found.new.model, "judge": judge_words(found.judge)}
    return {
        "switch": say("Switch: {model} may decide for {judge}.", **told),
        "stay": say("Stay: with {model} {judge} decides worse.", **told),
        "grade first": say("Grade first: whether {model} may decide for {judge} cannot be told yet.", **told),
    }[found.advice]


def changes(found: Change) -> Iterator[str]:
    """Both rates of both versions, what changes, and where they abstain."""
    for name, before, after, change in (
        (say("Good ones it passes (TPR)"), found.present.tpr, found.new.tpr, found.tpr),
        (say("Bad ones it catches (TNR)"), found.present.tnr, found.new.tnr, found.tnr),
    ):
        yield say(
            "  {name}: {before} → {after}; change {change}",
            name=name,
            before=rate_words(before),
            after=rate_words(after),
            change=change_words(change),
        )
    if told := sentence(found.abstains):
        yield f"  {told}"


def change_words(change: Rate) -> str:
    """``+6 points (95 % between +1 and +12)``, or why it is not known."""
    if change.value is None:
        return rate_words(change)
    if change.low is None or change.high is None:
        return say("{value:+.0f} points ({why})", value=100 * change.value, why=say(change.why_not or ""))
    return say(
        "{value:+.0f} points (95% between {low:+.0f} and {high:+.0f})",
        value=100 * change.value,
        low=100 * change.low,
        high=100 * change.high,
    )


def what_words(what: What) -> str:
    """What became of an output."""
    return {
        "mended": say("mended"),
        "broken": say("broken"),
        "still wrong": say("still wrong"),
        "still right": say("still right"),
    }[what]


def _attempts(what: What, attempts: Sequence[Attempt]) -> Iterator[str]:
    yield say("{what}: {n:,}", what=what_words(what), n=len(attempts))
    for attempt in attempts[:_LISTED]:
        grade = say("passed") if attempt.human_pass else say("failed")
        yield say(
            "  {output}: people {grade} it; before: {before}; now: {after}",
            output=attempt.external_id or attempt.output_id,
            grade=grade,
            before=_short(attempt.present.reason),
            after=_short(attempt.new.reason),
        )
        if attempt.notes:
            yield say("    note: {note}", note=_short(attempt.notes[0]))
    if len(attempts) > _LISTED:
        yield say("  and {n:,} more; --json lists all.", n=len(attempts) - _LISTED)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON else f"{line[:_REASON]}…"


def _side(side: ModelSide) -> Iterator[str]:
    cost = (
        say("price not known")
        if not side.cost_per_thousand
        else say("US$ {cost_per_thousand:,.2f}", cost_per_thousand=side.cost_per_thousand)
    )
    latency = (
        say("time not known")
        if side.latency_ms is None
        else say("{latency_ms:,.0f} ms", latency_ms=side.latency_ms)
    )
    yield say(
        "  {model}: {cost} for 1,000 verdicts, {latency} each", model=side.model, cost=cost, latency=latency
    )
    if told := sentence(side.renamed):
        yield told


def spent(found: ModelWork) -> Iterator[str]:
    """What it cost, and what went wrong."""
    yield say("Paid now: US$ {cost:.4f} for {n:,} calls.", cost=found.cost_usd, n=found.requests)
    yield from troubles(found)


def troubles(found: ModelWork) -> Iterator[str]:
    """What went wrong, each once: why outputs have no decision, what stopped it, what was asked again."""
    for kind, reason in found.troubles.items():
        if reason not in found.message:
            yield f"{kind_word(kind)}: {reason}"
    if found.message or found.state == "stopped":
        yield found.message or say("It was stopped before its end.")
    yield from again_words(found.asked_again)
