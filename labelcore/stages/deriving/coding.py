"""Open coding: what each note says, as codes that people rename, merge, and move notes between.

Each change has an id and happens once; the audit keeps what was before it, and to take it back stores that
again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from labelcore.errors import BadInput, NotFound
from labelcore.models import Code, Criterion, Frozen, Quote, Role, new_id, now
from labelcore.operations import Effect, Metavar, NotAnOption, finder, operation
from labelcore.stages.deriving.editing import list_criteria, live_criteria, new_criterion
from labelcore.stages.deriving.naming import statement_of
from labelcore.stages.finding import Ambiguous, Catalogue, find_named
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import audit, codes as code_table, criteria as criterion_table
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_DONE, _UNDONE = "codes changed", "codes change taken back"
Act = Annotated[str, NotAnOption()]
"""An id under which a change happens once, however often it is asked for; only that change is undone."""


class CodeQuotes(Frozen):
    """A code with its quotes. ``people``: how many different people wrote them."""

    code: Code
    quotes: tuple[Quote, ...]
    people: int
    outputs: int


class CodingWithdrawal(Frozen):
    """What a change had done that was taken back."""

    taken_back: str


@operation("codes list", role=Role.ENGINEER, listed_as="codes")
def list_codes(workspace: Workspace) -> list[CodeQuotes]:
    """Show the codes with their quotes, those with most outputs first; the sealed test is left out."""
    visible = set(fitting_labels(workspace).graded)
    who = {grade.id: grade.annotator for grade in current_grades(workspace)}
    quotes: dict[str, list[Quote]] = {}
    for quote in code_table.quotes(workspace.db, workspace.project.id):
        if quote.code_id and quote.grade_id in who and quote.output_id in visible:
            quotes.setdefault(quote.code_id, []).append(quote)
    codes = [
        CodeQuotes(
            code=code,
            quotes=tuple(cited),
            people=len({who[quote.grade_id] for quote in cited}),
            outputs=len({quote.output_id for quote in cited}),
        )
        for code in live_codes(workspace)
        if (cited := quotes.get(code.id))
    ]
    return sorted(codes, key=lambda coded: (-coded.outputs, coded.code.label))


def live_codes(workspace: Workspace) -> list[Code]:
    """The codes that were not dropped, whether a quote carries them or not."""
    codes = code_table.current(workspace.db, workspace.project.id)
    return [code for code in codes if code.state != "dropped"]


@finder(Code)
def find_code(workspace: Workspace, word: str) -> Code:
    """A code by its id, its label, or the beginning of its id; see :func:`find_named`.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    codes = Catalogue[Code](
        Wording("code"), "labelcore codes list", lambda code: (code.id,), lambda code: code.label
    )
    return find_named(live_codes(workspace), word, codes)


@operation("codes rename", role=Role.ENGINEER, effect=Effect.WRITES)
def rename_code(workspace: Workspace, code: Code, label: str) -> Code:
    """Give a code another label.

    Raises:
        BadInput: the label is empty, or another code has it: merge them instead.
    """
    label = label.strip()
    if not label:
        raise BadInput("A code needs a label.")
    others = {other.label.casefold() for other in live_codes(workspace) if other.id != code.id}
    if label.casefold() in others:
        raise BadInput("Another code is called '{label}'.", next_step="Merge the two.", label=label)
    return _change(workspace, code, f"“{code.label}” became “{label}”", label=label)


@operation("codes accept", role=Role.ENGINEER, effect=Effect.WRITES)
def accept_code(workspace: Workspace, code: Code) -> Code:
    """Say that a proposed code is right."""
    return _change(workspace, code, f"“{code.label}” is accepted", state="accepted")


@operation("codes drop", role=Role.ENGINEER, effect=Effect.WRITES)
def drop_code(workspace: Workspace, code: Code) -> Code:
    """Take a code out of use; its quotes keep it in the history."""
    return _change(workspace, code, f"“{code.label}” is dropped", state="dropped")


def _change(workspace: Workspace, code: Code, says: str, **changes: str) -> Code:
    fresh = {"author": workspace.person, "why": "", "at": now()}
    new = Code.model_validate(code.model_dump() | changes | fresh)
    _store(workspace, says, codes=[(code, new)])
    return new


@operation("codes merge", role=Role.ENGINEER, effect=Effect.WRITES)
def merge_codes(
    workspace: Workspace, codes: Annotated[Sequence[str], Metavar("CODE...")], *, act: Act = ""
) -> Code:
    """Join codes into the first of them, which takes all quotes.

    The others are dropped and stay in the history.

    Raises:
        BadInput: fewer than two different codes are named.
    """
    if is_done(workspace, act):
        return find_code(workspace, codes[0])
    codes_by_id = {code.id: code for word in codes for code in [find_code(workspace, word)]}
    if len(codes_by_id) < 2:
        raise BadInput("A merge needs two codes.", next_step="Name another one.")
    target, *others = codes_by_id.values()
    old_ids = {code.id for code in others}
    moved = [
        (quote, _recoded(workspace, quote, target))
        for quote in code_table.quotes(workspace.db, workspace.project.id)
        if quote.code_id in old_ids
    ]
    origin = {"author": workspace.person, "why": f"merged into {target.label}", "at": now()}
    dropped = [(code, code.model_copy(update={"state": "dropped"} | origin)) for code in others]
    names = ", ".join(f"“{code.label}”" for code in others)
    _store(workspace, f"{names} merged into “{target.label}”", act=act, codes=dropped, quotes=moved)
    return target


def _recoded(workspace: Workspace, quote: Quote, code: Code) -> Quote:
    """The quote under another code: a person decided."""
    origin = {"author": workspace.person, "at": now()}
    return quote.model_copy(update={"code_id": code.id, "sure": None} | origin)


@operation("codes move", role=Role.ENGINEER, effect=Effect.WRITES)
def move_quote(
    workspace: Workspace, grade: Annotated[str, Metavar("GRADE_ID")], quote: str, label: str, *, act: Act = ""
) -> Code:
    """Give a quote another code, made now if there is none of that label.

    Raises:
        NotFound: no such quote carries a code.
        BadInput: the label is empty.
    """
    all_quotes = code_table.quotes(workspace.db, workspace.project.id)
    moved = next((other for other in all_quotes if (other.grade_id, other.text) == (grade, quote)), None)
    if moved is None:
        raise NotFound("There is no such quote.", next_step="Propose codes again.")
    if not label.strip():
        raise BadInput("A code needs a label.")
    new: list[tuple[Code | None, Code]] = []
    try:
        code = find_code(workspace, label)
    except Ambiguous:
        raise
    except NotFound:
        place = {"id": new_id("code"), "project_id": workspace.project.id, "label": label.strip()}
        code = Code(**place, origin="person", state="accepted", author=workspace.person)
        new = [(None, code)]
    if not is_done(workspace, act) and moved.code_id != code.id:
        says = f"“{quote[:60]}” moved to “{code.label}”"
        _store(workspace, says, act=act, codes=new, quotes=[(moved, _recoded(workspace, moved, code))])
    return code


@operation("codes group", role=Role.ENGINEER, effect=Effect.WRITES)
def criterion_from_codes(
    workspace: Workspace,
    codes: Annotated[Sequence[Code], Metavar("CODE...")],
    *,
    name: Annotated[str, Field(description="What the criterion is called.")],
    statement: Annotated[str, Field(description="What makes an output good.")] = "",
) -> Criterion:
    """Make one criterion of codes, resting on all their quotes.

    Raises:
        BadInput: the name is empty or taken, or no code is named.
    """
    ids, name = {code.id for code in codes}, name.strip()
    members = [coded for coded in list_codes(workspace) if coded.code.id in ids]
    if not members or not name:
        raise BadInput("A criterion from codes needs a name and at least one code with quotes.")
    if name.casefold() in {criterion.name.casefold() for criterion in list_criteria(workspace)}:
        raise BadInput("There is a criterion '{name}' already.", next_step="Take another name.", name=name)
    quotes = [quote for coded in members for quote in coded.quotes]
    typical = next((quote for quote in quotes if not quote.marked), quotes[0])
    criterion = new_criterion(
        workspace,
        name,
        statement.strip() or statement_of(typical.text, marked=typical.marked),
        origin="person",
        evidence=[quote.evidence() for quote in quotes],
        why=f"from {len(members)} codes",
    )
    criterion_table.save(workspace.db, [criterion])
    _link(workspace, {coded.code: criterion.id for coded in members})
    return criterion


def link_codes(workspace: Workspace) -> None:
    """Put each code without a criterion under the one that cites most of its quotes' grades."""
    cites: dict[str, set[str]] = {}
    for criterion in live_criteria(workspace):
        for quote in criterion.evidence:
            cites.setdefault(quote.grade_id, set()).add(criterion.id)
    best = {}
    for coded in list_codes(workspace):
        votes = Counter(key for quote in coded.quotes for key in cites.get(quote.grade_id, ()))
        if coded.code.criterion_id is None and votes:
            best[coded.code] = votes.most_common(1)[0][0]
    _link(workspace, best)


def _link(workspace: Workspace, criteria: dict[Code, str]) -> None:
    origin = {"author": workspace.person, "at": now()}
    linked = [code.model_copy(update=origin | {"criterion_id": key}) for code, key in criteria.items()]
    code_table.save(workspace.db, linked)


def is_done(workspace: Workspace, act: str) -> bool:
    """Whether the change of this id was stored, taken back or not."""
    return bool(act) and audit.about(workspace.db, workspace.project.id, _DONE, act) is not None


def _store(
    workspace: Workspace,
    says: str,
    *,
    act: str = "",
    codes: Sequence[tuple[Code | None, Code]] = (),
    quotes: Sequence[tuple[Quote, Quote]] = (),
) -> None:
    """Store new states of codes and quotes, given with those before (None: made now)."""
    code_table.save(workspace.db, [code for _, code in codes], [quote for _, quote in quotes])
    skipped = {"project_id", "at"}
    details = {
        "says": says,
        "codes": [before.model_dump(mode="json", exclude=skipped) for before, _ in codes if before],
        "made": [code.id for before, code in codes if before is None],
        "quotes": [before.model_dump(mode="json", exclude=skipped) for before, _ in quotes],
    }
    audit.note(workspace.db, workspace.project.id, workspace.person, _DONE, act or new_id("act"), **details)


def last_change(workspace: Workspace) -> tuple[str, dict[str, Any]] | None:
    """The newest change that was not taken back: its id and what it did; None where there is none."""
    place = workspace.db, workspace.project.id
    undone = {event["subject"] for event in audit.all_of(*place, (_UNDONE,))}
    events = (event for event in audit.all_of(*place, (_DONE,)) if event["subject"] not in undone)
    return next(((event["subject"], event["detail"]) for event in events), None)


@operation("codes undo", role=Role.ENGINEER, effect=Effect.WRITES)
def undo_codes(workspace: Workspace, *, act: Act = "") -> CodingWithdrawal:
    """Take the newest rename, merge, move or drop of codes back; the history keeps it.

    Raises:
        BadInput: there is nothing to take back, or a newer change stands before it.
    """
    last = last_change(workspace)
    if last is None or (act and last[0] != act):
        raise BadInput("There is no such change of codes to take back.")
    newest, detail = last
    head = {"project_id": workspace.project.id, "at": now()}
    codes = [Code.model_validate(code | head | {"why": "taken back"}) for code in detail["codes"]]
    codes += [
        code.model_copy(update={"state": "dropped", "why": "taken back", "at": head["at"]})
        for code in code_table.current(workspace.db, workspace.project.id)
        if code.id in detail["made"]
    ]
    code_table.save(workspace.db, codes, [Quote.model_validate(quote | head) for quote in detail["quotes"]])
    audit.note(workspace.db, workspace.project.id, workspace.person, _UNDONE, newest)
    return CodingWithdrawal(taken_back=str(detail["says"]))
