"""What trials, tables of trials, searches for improvements and moves to other models show."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, judge_words, say
from labelcore.messages.figures import money_words, rate_words
from labelcore.messages.lines.refining.prompts import kind_words
from labelcore.messages.results import lines
from labelcore.messages.running import again_words, kind_word
from labelcore.messages.telling import sentence
from labelcore.stages.refining.candidates import QuestionPart
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.stages.refining.looks import DevLooks
from labelcore.stages.refining.matrix import Cell, Matrix, Recalled
from labelcore.stages.refining.migration import Migration, ModelSide
from labelcore.stages.refining.suggestions import ChangeSuggestion, Rejected, SuggestionKept, Suggestions
from labelcore.stages.refining.trials import WHATS, Attempt, ModelWork, Trial, What
from labelcore.stats.changes import Change
from labelcore.stats.rate import Rate
from labelcore.text.showing import clock, shortened

_LISTED = 5
_REASON = 160


@lines("judge prompt try", "judge limit try")
def trial(report: Trial) -> Iterator[str]:
    yield sentence(report.says)
    if report.attempts:
        yield from _compared(report)
        if report.untried:
            yield say("Not tried: {n:,} graded outputs; --limit tries more.", n=report.untried)
        if looks_words := sentence(report.looks.says):
            yield looks_words
    yield from spent(report)


def _compared(report: Trial) -> Iterator[str]:
    yield say("Tried on {n:,} of {pool:,} graded outputs of train and dev.", report, n=len(report.attempts))
    yield from changes(report.change)
    for what in WHATS[:-1]:
        yield from _attempts(what, report.of(what))
    yield say("{what}: {n:,}", what=what_words(WHATS[-1]), n=len(report.of(WHATS[-1])))


@lines("judge prompt looks")
def looks(report: DevLooks) -> Iterator[str]:
    yield sentence(report.says) or say("Versions were compared on dev {n} times.", n=report.looks)


@lines("migrate judge")
def migration(report: Migration) -> Iterator[str]:
    yield advice_words(report)
    yield flips_words(report)
    for loss in report.loss:
        yield sentence(loss)
    yield from move_figures(report)
    if not report.settles:
        yield unsettled_words(report)
    elif report.picks:
        yield counted(
            "Grade this output first; that is expected to settle it: {ids}",
            "Grade these {n:,} outputs first; that is expected to settle it: {ids}",
            n=len(report.picks),
            ids=" ".join(pick.output_id for pick in report.picks[:_LISTED])
            + (" …" if report.picks[_LISTED:] else ""),
        )
    if mending := sentence(report.mending):
        yield mending
    if looks_words := sentence(report.looks.says):
        yield looks_words
    if report.kept:
        yield kept_words(report.kept)
    elif report.unkept:
        yield sentence(report.unkept)
    yield from spent(report)


def flips_words(report: Migration) -> str:
    """On how many outputs the models differ."""
    return counted(
        "Of {outputs:,} outputs that both decided, {n} flips.",
        "Of {outputs:,} outputs that both decided, {n} flip.",
        n=len(report.flips),
        outputs=report.n,
    )


def move_figures(report: Migration) -> Iterator[str]:
    """Both rates of both models, what changes, and what each costs and takes where both decided anything."""
    n_graded = report.change.passes + report.change.fails
    if n_graded < report.n:
        yield say(
            "Rates and changes of all {n:,} outputs, estimated from the {graded:,} graded ones:",
            n=report.n,
            graded=n_graded,
        )
    yield from changes(report.change)
    for side in (report.present, report.new) if report.n else ():
        yield from _side(side)


def unsettled_words(report: Migration) -> str:
    """Where no grades of these outputs would settle a move."""
    if not report.n:
        return say("No output was decided by both models: there is nothing to compare yet.")
    return say("Not even grades of all these outputs would settle it: judge more of them.")


def kept_words(version: KeptVersion) -> str:
    """That a version is stored, and which one is in use."""
    stays = say("it is in use") if version.in_use else say("the present one stays in use")
    return say("Stored as version {version}; {stays}.", version=version.version, stays=stays)


def advice_words(report: Migration) -> str:
    """What to do, in a sentence."""
    values = {"model": report.new.model, "judge": judge_words(report.judge)}
    return {
        "switch": say("Switch: {model} may decide for {judge}.", **values),
        "stay": say("Stay: with {model} {judge} decides worse.", **values),
        "grade first": say(
            "Grade first: whether {model} may decide for {judge} cannot be told yet.", **values
        ),
    }[report.advice]


def changes(report: Change) -> Iterator[str]:
    """Both rates of both versions, what changes, and where they abstain."""
    for name, before, after, change in (
        (say("Good ones it passes (TPR)"), report.present.tpr, report.new.tpr, report.tpr),
        (say("Bad ones it catches (TNR)"), report.present.tnr, report.new.tnr, report.tnr),
    ):
        yield say(
            "  {name}: {before} → {after}; change {change}",
            name=name,
            before=rate_words(before),
            after=rate_words(after),
            change=change_words(change),
        )
    if abstaining := sentence(report.abstains):
        yield f"  {abstaining}"


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
            before=shortened(attempt.present.reason, _REASON),
            after=shortened(attempt.new.reason, _REASON),
        )
        if attempt.notes:
            yield say("    note: {note}", note=shortened(attempt.notes[0], _REASON))
    if len(attempts) > _LISTED:
        yield say("  and {n:,} more; --json lists all.", n=len(attempts) - _LISTED)


def _side(side: ModelSide) -> Iterator[str]:
    cost = price_words(side.cost_per_thousand)
    latency = (
        say("time not known")
        if side.latency_ms is None
        else say("{latency_ms:,.0f} ms", latency_ms=side.latency_ms)
    )
    yield say("  {model}: {cost} for 1,000 verdicts, {latency} each", side, cost=cost, latency=latency)
    if renaming := sentence(side.renamed):
        yield renaming


def spent(report: ModelWork) -> Iterator[str]:
    """What it cost, and what went wrong."""
    yield say("{n:,} calls now: {money}.", n=report.requests, money=money_words(report.cost_usd))
    yield from troubles(report)


def troubles(report: ModelWork) -> Iterator[str]:
    """What went wrong, each once: why outputs have no decision, what stopped it, what was asked again."""
    for kind, reason in report.troubles.items():
        told = {"n": report.undecided.get(kind, 0), "kind": kind_word(kind), "reason": say(reason)}
        yield say("{n:,} × {kind}: {reason}" if told["n"] else "{kind}: {reason}", **told)
    if report.message and not report.troubles:
        yield say(report.message)
    elif report.state == "stopped":
        yield say("It was stopped before its end.")
    yield from again_words(report.asked_again, report.troubles)


@lines("judge prompt matrix", "judge prompt tried")
def matrix(report: Matrix) -> Iterator[str]:
    if report.opened:
        yield from _opened(report.opened)
        return
    for at, cell in enumerate(report.cells):
        yield f"{'→' if at == report.chosen else ' '} {at + 1:>2}  {cell_words(cell)}"
    yield sentence(report.says)
    for fact in filter(None, (report.unpriced, report.looks.says)):
        yield sentence(fact)
    if report.recalled:
        yield recalled_words(report.recalled)
    else:
        yield say("It took {seconds:,.0f} s: {money}.", report, money=money_words(report.cost_usd))
    if report.tried:
        yield say(
            "`labelcore judge prompt tried JUDGE --row 2` shows the outputs of a row, and asks no model."
        )
    yield from troubles(report)


def _opened(cell: Cell) -> Iterator[str]:
    yield cell_words(cell)
    if cell.trial:
        yield from _compared(cell.trial)
        if n := cell.trial.untried:
            yield say(
                "Not tried: {n:,} graded outputs; `labelcore judge prompt matrix` tries more with --limit.",
                n=n,
            )
        if looks_words := sentence(cell.trial.looks.says):
            yield looks_words
    elif cell.state == "in use":
        yield in_use_words()


def in_use_words() -> str:
    """Where the outputs of the version in use are shown."""
    return say("It is the version in use: every other row shows what it says beside what was tried.")


def recalled_words(recalled: Recalled) -> str:
    """When and by whom it was tried."""
    return say(
        "Tried {when} by {who}, and found again from stored answers: nothing is paid now.",
        when=clock(recalled.at),
        who=recalled.author or say("somebody"),
    )


def price_words(per_thousand: float | None) -> str:
    """What a thousand outputs cost, in US dollars."""
    if per_thousand is None:
        return say("price not known")
    return say("US$ {cost_per_thousand:,.2f}", cost_per_thousand=per_thousand)


def cell_words(cell: Cell) -> str:
    """One combination, what it costs and what came of it."""
    if cell.priced:
        values = {"n": cell.shown, "price": price_words(cell.estimate)}
        name = say("v{version}, {model}, {n} examples of each, {price} for 1,000 outputs", cell, **values)
    else:
        name = say("v{version}, {model}, {n} examples of each, price not known", cell, n=cell.shown)
    if cell.rates is None:
        why = cell.trouble or say(cell.state)
        return say("{name}: not tried ({why})", name=name, why=why)
    return say(
        "{name}: bad outputs found: {catches}; good ones passed: {keeps}; {verdict}",
        name=name,
        catches=rate_words(cell.rates.tnr),
        keeps=rate_words(cell.rates.tpr),
        verdict=say(cell.trial.change.verdict if cell.trial else cell.state),
    )


_LONGEST = 200


@lines("judge prompt suggest")
def suggestions(report: Suggestions) -> Iterator[str]:
    yield sentence(report.says)
    for suggestion in report.offered:
        yield from _suggestion(suggestion)
    if report.left:
        yield say("Tried and left: {n}.", n=len(report.left))
    for suggestion in report.left[:_LISTED]:
        yield f"  {kind_words(suggestion.kind)}: {state_words(suggestion)}"
    if report.rejected:
        yield say("Rejected before, and not tried again: {n}.", n=report.rejected)
    if looks_words := sentence(report.looks.says):
        yield looks_words
    yield from spent(report)
    if report.offered:
        yield say("`labelcore judge prompt accept` keeps one, `reject` drops it for good.")


@lines("judge prompt accept")
def accepted(report: SuggestionKept) -> Iterator[str]:
    yield say("Version {n} of {judge} is in use.", n=report.kept.version, judge=report.kept.judge)
    yield from held_out(report)
    for warning in report.kept.warnings:
        yield sentence(warning)


def held_out(report: SuggestionKept) -> Iterator[str]:
    """Its figures on dev, and how much looking there flatters."""
    figures = report.figures
    names = {"value": "change", "low": "change_low", "high": "change_high"}
    points = {end: 100 * figures[name] for end, name in names.items() if figures.get(name) is not None}
    if len(points) == len(names):
        yield say(
            "On {n} outputs of dev, which it was not made from, it mends {mended} and "
            "breaks {broken}; balanced accuracy {value:+.0f} points (95% between "
            "{low:+.0f} and {high:+.0f}).",
            n=figures["n"],
            mended=len(figures["mended"]),
            broken=len(figures["broken"]),
            **points,
        )
    if looks_words := sentence(report.looks.says):
        yield looks_words


@lines("judge prompt reject")
def rejected(report: Rejected) -> Iterator[str]:
    yield say("It is not offered for {judge} again.", judge=report.judge)


def question_words(question: QuestionPart) -> str:
    """One half of a question in two, with how many errors it is about."""
    return counted(
        "“{question}” is about one of its errors on train.",
        "“{question}” is about {n} of its errors on train.",
        n=len(question.because),
        question=question.statement,
    )


def state_words(suggestion: ChangeSuggestion) -> str:
    """What came of trying it."""
    return {
        "better": say("better"),
        "not beyond chance": say("not better beyond chance"),
        "not better on train": say("not better on train"),
        "not measurable": change_words(suggestion.unmeasured) if suggestion.unmeasured else "",
        "not tried": say("not tried"),
    }[suggestion.state]


def _suggestion(report: ChangeSuggestion) -> Iterator[str]:
    yield say(
        "{id}  {kind}: {words}",
        id=report.id,
        kind=kind_words(report.kind),
        words=shortened(report.candidate.words, _LONGEST),
    )
    for question in report.candidate.questions:
        yield f"    {question_words(question)}"
    if report.why:
        yield say("    why: {why}", why=" ".join(report.why.split()))
    if report.on_dev is None:
        yield say("    not tried")
        return
    yield say(
        "    on {n} outputs of dev it mends {mended} and breaks {broken}; balanced accuracy {change}",
        n=report.n,
        mended=len(report.mended),
        broken=len(report.broken),
        change=change_words(report.on_dev.balanced),
    )
