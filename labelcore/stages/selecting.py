"""All outputs of a project in one place: filtered, sorted, a page at a time; and all that is known of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput
from labelcore.models import (
    CourtRuling,
    Criterion,
    Frozen,
    Grade,
    ImportBatch,
    Output,
    Role,
    Ruling,
    SplitName,
)
from labelcore.operations import Flags, Metavar, Options, operation
from labelcore.stages.finding import find_criterion, find_import, find_judge
from labelcore.store import about, batches, calibrations, grades as grade_table, listings, searching
from labelcore.store.about import Event, SampleDraw, VersionVerdict
from labelcore.store.filters import Filter, GradeFilter, VerdictFilter
from labelcore.store.searching import SearchReach
from labelcore.workspace import Workspace

MOST_ON_A_PAGE = 1_000
LONGEST_SEARCH = 1_000
_VERDICTS: tuple[VerdictFilter, ...] = ("pass", "fail", "abstain", "none")


class Filters(Options):
    """Which outputs are meant; all that is given must hold."""

    search: str = Field(
        default="",
        max_length=LONGEST_SEARCH,
        description="Words in the input, output, context, conversation or notes, in any case.",
    )
    where: Annotated[tuple[str, ...], Metavar("FIELD=VALUE")] = Field(
        default=(),
        description="A field or metadata key has this value; repeat for others, or for another value.",
    )
    grade: GradeFilter | None = Field(
        default=None, description="Somebody gave it pass, fail or unsure; none: nobody did."
    )
    graded_by: str | None = Field(default=None, description="Whose grade is meant.")
    verdict: Annotated[tuple[str, ...], Metavar("JUDGE=VALUE")] = Field(
        default=(), description="What a judge says of it: pass, fail, abstain or none."
    )
    criterion: str | None = Field(
        default=None,
        description="A criterion, by name or id: somebody failed it for this, or said so in a note.",
    )
    criterion_grade: GradeFilter | None = Field(
        default=None,
        description="In place of that what somebody gave it there: fail, pass, unsure; none: nobody did.",
    )
    batch: str | None = Field(default=None, description="The import that brought it: its id or file.")
    split: SplitName | None = Field(default=None, description="train, dev or test.")


EVERYTHING = Filters()


class OutputRow(Frozen):
    """One output in the list. ``grades``: of the whole output, by person."""

    output: Output
    split: SplitName
    grades: dict[str, str]

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        output = self.output.model_dump(mode="json", exclude={"project_id", "id"})
        return {"output_id": self.output.id, **output, "split": self.split, "grades": self.grades}


class Listing(Frozen):
    """A page of the outputs that were asked for. ``n``: how many there are; None where nobody asked.

    ``searched``: how far they were searched for, where the time was limited.
    """

    n: int | None
    searched: SearchReach | None = None
    page: int
    limit: int
    rows: tuple[OutputRow, ...]

    def document(self) -> dict[str, Any]:
        """As an answer in JSON."""
        head = self.model_dump(exclude={"rows", "searched"})
        if self.searched:
            head["searched"] = self.searched._asdict()
        return head | {"outputs": [row.document() for row in self.rows]}


class Paging(Options):
    """Which part of a list, in which order."""

    sort: Annotated[str, Field(min_length=1)] = Field(
        default=listings.IMPORTED,
        description="imported, or a field or metadata key; with - before it the other way round.",
    )
    page: int = Field(default=1, ge=1, description="Which page.")
    limit: int = Field(default=50, ge=1, le=MOST_ON_A_PAGE, description="Outputs on a page.")
    count: Annotated[bool, Flags(("--count/--no-count",))] = Field(
        default=True, description="Count all that match; a search must read every text for that."
    )
    seconds: float | None = Field(
        default=None,
        gt=0,
        description="Stop searching then, and say how far that came; only in the order of import.",
    )

    @property
    def in_order_of_import(self) -> bool:
        """Whether nothing is sorted."""
        return self.sort.removeprefix("-") == listings.IMPORTED


_FIRST = Paging()


@operation("outputs list", role=Role.MANAGER)
def list_outputs(workspace: Workspace, *, filters: Filters = EVERYTHING, paging: Paging = _FIRST) -> Listing:
    """List the outputs that match, a page at a time.

    Raises:
        BadInput: a field, a value or the order is not known.
        NotFound: there is no such judge or import.
    """
    selection = resolved(workspace, filters)
    if not paging.in_order_of_import:
        _check_field(workspace, paging.sort.removeprefix("-"))
    page, came = _page(workspace, selection, paging)
    grades = visible_grades(workspace, [output.id for output, _ in page])
    by_output: dict[str, dict[str, str]] = {output.id: {} for output, _ in page}
    for grade in grades:
        if grade.is_overall:
            by_output[grade.output_id][grade.annotator] = grade.value
    rows = tuple(OutputRow(output=output, split=split, grades=by_output[output.id]) for output, split in page)
    n = came.found if came and came.whole else None
    if paging.count:
        n = count_outputs(workspace, filters=filters)
    return Listing(n=n, searched=came, page=paging.page, limit=paging.limit, rows=rows)


def _page(
    workspace: Workspace, selection: Filter, paging: Paging
) -> tuple[list[tuple[Output, str]], SearchReach | None]:
    """The outputs of a page; where the time is limited also how far they were searched for."""
    db, project_id = workspace.db, workspace.project.id
    part = ((paging.page - 1) * paging.limit, paging.limit)
    if paging.seconds and paging.in_order_of_import and selection != Filter():
        seconds = paging.seconds
        return searching.page(db, project_id, selection, paging.sort, part=part, seconds=seconds)
    return listings.page(db, project_id, selection, paging.sort, start=part[0], limit=part[1]), None


@operation(role=Role.MANAGER)
def search_on(workspace: Workspace, *, filters: Filters = EVERYTHING, paging: Paging = _FIRST) -> SearchReach:
    """Search further for the outputs that match, for as long as the paging says (0.3 s)."""
    selection = resolved(workspace, filters)
    seconds = paging.seconds or 0.3
    return searching.go_on(workspace.db, workspace.project.id, selection, paging.sort, seconds=seconds)


@operation(role=Role.MANAGER)
def count_outputs(workspace: Workspace, *, filters: Filters = EVERYTHING) -> int:
    """How many outputs match."""
    return listings.count(workspace.db, workspace.project.id, resolved(workspace, filters))


class ValueCount(Frozen):
    """A value of a field, and how many outputs have it."""

    value: str
    n: int


@operation("outputs values", role=Role.MANAGER, listed_as="values")
def list_values(
    workspace: Workspace,
    field: str,
    *,
    filters: Filters = EVERYTHING,
    most: Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE, description="So many values.")] = 30,
) -> list[ValueCount]:
    """Count the values of a field or metadata key among the outputs that match, the most common first.

    Raises:
        BadInput: no output has the field.
    """
    _check_field(workspace, field)
    selection = resolved(workspace, filters)
    pairs = listings.values(workspace.db, workspace.project.id, selection, field, most)
    return [ValueCount(value=value, n=n) for value, n in pairs]


class OutputFacts(Frozen):
    """All that is known of one output."""

    output: Output
    split: SplitName
    batch: ImportBatch | None
    grades: tuple[Grade, ...]
    verdicts: tuple[VersionVerdict, ...]
    feedback: tuple[Event, ...]
    codes: tuple[tuple[str, str], ...]
    rulings: tuple[Ruling, ...]
    court_rulings: tuple[CourtRuling, ...]
    samples: tuple[SampleDraw, ...]


@operation("outputs show", role=Role.MANAGER)
def show_output(workspace: Workspace, output: Output) -> OutputFacts:
    """Show one output with its grades, verdicts, codes, rulings, and where it came from.

    OUTPUT is its id, a unique beginning of it, or the importer's id.
    """
    db, project_id = workspace.db, workspace.project.id
    imports = {batch.id: batch for batch in batches.all_of(db, project_id)}
    return OutputFacts(
        output=output,
        split=about.split(db, output),
        batch=imports.get(output.batch_id),
        grades=tuple(visible_grades(workspace, [output.id])),
        verdicts=tuple(about.verdicts(db, output)),
        feedback=tuple(about.feedback(db, output)),
        codes=tuple(about.codes(db, output)),
        rulings=tuple(about.rulings(db, output)),
        court_rulings=tuple(about.court_rulings(db, output)),
        samples=tuple(about.drawn(db, output)),
    )


def visible_grades(workspace: Workspace, output_ids: Sequence[str]) -> list[Grade]:
    """The grades of outputs that this person may see: the one place that decides it.

    Who only grades sees what others gave on an output once they have graded it, not once they skipped it; of
    an open calibration round nobody sees what others gave.
    """
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    grades = [
        grade
        for grade in grade_table.of_outputs(workspace.db, workspace.project.id, output_ids)
        if grade.annotator == workspace.person or grade.output_id not in hidden
    ]
    if workspace.role.includes(Role.MANAGER):
        return grades
    mine = [grade for grade in grades if grade.annotator == workspace.person]
    ids = {grade.output_id for grade in mine if grade.value != "skipped"}
    return [grade for grade in grades if grade.output_id in ids or grade in mine]


def selected_ids(workspace: Workspace, filters: Filters) -> list[str]:
    """All outputs that match, in the order of import. BadInput where none does."""
    ids = listings.ids(workspace.db, workspace.project.id, resolved(workspace, filters))
    if not ids:
        raise BadInput("No output matches.", next_step="Leave a part of the filter out.")
    return ids


def known_fields(workspace: Workspace) -> list[str]:
    """What outputs may be filtered and sorted by."""
    return listings.fields(workspace.db, workspace.project.id)


def resolved(workspace: Workspace, filters: Filters) -> Filter:
    """The filter with ids in the place of names.

    Raises:
        BadInput: a condition is no FIELD=VALUE, or the field or the verdict is not known.
        NotFound: there is no such judge, criterion or import.
    """
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in (_pair("--where", text) for text in filters.where):
        fields[name] = (*fields.get(name, ()), value)
    for name in fields:
        _check_field(workspace, name)
    verdicts: dict[str, VerdictFilter] = {}
    for name, value in (_pair("--verdict", text) for text in filters.verdict):
        meant = next((known for known in _VERDICTS if known == value), None)
        if meant is None:
            raise BadInput(
                "A verdict is not '{value}'.",
                next_step="It is {verdicts}.",
                value=value,
                verdicts=list(_VERDICTS),
            )
        verdicts[find_judge(workspace, name).id] = meant
    criterion = find_criterion(workspace, filters.criterion) if filters.criterion else None
    hidden = calibrations.unrevealed(workspace.db, workspace.project.id)
    reads_grades = filters.search or filters.grade or filters.graded_by or criterion
    blind = tuple(sorted(hidden)) if reads_grades else ()
    graded = filters.criterion_grade
    if graded and not criterion:
        raise BadInput("Nothing says on which criterion the grade is.", next_step="Name it with --criterion.")
    return Filter(
        search=filters.search.strip(),
        among=tuple(sorted(_seen_to_fail(workspace, criterion, hidden)))
        if criterion and not graded
        else None,
        on_criterion=(criterion.id, graded) if criterion and graded else None,
        fields=fields,
        grade=filters.grade,
        by=filters.graded_by or None,
        verdicts=verdicts,
        batch=find_import(workspace, filters.batch).id if filters.batch else None,
        split=filters.split,
        blind=blind,
        reader=workspace.person if blind else "",
    )


def _seen_to_fail(workspace: Workspace, criterion: Criterion, hidden: frozenset[str]) -> set[str]:
    """The outputs that failed for a criterion; of those that are still graded blind the person's."""
    failed = failed_for(workspace, [criterion])[criterion.id]
    mine = Filter(
        among=tuple(sorted(failed & hidden)),
        on_criterion=(criterion.id, "fail"),
        blind=tuple(sorted(hidden)),
        reader=workspace.person,
    )
    return (failed - hidden) | set(listings.ids(workspace.db, workspace.project.id, mine))


def failed_for(workspace: Workspace, criteria: Sequence[Criterion]) -> dict[str, set[str]]:
    """By criterion id: the outputs that its evidence is from, and those that somebody failed it on in its
    present meaning.
    """
    found = {criterion.id: {quote.output_id for quote in criterion.evidence} for criterion in criteria}
    for output_id, key, _, fails in grade_table.votes_on_criteria(workspace.db, workspace.project.id):
        if fails and key in found:
            found[key].add(output_id)
    return found


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=") if option == "--verdict" else text.partition("=")
    if not sign or not name:
        raise BadInput(
            "{option} wants NAME=VALUE, not '{text}'.",
            next_step="For example: {option} a=b",
            option=option,
            text=text,
        )
    return name, value


def _check_field(workspace: Workspace, name: str) -> None:
    known = known_fields(workspace)
    if name not in known:
        raise BadInput(
            "No output has a field '{name}'.", next_step="There are {known}.", name=name, known=list(known)
        )
