"""What selecting says: a page of outputs, the values of a field, and all that is known of one output."""

from collections.abc import Iterator, Sequence

from labelcore.messages.figures import amount
from labelcore.messages.results import lines
from labelcore.models import Grade
from labelcore.stages.selecting import Known, Listing, ValueCount

_EXCERPT = 90


@lines("outputs list")
def listed(found: Listing) -> Iterator[str]:
    """How many, then one line each."""
    first = (found.page - 1) * found.limit + 1
    if found.n is not None:
        yield f"{amount(found.n, 'output')} {'matches' if found.n == 1 else 'match'}."
    if found.searched and not found.searched.whole:
        yield f"Searched the first {found.searched.searched:,} of {found.searched.of:,} outputs so far."
    if found.rows:
        yield f"{first:,} to {first + len(found.rows) - 1:,} (--page, --limit):"
    for row in found.rows:
        grades = ", ".join(f"{who or 'somebody'}: {value}" for who, value in row.grades.items())
        yield f"  {row.output.id}  {excerpt(row.output.text)}{f'  [{grades}]' if grades else ''}"


@lines("outputs values")
def values(found: Sequence[ValueCount]) -> Iterator[str]:
    """Each value with its count."""
    for counted in found:
        yield f"  {counted.n:,} × {excerpt(counted.value) or '(none)'}"


@lines("outputs show")
def shown(known: Known) -> Iterator[str]:
    """The output, then what people and judges say of it."""
    output = known.output
    names = ("external_id", "model", "prompt_version", "group_key")
    told = [f"{name} {value}" for name in names if (value := getattr(output, name))]
    told += [f"{key} {excerpt(str(value))}" for key, value in output.metadata.items()]
    yield f"{output.id}: {', '.join([*told, f'split {known.split}'])}"
    if known.batch:
        yield f"Came in with {known.batch.file_name} ({known.batch.id}), {known.batch.at:%Y-%m-%d %H:%M}."
    for draw in known.samples:
        chance = "unknown" if draw.probability is None else f"{draw.probability:.3g}"
        yield f"Drawn by '{draw.rule}' ({draw.sample}): {draw.reason}; probability {chance}."
    for title, text in (("Input", output.input), ("Context", output.context)):
        if text:
            yield f"{title}: {text}"
    yield from (f"{turn.role}: {turn.content}" for turn in output.conversation)
    yield f"Output: {output.text}"
    yield from map(_graded, known.grades)
    for said in known.verdicts:
        why = f": {said.reason}" if said.reason else ""
        yield f"{said.judge} {said.version} ({said.kind}): {said.value}{why}"
    for event in known.feedback:
        told = [f"{event.signal} '{event.value}'", event.meaning or "without meaning", event.person]
        yield f"Users: {', '.join(filter(None, told))}{f': {event.reason}' if event.reason else ''}"
    yield from (f"Code '{code}': {quote}" for code, quote in known.codes)
    yield from (f"Ruled {ruling.value} by {ruling.author}: {ruling.reason}" for ruling in known.rulings)
    yield from (
        f"Court: {ruling.value} by {ruling.author}: {ruling.reason}" for ruling in known.court_rulings
    )


def excerpt(text: str) -> str:
    """The beginning of a text in one line."""
    flat = " ".join(text[: 4 * _EXCERPT].split())
    return flat if len(flat) <= _EXCERPT else f"{flat[:_EXCERPT]}…"


def _graded(grade: Grade) -> str:
    about = f" on {grade.field or grade.criterion_id}" if not grade.is_overall else ""
    return f"{grade.annotator}: {grade.value}{about}{f': {grade.note}' if grade.note else ''}"
