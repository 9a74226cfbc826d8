"""What selecting says: a page of outputs, the values of a field, and all that is known of one output."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, person_words, say
from labelcore.messages.results import lines
from labelcore.models import CourtRuling, Grade, Ruling
from labelcore.stages.selecting import Listing, OutputFacts, ValueCount
from labelcore.store.about import Event, VersionVerdict
from labelcore.text.showing import shortened

_EXCERPT = 90


@lines("outputs list")
def listed(report: Listing) -> Iterator[str]:
    """How many, then one line each."""
    first = (report.page - 1) * report.limit + 1
    if report.n is not None:
        yield counted("{n:,} output matches.", "{n:,} outputs match.", n=report.n)
    if report.searched and not report.searched.whole:
        yield say(
            "Searched the first {searched:,} of {of:,} outputs so far.",
            searched=report.searched.searched,
            of=report.searched.of,
        )
    if report.rows:
        yield say("{first:,} to {last:,} (--page, --limit):", first=first, last=first + len(report.rows) - 1)
    for row in report.rows:
        grades = [
            say("{name}: {told}", name=person_words(who) or say("somebody"), told=say(value))
            for who, value in row.grades.items()
        ]
        aside = say("  [{grades}]", grades=grades) if grades else ""
        yield f"  {row.output.id}  {excerpt(row.output.text)}{aside}"


@lines("outputs values")
def values(rows: Sequence[ValueCount]) -> Iterator[str]:
    """Each value with its count."""
    for value in rows:
        yield f"  {value.n:,} × {excerpt(value.value) or say('(none)')}"


@lines("outputs show")
def shown(facts: OutputFacts) -> Iterator[str]:
    """The output, then what people and judges say of it."""
    output = facts.output
    names = ("external_id", "model", "prompt_version", "group_key")
    figures = [f"{say(name)} {value}" for name in names if (value := getattr(output, name))]
    figures += [f"{key} {excerpt(str(value))}" for key, value in output.metadata.items()]
    figures.append(say("split {split}", split=facts.split))
    yield say("{name}: {told}", name=output.id, told=figures)
    yield from _origin(facts)
    for title, text in ((say("Input"), output.input), (say("Context"), output.context)):
        if text:
            yield say("{name}: {told}", name=title, told=text)
    yield from (f"{turn.role}: {turn.content}" for turn in output.conversation)
    yield say("Output: {text}", text=output.text)
    yield from map(_graded, facts.grades)
    yield from map(_judged, facts.verdicts)
    yield from map(_used, facts.feedback)
    yield from (say("Code '{code}': {quote}", code=code, quote=quote) for code, quote in facts.codes)
    yield from (say("Ruled {value} by {author}: {reason}", **_ruled(ruling)) for ruling in facts.rulings)
    yield from (say("Ruled by {author}, {value}: {reason}", **_ruled(ruled)) for ruled in facts.court_rulings)


def _origin(facts: OutputFacts) -> Iterator[str]:
    """The import that it came by, and the draws that it is in."""
    if facts.batch:
        yield say(
            "Came in with {file_name} ({id}), {at:%Y-%m-%d %H:%M %Z}.",
            file_name=facts.batch.file_name,
            id=facts.batch.id,
            at=facts.batch.at,
        )
    for draw in facts.samples:
        yield say(
            "Drawn by '{rule}' ({sample}): {reason}; probability {chance}.",
            rule=say(draw.rule),
            sample=draw.sample,
            reason=say(draw.reason),
            chance=say("unknown") if draw.probability is None else f"{draw.probability:.3g}",
        )


def _judged(verdict: VersionVerdict) -> str:
    return say(
        "{judge} {version} ({kind}): {value}{why}",
        verdict,
        kind=say(verdict.kind),
        value=say(verdict.value),
        why=say(": {told}", told=say(verdict.reason)) if verdict.reason else "",
    )


def _used(event: Event) -> str:
    parts = [f"{event.signal} '{event.value}'", say(event.meaning or "without meaning"), event.person]
    return say(
        "Users: {told}{reason}",
        told=list(filter(None, parts)),
        reason=say(": {told}", told=event.reason) if event.reason else "",
    )


def _ruled(ruling: Ruling | CourtRuling) -> dict[str, str]:
    return {"value": say(ruling.value), "author": ruling.author, "reason": ruling.reason}


def excerpt(text: str) -> str:
    """The beginning of a text in one line."""
    return shortened(text, _EXCERPT)


def _graded(grade: Grade) -> str:
    about = say(" on {field}", field=grade.field or grade.criterion_id) if not grade.is_overall else ""
    note = say(": {told}", told=grade.note) if grade.note else ""
    return say("{name}: {told}", name=person_words(grade.annotator), told=f"{say(grade.value)}{about}{note}")
