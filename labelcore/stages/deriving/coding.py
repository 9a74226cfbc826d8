"""Open coding: what each note says, as codes that people rename, merge, and move notes between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from labelcore.errors import BadInput, NotFound
from labelcore.models import Code, Criterion, Evidence, Frozen, Quote, new_id, now
from labelcore.stages.deriving.code_acts import is_done, one_at_a_time, store_act
from labelcore.stages.deriving.editing import list_criteria
from labelcore.stages.deriving.naming import statement_of
from labelcore.stages.deriving.risk import default_limit
from labelcore.stages.finding import Ambiguous, Catalogue, find_named
from labelcore.stages.grading import current_grades, fitting_labels
from labelcore.store import codes as code_table
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace


class Coded(Frozen):
    """A code with its quotes. ``people``: how many different people wrote them."""

    code: Code
    quotes: tuple[Quote, ...]
    people: int
    outputs: int


def list_codes(workspace: Workspace) -> list[Coded]:
    """The codes in use with the quotes that fitting may see, those with most outputs first."""
    visible = set(fitting_labels(workspace).value)
    who = {grade.id: grade.annotator for grade in current_grades(workspace)}
    quotes: dict[str, list[Quote]] = {}
    for quote in code_table.quotes(workspace.db, workspace.project.id):
        if quote.code_id and quote.grade_id in who and quote.output_id in visible:
            quotes.setdefault(quote.code_id, []).append(quote)
    found = [
        Coded(
            code=code,
            quotes=tuple(cited),
            people=len({who[item.grade_id] for item in cited}),
            outputs=len({item.output_id for item in cited}),
        )
        for code in code_table.current(workspace.db, workspace.project.id)
        if code.state != "dropped" and (cited := quotes.get(code.id))
    ]
    return sorted(found, key=lambda coded: (-coded.outputs, coded.code.label))


CODES = Catalogue[Code](
    "code", "labelcore codes list", ids=lambda code: (code.id,), name=lambda code: code.label
)


def find_code(workspace: Workspace, word: str) -> Code:
    """A code by its id, its label, or the beginning of its id; see :func:`find_named`.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    codes = [
        code for code in code_table.current(workspace.db, workspace.project.id) if code.state != "dropped"
    ]
    return find_named(codes, word, CODES)


def change_code(workspace: Workspace, word: str, *, why: str = "", act: str = "", **changes: object) -> Code:
    """Rename, accept or drop a code (label, state), or put it under a criterion (criterion_id).

    Raises:
        BadInput: the label is empty, or another code has it: merge them instead.
    """
    old = find_code(workspace, word)
    label = str(changes.get("label", old.label)).strip()
    others = {
        code.label.casefold()
        for code in code_table.current(workspace.db, workspace.project.id)
        if code.id != old.id and code.state != "dropped"
    }
    if not label:
        raise BadInput("A code needs a label.")
    if label.casefold() in others:
        raise BadInput(f"Another code is called '{label}'.", next_step="Merge the two.")
    fresh = {"label": label, "author": workspace.person, "why": why, "at": now()}
    changed = Code.model_validate(old.model_dump() | changes | fresh)
    says = f"“{old.label}” became “{label}”" if label != old.label else f"“{label}” is {changed.state}"
    store_act(workspace, says, act=act, codes=[(old, changed)])
    return changed


def merge_codes(workspace: Workspace, words: Sequence[str], *, why: str = "", act: str = "") -> Code:
    """Move all quotes into the first of the codes; the others are dropped and stay in the history.

    ``act``: an id under which this happens once, however often it is asked for.

    Raises:
        BadInput: fewer than two different codes are named.
    """
    with one_at_a_time:
        if is_done(workspace, act):
            return find_code(workspace, words[0])
        named = [find_code(workspace, word) for word in words]
        target, *others = list({code.id: code for code in named}.values())
        if not others:
            raise BadInput("A merge needs two codes.", next_step="Name another one.")
        gone, at = {code.id for code in others}, now()
        moved = [
            (
                quote,
                quote.model_copy(
                    update={"code_id": target.id, "sure": None, "author": workspace.person, "at": at}
                ),
            )
            for quote in code_table.quotes(workspace.db, workspace.project.id)
            if quote.code_id in gone
        ]
        reason = why or f"merged into {target.label}"
        dropped = [
            (
                code,
                code.model_copy(
                    update={"state": "dropped", "author": workspace.person, "why": reason, "at": at}
                ),
            )
            for code in others
        ]
        names = ", ".join(f"“{code.label}”" for code in others)
        store_act(workspace, f"{names} merged into “{target.label}”", act=act, codes=dropped, quotes=moved)
    return target


def move_quote(workspace: Workspace, grade_id: str, text: str, label: str, *, act: str = "") -> Code:
    """Give a quote another code (by label or id), made now if there is none of that label.

    ``act``: an id under which this happens once, however often it is asked for.

    Raises:
        NotFound: no such quote carries a code.
        BadInput: the label is empty.
    """
    with one_at_a_time:
        quotes = {
            (quote.grade_id, quote.text): quote
            for quote in code_table.quotes(workspace.db, workspace.project.id)
        }
        quote = quotes.get((grade_id, text))
        if quote is None:
            raise NotFound("There is no such quote.", next_step="Propose codes again.")
        if not label.strip():
            raise BadInput("A code needs a label.")
        fresh: list[tuple[Code | None, Code]] = []
        try:
            code = find_code(workspace, label)
        except Ambiguous:
            raise
        except NotFound:
            code = Code(
                id=new_id("code"),
                project_id=workspace.project.id,
                label=label.strip(),
                origin="person",
                state="accepted",
                author=workspace.person,
            )
            fresh = [(None, code)]
        if not is_done(workspace, act) and quote.code_id != code.id:
            update = {"code_id": code.id, "sure": None, "author": workspace.person, "at": now()}
            store_act(
                workspace,
                f"“{text[:60]}” moved to “{code.label}”",
                act=act,
                codes=fresh,
                quotes=[(quote, quote.model_copy(update=update))],
            )
    return code


def criterion_from_codes(
    workspace: Workspace, words: Sequence[str], *, name: str, statement: str = ""
) -> Criterion:
    """Axial coding: one criterion that rests on all quotes of the codes.

    Raises:
        BadInput: the name is empty or taken, or no code is named.
    """
    wanted = {find_code(workspace, word).id for word in words}
    chosen = [coded for coded in list_codes(workspace) if coded.code.id in wanted]
    if not chosen or not name.strip():
        raise BadInput("A criterion from codes needs a name and at least one code with quotes.")
    if name.strip().casefold() in {c.name.casefold() for c in list_criteria(workspace)}:
        raise BadInput(f"There is a criterion '{name}' already.", next_step="Take another name.")
    quotes = [quote for coded in chosen for quote in coded.quotes]
    evidence = tuple(
        Evidence(grade_id=item.grade_id, output_id=item.output_id, quote=item.text, marked=item.marked)
        for item in quotes
    )
    typical = next((item for item in quotes if not item.marked), quotes[0])
    criterion = Criterion(
        id=new_id("criterion"),
        project_id=workspace.project.id,
        version=1,
        name=name.strip(),
        statement=statement.strip() or statement_of(typical.text, marked=typical.marked),
        origin="person",
        max_false_failure_rate=default_limit(workspace.project),
        evidence=evidence,
        author=workspace.person,
        why=f"from {len(chosen)} codes",
    )
    criterion_table.save(workspace.db, [criterion])
    at = {"criterion_id": criterion.id, "author": workspace.person, "at": now()}
    code_table.save(workspace.db, [coded.code.model_copy(update=at) for coded in chosen])
    return criterion


def link_codes(workspace: Workspace) -> None:
    """Put each code without a criterion under the one that cites most of its quotes' grades."""
    cites: dict[str, set[str]] = {}
    for criterion in list_criteria(workspace):
        if criterion.status in {"proposed", "accepted"}:
            for item in criterion.evidence:
                cites.setdefault(item.grade_id, set()).add(criterion.id)
    linked = []
    for coded in list_codes(workspace):
        votes = Counter(c for quote in coded.quotes for c in cites.get(quote.grade_id, ()))
        if coded.code.criterion_id is None and votes:
            best = votes.most_common(1)[0][0]
            update = {"criterion_id": best, "author": workspace.person, "at": now()}
            linked.append(coded.code.model_copy(update=update))
    if linked:
        code_table.save(workspace.db, linked)
