"""What grading says: acts and their undoing, the team's figures, the splits."""

from collections import Counter
from collections.abc import Iterator, Sequence

from labelcore.messages.assigning import (
    forecast_words,
    how_words,
    nobodys_words,
    pairs_words,
    which_words,
    who_words,
)
from labelcore.messages.calibrating import comment_words
from labelcore.messages.card import pack_page
from labelcore.messages.catalogue import NAMES
from labelcore.messages.figures import alpha_words, rate_words
from labelcore.messages.lines import calibrating as calibrating
from labelcore.messages.results import content, lines
from labelcore.messages.telling import sentence, sentences
from labelcore.models import (
    Assignment,
    Comment,
    Comparison,
    Expertise,
    Grade,
    GradingRules,
    Guideline,
    GuidelineExample,
    Relook,
    Ruling,
)
from labelcore.stages import grading
from labelcore.stages.finding import find_criterion
from labelcore.workspace import Workspace

_SHOWN = 20
"""Pairs of people that are named; the JSON has all."""
_NAMED = 8
"""People whose grades of an output are named person by person."""


@lines("grade")
def graded(event: Grade) -> Iterator[str]:
    yield f"Saved: {event.value} on {event.output_id}."


@lines("undo")
def taken_back(found: grading.TakenBack) -> Iterator[str]:
    yield f"Took back {found.undone}."


@lines("team rules")
def rules(settled: GradingRules) -> Iterator[str]:
    people = settled.per_output
    each = f"{people} people grade each output" if people else "Everybody grades everything"
    each += ", in planned pairs" if settled.pairs else ""
    yield (
        f"{each}; a reservation lasts {settled.reserve_minutes:g} minutes; "
        f"{settled.repeat_share:.0%} come back unannounced; {len(settled.review)} outputs are in review."
    )
    if settled.alike:
        yield "Near-identical outputs of one source are graded in one go."
    if settled.scale:
        levels = ", ".join(f"{at} {name}" for at, name in enumerate(settled.scale, 1))
        yield f"Asked on a scale: {levels}; from {settled.passing_from} on an output passes."
    if settled.ask_criteria:
        asked = f", {len(settled.criteria_order)} of them first" if settled.criteria_order else ""
        needed = f"; {len(settled.required)} are required" if settled.required else ""
        yield f"Each accepted criterion is asked too{asked}{needed}."
    if settled.ask_fields:
        yield "Each field of a JSON output is asked too."
    if settled.compare:
        yield f"{settled.compare[0]} and {settled.compare[1]} are compared blind."
    if settled.gold_share:
        told = "the person is told at once" if settled.gold_feedback == "person" else "only the lead sees it"
        yield f"{settled.gold_share:.0%} are gold, unannounced; {told}."
    if settled.training:
        yield f"Newcomers get {settled.training:.0%} of the training outputs right before they grade others."
    if settled.regrade:
        yield f"{len(settled.regrade)} criteria are graded anew where the answer is stale."
    if settled.deadline:
        yield f"To be done by {settled.deadline}."
    shown = {"off": "never shown", "after": "shown after the grade", "first": "shown before the grade"}
    yield f"Judges' verdicts are {shown[settled.suggestions]}."
    yield f"Everybody's counts are {'shown' if settled.contest else 'not shown'} while people grade."
    yield f"People are {'thanked' if settled.thanks else 'not thanked'} on My progress."


@lines("team prefer")
def preferred(event: Comparison) -> Iterator[str]:
    yield f"Stored as {event.id}."


@lines("team preferences")
def preferences(found: grading.Preferences) -> Iterator[str]:
    yield sentence(found.says)
    yield (
        f"{found.compared} of {found.pairs} pairs are compared: {found.first_wins} for {found.first}, "
        f"{found.second_wins} for {found.second}, {found.ties} ties."
    )
    yield f"Decisions for the left side: {rate_words(found.left)}."
    yield f"Two people say the same of a pair: {rate_words(found.same)}."


@lines("team review")
def reviewed(found: grading.Review) -> Iterator[str]:
    yield f"{len(found.review)} outputs come first now."


@lines("team ask")
def asked(found: Sequence[grading.AskedCriterion]) -> Iterator[str]:
    for at, criterion in enumerate(found, 1):
        yield f"{at}. {criterion.name}{' (required)' if criterion.required else ''}"
    if not found:
        yield "Only the whole is asked for: `labelcore team ask CRITERION --required` asks for more."


@lines("guidelines show")
def guidelines(found: grading.Guidelines) -> Iterator[str]:
    for guideline in found.texts:
        yield f"{NAMES[guideline.language]}, version {guideline.version}:"
        yield from guideline.text.splitlines()
    for example in found.examples:
        yield f"{example.value} {example.output_id}: {example.why}"
    if not found.texts and not found.examples:
        yield "There are no guidelines yet: `labelcore guidelines set --file FILE`."


@lines("guidelines history")
def guideline_versions(versions: Sequence[Guideline]) -> Iterator[str]:
    for version in versions:
        yield (
            f"v{version.version} {NAMES[version.language]} {version.at:%Y-%m-%d %H:%M} "
            f"{version.author or 'somebody'}: {version.why or 'no reason given'}"
        )
    if not versions:
        yield "There are no guidelines yet."


@lines("guidelines set")
def guideline_written(guideline: Guideline) -> Iterator[str]:
    yield (
        f"Version {guideline.version} in {NAMES[guideline.language]}: everybody who reads it sees it before "
        "their next grade."
        if guideline.text
        else f"There are no guidelines in {NAMES[guideline.language]} any more."
    )


@lines("guidelines example")
def guideline_example(example: GuidelineExample) -> Iterator[str]:
    shown = f"is shown as what {'passes' if example.value == 'pass' else 'fails'}"
    yield f"{example.output_id} {'is no example any more' if example.value == 'withdrawn' else shown}."


@lines("team agreement")
def agreement(found: grading.Together) -> Iterator[str]:
    yield f"Overall: {alpha_words(found.overall)}"
    if found.levels:
        yield f"On the scale: {alpha_words(found.levels)}"
    for word, alpha in found.by_criterion.items():
        yield f"{word}: {alpha_words(alpha)}"
    last = 2.0  # what is not measurable, above any alpha
    pairs = sorted(
        found.pairs, key=lambda pair: last if pair.agreement.alpha is None else pair.agreement.alpha
    )
    for pair in pairs[:_SHOWN]:
        same, told = rate_words(pair.same), alpha_words(pair.agreement)
        yield f"{pair.one} and {pair.other}: the same grade on {same}; {told}"
    if (more := len(found.pairs) - _SHOWN) > 0:
        yield f"… and {more:,} pairs that agree better; --json has all of them."


@lines("team conflicts")
def conflicts(found: Sequence[grading.Conflict]) -> Iterator[str]:
    for conflict in found[:_SHOWN]:
        yield from _conflict(conflict)
    if (more := len(found) - _SHOWN) > 0:
        yield f"… and {more:,} more; --json has all of them, a filter fewer."
    if not found:
        yield "Nobody disagrees."


@lines("team talk")
def talk(found: Sequence[grading.Conflict]) -> Iterator[str]:
    for conflict in found[:_SHOWN]:
        yield from _conflict(conflict)
    if (more := len(found) - _SHOWN) > 0:
        yield f"… and {more:,} more; --json has all of them."
    if not found:
        yield "Nothing that you graded was settled or is talked about."


def _conflict(conflict: grading.Conflict) -> Iterator[str]:
    on = f" on {conflict.criterion.name}" if conflict.criterion else ""
    ruling = conflict.ruling
    settled = f"; ruled {ruling.value} by {ruling.author}: {ruling.reason}" if ruling else ""
    if conflict.due:
        settled += f"; waits for another look by {', '.join(conflict.due)}"
    yield f"{conflict.output.id}{on}: {_grades_words(conflict.grades)}{settled}"
    for opinion in conflict.opinions[:_NAMED]:
        for span in opinion.whole.spans if opinion.whole else ():
            yield f"  {opinion.person} marked: {span.get('text')}"
    for said in conflict.comments:
        yield f"  {comment_words(said)}"


@lines("team comment")
def commented(said: Comment) -> Iterator[str]:
    names = ", ".join(said.mentions)
    yield f"Stored; it mentions {names}." if names else "Stored; it mentions nobody."


@lines("team seen")
def seen(_said: Comment) -> Iterator[str]:
    yield "It is not shown as new any more."


@lines("team relook")
def sent_back(row: Relook) -> Iterator[str]:
    how = "with what the others gave" if row.is_open else "without seeing what the others gave"
    yield f"{', '.join(row.people)} look at {row.output_id} again, {how}; it comes first in their queues."


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
    on = f" on {find_criterion(workspace, ruling.criterion_id).name}" if ruling.criterion_id else ""
    counts = {"withdrawn": "has no ruling", "unclear": "counts nowhere, because a criterion is unclear"}.get(
        ruling.value, f"counts as {ruling.value}"
    )
    yield f"{ruling.output_id}{on} {counts} from now on."
    if ruling.about:
        name = find_criterion(workspace, ruling.about).name
        yield f"The reason stands at {name} until it is edited: `labelcore criteria edit`."


@lines("team pack")
def packed(pack: grading.WrittenPack) -> Iterator[str]:
    yield (
        f"{pack.out} holds {len(pack.outputs)} outputs for {pack.annotator}; merge what comes back with "
        "`labelcore team merge`."
    )
    if pack.held_until:
        yield f"They are held for {pack.annotator} until {pack.held_until:%Y-%m-%d %H:%M}, or `team release`."


@content("team pack")
def pack_file(pack: grading.WrittenPack) -> bytes:
    return pack_page(pack.contents).encode()


@lines("team merge")
def merged(found: grading.Merged) -> Iterator[str]:
    yield (
        f"{found.merged} acts of {found.annotator} came in, {found.known} were known already, "
        f"{found.kept_online} gave way to later grades online, {len(found.refused)} were refused."
    )
    for act in found.refused[:10]:
        yield f"  {act['id']}: {act['reason']}"


@lines("team progress")
def progress(found: grading.TeamProgress) -> Iterator[str]:
    for person in found.people:
        yield (
            f"{person.annotator}: {person.graded} graded ({person.passes} pass, {person.fails} fail, "
            f"{person.unsure} unsure), {person.notes} notes; with others {rate_words(person.with_others)}; "
            f"steadiness {rate_words(person.steadiness)}"
        )
    yield from sentences((found.saturation.says, found.anchoring.says))
    yield from sentences(need.says for need in found.budget)


@lines("team release", "team take-over")
def released(found: grading.Released) -> Iterator[str]:
    who = f" ({', '.join(found.people)})" if found.people else ""
    yield f"{found.n} outputs are free again{who}."


@lines("team skips")
def skips(found: Sequence[grading.Skip]) -> Iterator[str]:
    for skip in found:
        rests = "; skipped twice, it does not come back by itself" if skip.rests else ""
        yield f"{skip.annotator} skipped {skip.output_id}: {skip.why or 'no reason given'}{rests}"
    if not found:
        yield "Nobody has skipped anything that they have not graded since."


@lines("team assign")
def assigned_one(row: Assignment) -> Iterator[str]:
    yield f"{who_words(row)}: {which_words(row)}; {how_words(row)}."
    yield "From now on people get only what is assigned to them; `labelcore team assignments` shows it."


@lines("team unassign")
def unassigned(found: grading.Ended) -> Iterator[str]:
    yield f"{len(found.ended)} assignments ended."


@lines("team member")
def member(row: Expertise) -> Iterator[str]:
    yield f"{row.person} reads {', '.join(row.reads) or 'everything'}; knows {', '.join(row.knows) or '–'}."


@lines("team assignments")
def assignments(found: grading.Assigned) -> Iterator[str]:
    for row in found.assignments:
        yield f"{row.id}  {who_words(row)}: {which_words(row)}; {how_words(row)}"
    if not found.assignments:
        yield "Nothing is assigned: everybody may grade everything that they read."
    for load in found.people:
        day = f", {load.a_day} a day" if load.a_day else ""
        yield (
            f"{load.name}: {load.done:,} of {load.total:,} graded, {load.left:,} left{day}, "
            f"{load.today:,} today; {forecast_words(load)}"
        )
    yield from pairs_words(found)
    if words := nobodys_words(found):
        yield words


@lines("team completion")
def completion(found: Sequence[grading.Completion]) -> Iterator[str]:
    for row in found:
        yield (
            f"{which_words(row)}: {row.complete:,} of {row.outputs:,} complete; "
            f"0 grades {row.nobody:,}, 1 grade {row.one:,}, 2 or more {row.more:,}"
        )


@lines("splits show", "splits limit", "splits renew")
def splits(report: grading.SplitReport) -> Iterator[str]:
    for size in report.sizes:
        yield (
            f"{size.split}: {size.graded:,} of {size.outputs:,} outputs graded, {size.fails:,} failed "
            f"({size.groups:,} sources)."
        )
    state = "spent" if report.spent else "sealed" if report.sealed else "not sealed yet"
    yield f"The test is {state}: {report.looks} of {report.limit} looks used."
    yield sentence(report.advice)
    for opening in report.openings:
        which = f", test {opening.round + 1}" if report.round else ""
        yield f"  {opening.at:%Y-%m-%d %H:%M} {opening.author or 'somebody'} ({opening.purpose}{which})"
