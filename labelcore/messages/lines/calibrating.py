"""Calibration rounds in words: who is how far, what came of it, and when another one helps."""

from collections.abc import Iterator

from labelcore.messages.catalogue import NAMES, counted, person_words, say
from labelcore.messages.figures import alpha_words, rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import clauses, listed, sentences
from labelcore.models import OVERALL, Calibration, Comment
from labelcore.stages import grading
from labelcore.text.showing import clock

_FEW = 20


def comment_words(comment: Comment) -> str:
    """Who said what when."""
    return f"{comment.author}, {clock(comment.at)}: {comment.text}"


def round_words(calibration: Calibration) -> str:
    """Which outputs, how they came to be in it, and what their grades count for."""
    head = counted(
        "Round {number}: 1 output",
        "Round {number}: {n} outputs",
        n=len(calibration.outputs),
        number=calibration.number,
    )
    origin = (
        say("drawn by chance from {pool:,}", pool=calibration.pool)
        if calibration.pool
        else say("chosen by hand")
    )
    counts = (
        say("their grades count as any others do")
        if calibration.counts
        else say("their grades stay out of all figures")
    )
    return say("{head}, {drawn}; {counts}.", head=head, drawn=origin, counts=counts)


def people_words(report: grading.Round) -> str:
    """How far each person is."""
    each = [
        say("{name} {done} of {asked}", **person.model_dump())
        if person.asked
        else say("{name} reads none of them", name=person.name)
        for person in report.people
    ]
    return listed(each) or say("Nobody has begun.")


def language_words(found: grading.LanguageParts) -> Iterator[str]:
    """How a round of everybody is put together where people read different languages."""
    each = [
        say("{language} for {people}", language=_languages(part), people=listed(part.people))
        for part in found.parts
    ]
    if len(each) > 1:
        yield say(
            "No language has enough outputs that everybody reads, so each has a part of the round: {parts}.",
            parts=clauses(each),
        )
    elif each:
        yield say(
            "Everybody reads {language}: only such outputs are drawn.", language=_languages(found.parts[0])
        )
    if found.nobody_else:
        people = listed(found.nobody_else)
        yield say("The round has nothing for {people}: nobody else reads what they read.", people=people)


def _languages(part: grading.LanguagePart) -> str:
    names: dict[str, str] = {str(known): name for known, name in NAMES.items()}
    return listed(names.get(code, code) or say("what has no known language") for code in part.languages)


def subject_words(row: grading.RoundAgreement) -> str:
    """What agreement is about."""
    return say("the whole" if row.criterion == OVERALL else row.criterion)


def before_words(report: grading.Round) -> str:
    """What stands beside this round's agreement."""
    if report.against:
        return say("round {number}", number=report.against)
    return say("grades before the round")


def change_words(row: grading.RoundAgreement) -> str:
    """How much alpha rose, with its interval."""
    rise = row.change
    if rise.value is None or rise.low is None or rise.high is None:
        return rate_words(rise)
    figures = {"change": rise.value}
    if rise.low > 0:
        return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): better", rise, **figures)
    if rise.high < 0:
        return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): worse", rise, **figures)
    return say("{change:+.2f} ({low:+.2f} to {high:+.2f}): may be chance", rise, **figures)


def few_words(report: grading.Round) -> str:
    """That few outputs say little; "" where they are many."""
    most = max((row.now.n_outputs for row in report.subjects), default=0)
    if not report.subjects or most >= _FEW:
        return ""
    return counted(
        "1 output says little: go by the intervals, and take even these as rough.",
        "{n} outputs say little: go by the intervals, and take even these as rough.",
        n=most,
    )


def figure_lines(report: grading.Round) -> Iterator[str]:
    """Agreement in lines, the whole first."""
    for row in report.subjects:
        yield say(
            "{subject}: all say the same on {same}; {now}; {against}: {before}; change {change}",
            subject=subject_words(row),
            same=rate_words(row.same),
            now=alpha_words(row.now),
            against=before_words(report),
            before=alpha_words(row.before),
            change=change_words(row),
        )
    if words := few_words(report):
        yield words


def standing_words(person: grading.GoldPerson) -> str:
    """Whether somebody has passed the training."""
    words = {
        "passed": say("passed the training"),
        "let through": say("needs no training"),
        "in training": say("in training"),
    }
    return words.get(person.training, "–")


def training_words(queue: grading.Queue) -> str:
    """What a newcomer is told above the card; "" for others."""
    if queue.training is None:
        return ""
    if queue.fell_short is not None:
        return say(
            "Training again ({right} of {n} right): {done} of {n}; with {share:.0%} right you go on "
            "to other outputs",
            right=queue.fell_short,
            done=queue.done,
            n=queue.total,
            share=queue.training,
        )
    return say(
        "Training: {done} of {n}; with {share:.0%} right you go on to other outputs",
        done=queue.done,
        n=queue.total,
        share=queue.training,
    )


@lines("calibration start", "calibration show", "calibration reveal", "calibration end")
def calibration(report: grading.Round) -> Iterator[str]:
    yield round_words(report.calibration)
    yield people_words(report)
    if report.calibration.state == "open":
        yield say(
            "People grade it blind; `labelcore calibration reveal` shows everybody what the others said."
        )
    elif report.calibration.state == "dropped":
        yield say("It was ended without revealing the grades.")
    yield from figure_lines(report)
    for row in report.outputs:
        same = say("all the same" if row.compared else "fewer than two people graded it")
        yield say("{name}: {told}", name=row.output.id, told=say("people differ") if row.differ else same)
        for grade in row.grades:
            about = say(" on {criterion_id}", criterion_id=grade.criterion_id) if grade.criterion_id else ""
            note = say(" ({note})", note=grade.note) if grade.note else ""
            yield f"  {person_words(grade.annotator)} {say(grade.value)}{about}{note}"
        for comment in row.comments:
            yield f"  {comment_words(comment)}"


@lines("calibration list")
def calibrations(report: grading.Rounds) -> Iterator[str]:
    for row in report.rounds:
        values = {"round": round_words(row), "when": clock(row.begun_at)}
        values["why"] = say(", {name}", name=row.why) if row.why else ""
        if row.state == "open":
            yield say("{round} open, {when}{why}", **values)
        else:
            yield say("{round} {state}, {when}{why}", state=say(row.state), **values)
    if not report.rounds:
        yield say("There was no calibration round yet: `labelcore calibration start`.")
    yield from sentences(report.suggested)
    yield from language_words(report.languages)


@lines("gold set", "gold end")
def gold_output(row: grading.GoldOutput) -> Iterator[str]:
    if row.gold.ended:
        yield say("{id} is not gold any more.", id=row.output.id)
    elif row.ruling:
        where = (
            say("in the training")
            if row.gold.training
            else say("mixed in at the share of `team rules --gold-share`")
        )
        yield say(
            "{id} is gold, {where}: {value}, {reason}",
            id=row.output.id,
            where=where,
            value=say(row.ruling.value),
            reason=row.ruling.reason,
        )
        if row.criteria:
            settled = counted("{n:,} criterion", "{n:,} criteria", n=len(row.criteria))
            yield say("Settled on it too: {criteria}.", criteria=settled)


@lines("gold train")
def gold_person(person: grading.GoldPerson) -> Iterator[str]:
    yield f"{person.name}: {standing_words(person)}"


@lines("gold show")
def gold(report: grading.GoldReport) -> Iterator[str]:
    for row in report.outputs:
        ruling = (
            say("{value}, {reason}", value=say(row.ruling.value), reason=row.ruling.reason)
            if row.ruling
            else say("not settled any more: not shown")
        )
        where = say("training" if row.gold.training else "mixed in")
        yield say(
            "{id} ({where}): {ruling}; people right at first: {right}",
            id=row.output.id,
            where=where,
            ruling=ruling,
            right=rate_words(row.right),
        )
    if not report.outputs:
        yield say("There are no gold outputs yet: `labelcore gold set OUTPUT pass|fail --reason WHY`.")
    for person in report.people:
        for name, answers in person.criteria.items():
            yield say(
                "{name} on {criterion}: right on {right}; let {let_through} bad ones through, failed "
                "{too_strict} good ones",
                answers,
                name=person.name,
                criterion=say(name),
            )
        yield say(
            "{name}: right on {right}; let {let_through} bad ones through, failed {too_strict} "
            "good ones, unsure on {unsure}; {standing}",
            person,
            standing=standing_words(person),
        )
