"""What grading says: acts and their undoing, the team's figures, the splits."""

from collections import Counter
from collections.abc import Iterator, Sequence

from labelcore.messages.card import pack_page
from labelcore.messages.catalogue import NAMES, person_words, say
from labelcore.messages.figures import alpha_words, rate_words
from labelcore.messages.lines import assigning as assigning
from labelcore.messages.lines.calibrating import comment_words
from labelcore.messages.results import content, lines
from labelcore.messages.telling import listed, sentence, sentences
from labelcore.models import Comment, Comparison, Grade, Guideline, GuidelineExample, Relook, Ruling
from labelcore.stages import grading
from labelcore.stages.finding import find_criterion
from labelcore.text.showing import clock
from labelcore.workspace import Workspace

_SHOWN = 20
"""Pairs of people that are named; the JSON has all."""
_NAMED = 8
"""People whose grades of an output are named person by person."""


@lines("grade")
def graded(event: Grade) -> Iterator[str]:
    yield say("Saved: {value} on {output_id}.", value=say(event.value), output_id=event.output_id)


@lines("undo")
def taken_back(report: grading.GradeWithdrawal) -> Iterator[str]:
    yield say("Took back {undone}.", undone=report.undone)


@lines("team prefer")
def preferred(event: Comparison) -> Iterator[str]:
    yield say("Stored as {id}.", id=event.id)


@lines("team preferences")
def preferences(report: grading.Preferences) -> Iterator[str]:
    yield sentence(report.says)
    yield compared_words(report)
    yield say("The left side was chosen in {left}.", left=rate_words(report.left))
    yield say("Two people say the same of a pair: {same}.", same=rate_words(report.same))


def compared_words(report: grading.Preferences) -> str:
    """How many pairs are compared, and for which side."""
    return say(
        "{compared} of {pairs} pairs are compared: {first_wins} for {first}, {second_wins} "
        "for {second}, {ties} ties.",
        report,
    )


@lines("team review")
def reviewed(report: grading.Review) -> Iterator[str]:
    yield say("{review} outputs come first now.", review=len(report.review))


@lines("team ask")
def asked(rows: Sequence[grading.AskedCriterion]) -> Iterator[str]:
    for at, criterion in enumerate(rows, 1):
        required = say(" (required)") if criterion.required else ""
        yield f"{at}. {say(criterion.name)}{required}"
    if not rows:
        yield say("Only the whole is asked for: `labelcore team ask CRITERION --required` asks for more.")


@lines("guidelines show")
def guidelines(report: grading.Guidelines) -> Iterator[str]:
    for guideline in report.texts:
        yield say("{language}, version {version}:", guideline, language=NAMES[guideline.language])
        yield from guideline.text.splitlines()
    for example in report.examples:
        yield f"{say(example.value)} {example.output_id}: {example.why}"
    if not report.texts and not report.examples:
        yield say("There are no guidelines yet: `labelcore guidelines set --file FILE`.")


@lines("guidelines history")
def guideline_versions(versions: Sequence[Guideline]) -> Iterator[str]:
    for version in versions:
        yield (
            f"v{version.version} {NAMES[version.language]} {clock(version.at)} "
            f"{version.author or say('somebody')}: {version.why or say('no reason given')}"
        )
    if not versions:
        yield say("There are no guidelines yet.")


@lines("guidelines set")
def guideline_written(guideline: Guideline) -> Iterator[str]:
    yield (
        say(
            "Version {version} in {language}: everybody who reads it sees it before their next grade.",
            version=guideline.version,
            language=NAMES[guideline.language],
        )
        if guideline.text
        else say("There are no guidelines in {language} any more.", language=NAMES[guideline.language])
    )


@lines("guidelines example")
def guideline_example(example: GuidelineExample) -> Iterator[str]:
    yield {
        "withdrawn": say("{id} is no example any more.", id=example.output_id),
        "pass": say("{id} is shown as what passes.", id=example.output_id),
        "fail": say("{id} is shown as what fails.", id=example.output_id),
    }[example.value]


@lines("team agreement")
def agreement(report: grading.AgreementReport) -> Iterator[str]:
    yield say("Overall: {overall}", overall=alpha_words(report.overall))
    if report.levels:
        yield say("On the scale: {levels}", levels=alpha_words(report.levels))
    for word, alpha in report.by_criterion.items():
        yield say("{name}: {told}", name=say(word), told=alpha_words(alpha))
    last = 2.0  # what is not measurable, above any alpha
    pairs = sorted(
        report.pairs, key=lambda pair: last if pair.agreement.alpha is None else pair.agreement.alpha
    )
    for pair in pairs[:_SHOWN]:
        same, alphas = rate_words(pair.same), alpha_words(pair.agreement)
        yield say("{one} and {other}: the same grade on {same}; {told}", pair, same=same, told=alphas)
    if (more := len(report.pairs) - _SHOWN) > 0:
        yield say("… and {more:,} pairs that agree better; --json has all of them.", more=more)


@lines("team conflicts")
def conflicts(rows: Sequence[grading.Conflict]) -> Iterator[str]:
    for conflict in rows[:_SHOWN]:
        yield from _conflict(conflict)
    if (more := len(rows) - _SHOWN) > 0:
        yield say("… and {more:,} more; --json has all of them, a filter fewer.", more=more)
    if not rows:
        yield say("Nobody disagrees.")


@lines("team talk")
def talk(rows: Sequence[grading.Conflict]) -> Iterator[str]:
    for conflict in rows[:_SHOWN]:
        yield from _conflict(conflict)
    if (more := len(rows) - _SHOWN) > 0:
        yield say("… and {more:,} more; --json has all of them.", more=more)
    if not rows:
        yield say("Nothing that you graded was settled or is talked about.")


def _conflict(conflict: grading.Conflict) -> Iterator[str]:
    on = say(" on {name}", name=say(conflict.criterion.name)) if conflict.criterion else ""
    ruling = conflict.ruling
    settled = say("; ruled {value} by {author}: {reason}", ruling, value=say(ruling.value)) if ruling else ""
    if conflict.due:
        settled += say("; waits for another look by {due}", due=conflict.due)
    grades = _grades_words(conflict.grades)
    yield say("{id}{on}: {grades}{settled}", id=conflict.output.id, on=on, grades=grades, settled=settled)
    for opinion in conflict.opinions[:_NAMED]:
        for span in opinion.whole.spans if opinion.whole else ():
            yield say("  {person} marked: {text}", person=opinion.person, text=span.get("text"))
    for comment in conflict.comments:
        yield f"  {comment_words(comment)}"


@lines("team comment")
def commented(comment: Comment) -> Iterator[str]:
    names = comment.mentions
    yield say("Stored; it mentions {names}.", names=names) if names else say("Stored; it mentions nobody.")


@lines("team seen")
def seen(_said: Comment) -> Iterator[str]:
    yield say("It is not shown as new any more.")


@lines("team relook")
def sent_back(row: Relook) -> Iterator[str]:
    how = say("with what the others gave") if row.is_open else say("without seeing what the others gave")
    yield say("{people} look at {output_id} again, {how}; it comes first in their queues.", row, how=how)


def _grades_words(grades: Sequence[Grade]) -> str:
    """Every person's grade and note; of many people how often each grade was given."""
    if len(grades) > _NAMED:
        counts = Counter(grade.value for grade in grades)
        return listed(f"{number} {say(value)}" for value, number in counts.most_common())
    notes = [say(" ({note})", note=grade.note) if grade.note else "" for grade in grades]
    pairs = zip(grades, notes, strict=True)
    return listed(f"{person_words(grade.annotator)} {say(grade.value)}{note}" for grade, note in pairs)


@lines("team rule")
def ruled(workspace: Workspace, ruling: Ruling) -> Iterator[str]:
    on = (
        say(" on {name}", name=say(find_criterion(workspace, ruling.criterion_id).name))
        if ruling.criterion_id
        else ""
    )
    values = {"id": ruling.output_id, "on": on}
    if ruling.value == "withdrawn":
        yield say("{id}{on} has no ruling from now on.", **values)
    elif ruling.value == "unclear":
        yield say("{id}{on} counts nowhere, because a criterion is unclear from now on.", **values)
    else:
        yield say("{id}{on} counts as {value} from now on.", value=say(ruling.value), **values)
    if ruling.about:
        name = say(find_criterion(workspace, ruling.about).name)
        yield say("The reason stands at {name} until it is edited: `labelcore criteria edit`.", name=name)


@lines("team pack")
def packed(pack: grading.WrittenPack) -> Iterator[str]:
    yield say(
        "{out} holds {outputs} outputs for {annotator}; merge what comes back with `labelcore team merge`.",
        pack,
        outputs=len(pack.outputs),
    )
    if pack.held_until:
        until = clock(pack.held_until)
        yield say("They are held for {annotator} until {until}, or `team release`.", pack, until=until)


@content("team pack")
def pack_file(pack: grading.WrittenPack) -> bytes:
    return pack_page(pack.contents).encode()


@lines("team merge")
def merged(report: grading.Merged) -> Iterator[str]:
    yield say(
        "{merged} acts of {annotator} came in, {known} were known already, {kept_online} "
        "gave way to later grades online, {refused} were refused.",
        report,
        refused=len(report.refused),
    )
    for act in report.refused[:10]:
        yield f"  {act['id']}: {say(act['reason'])}"


@lines("team progress")
def progress(report: grading.TeamProgress) -> Iterator[str]:
    for person in report.people:
        yield say(
            "{annotator}: {graded} graded ({passes} pass, {fails} fail, {unsure} unsure), "
            "{notes} notes; with others {with_others}; steadiness {steadiness}",
            person,
            annotator=person_words(person.annotator),
        )
    yield from sentences((report.saturation.says, report.anchoring.says))
    yield from sentences(need.says for need in report.budget)


@lines("splits show", "splits limit", "splits renew")
def splits(report: grading.SplitReport) -> Iterator[str]:
    for size in report.sizes:
        yield say(
            "{split}: {graded:,} of {outputs:,} outputs graded, {fails:,} failed ({groups:,} sources).", size
        )
    state = say("spent" if report.spent else "sealed" if report.sealed else "not sealed yet")
    yield say("The test is {state}: {looks} of {limit} looks used.", report, state=state)
    yield sentence(report.advice)
    for opening in report.openings:
        which = say(", test {round}", round=opening.round + 1) if report.round else ""
        who = f"{clock(opening.at)} {opening.author or say('somebody')}"
        yield say("  {who} ({purpose}{which})", who=who, purpose=say(opening.purpose), which=which)
