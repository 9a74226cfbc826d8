"""Deriving: notes become codes, codes become criteria, each with the evidence that produced it.

Derivation adds: a criterion that people accepted or edited keeps its wording and only gains
evidence; what they rejected is not proposed again.
"""

from __future__ import annotations

from collections.abc import Sequence

from labelcore.llm import ModelClient
from labelcore.models import Criterion, Frozen, Output, now
from labelcore.progress import Progress, silent
from labelcore.stages.deriving import glossary, with_model
from labelcore.stages.deriving import offline as without_model
from labelcore.stages.deriving.code_acts import is_done, last_act, undo_codes
from labelcore.stages.deriving.coding import (
    Coded,
    change_code,
    criterion_from_codes,
    find_code,
    list_codes,
    merge_codes,
    move_quote,
)
from labelcore.stages.deriving.drift import Ledger, ledger, ledgers, queue_regrade, regrade_items
from labelcore.stages.deriving.editing import (
    CriterionEdit,
    accept,
    drop,
    edit,
    history,
    list_criteria,
    merge,
    reject,
    restore,
    show_criterion,
    versions_of,
)
from labelcore.stages.deriving.grouping import Clause
from labelcore.stages.deriving.linting import Finding, Lint, lint
from labelcore.stages.deriving.prompting import PromptRule, prompt_rules, propose_from_prompt
from labelcore.stages.deriving.proposing_codes import Coding, code_notes, propose_codes
from labelcore.stages.deriving.risk import Limits, limits_of, risk_of, wanted_coverage
from labelcore.stages.deriving.said import said_of_fails
from labelcore.stages.deriving.versions import Ancestor, Part, Piece, difference, lineage, split, undo_change
from labelcore.stages.deriving.wording import case_words, without_case
from labelcore.stages.finding import find_criterion
from labelcore.stages.grading import Labels, fitting_labels, human_labels
from labelcore.stats.threads import one_thread
from labelcore.store import criteria as criterion_table
from labelcore.store import outputs as output_table
from labelcore.workspace import Workspace

__all__ = [
    "Ancestor",
    "Coded",
    "Coding",
    "CriterionEdit",
    "Derivation",
    "Finding",
    "Ledger",
    "Limits",
    "Lint",
    "Part",
    "Piece",
    "PromptRule",
    "accept",
    "change_code",
    "code_notes",
    "criterion_from_codes",
    "derive",
    "difference",
    "drop",
    "edit",
    "find_code",
    "find_criterion",
    "glossary",
    "history",
    "is_done",
    "last_act",
    "ledger",
    "ledgers",
    "limits_of",
    "lineage",
    "lint",
    "list_codes",
    "list_criteria",
    "merge",
    "merge_codes",
    "move_quote",
    "prompt_rules",
    "propose_codes",
    "propose_from_prompt",
    "queue_regrade",
    "regrade_items",
    "reject",
    "restore",
    "risk_of",
    "show_criterion",
    "split",
    "uncovered_fails",
    "undo_change",
    "undo_codes",
    "versions_of",
    "wanted_coverage",
]


class Derivation(Frozen):
    """The rubric after a derivation, and what it does not explain."""

    criteria: tuple[Criterion, ...]
    uncovered_fails: int
    warnings: tuple[str, ...] = ()


@one_thread()
def derive(
    workspace: Workspace,
    *,
    offline: bool = True,
    accept_all: bool = False,
    client: ModelClient | None = None,
    progress: Progress | None = None,
) -> Derivation:
    """Propose criteria from what people said of failed outputs, and give codes to it offline.

    Raises:
        ModelTrouble: a model was asked for and none answers.
    """
    tell = progress or silent
    labels = fitting_labels(workspace)
    before = criterion_table.current(workspace.db, workspace.project.id)
    clauses = _new_clauses(workspace, before)
    troubles: list[str] = []
    if clauses:
        if offline:
            _derive_offline(workspace, clauses, labels, before, tell)
        else:
            troubles = with_model.derive(workspace, clauses, before, client, tell)
        propose_codes(workspace, progress=tell)
    if accept_all:
        for criterion in list_criteria(workspace, status="proposed"):
            accept(workspace, criterion, why="accepted with all")
    after = [c for c in list_criteria(workspace) if c.status in {"proposed", "accepted"}]
    open_fails = uncovered_fails(workspace)
    return Derivation(
        criteria=tuple(after),
        uncovered_fails=len(open_fails),
        warnings=(*troubles, *_warnings(workspace, labels, after)),
    )


def uncovered_fails(workspace: Workspace) -> list[str]:
    """Failed outputs that no proposed or accepted criterion explains (the sealed split aside)."""
    live = [c for c in list_criteria(workspace) if c.status in {"proposed", "accepted"}]
    explained = {item.output_id for criterion in live for item in criterion.evidence}
    return [output_id for output_id in fitting_labels(workspace).fails if output_id not in explained]


def _new_clauses(workspace: Workspace, before: Sequence[Criterion]) -> list[Clause]:
    """What was said of failed outputs and no criterion cites yet, in a fixed order: the clauses of
    notes, and the marked words of grades without a note.
    """
    cited = {item.grade_id for criterion in before for item in criterion.evidence}
    fresh = [clause for clause in said_of_fails(workspace) if clause.grade_id not in cited]
    noted = {clause.grade_id for clause in fresh if not clause.marked}
    return [clause for clause in fresh if not (clause.marked and clause.grade_id in noted)]


def _derive_offline(
    workspace: Workspace,
    clauses: Sequence[Clause],
    labels: Labels,
    before: Sequence[Criterion],
    progress: Progress,
) -> None:
    live = [c for c in before if c.status in {"proposed", "accepted"}]
    cited = [item for criterion in live for item in criterion.evidence]
    quotes = [item.quote for item in cited] + [clause.text for clause in clauses]
    about = [item.output_id for item in cited] + [clause.output_id for clause in clauses]
    found = output_table.many(workspace.db, list(dict.fromkeys(about)))
    sources = [_source(found.get(output_id)) for output_id in about]
    groups = [found[output_id].group if output_id in found else output_id for output_id in about]
    case = case_words(quotes, sources, groups)
    points = without_model.points_of(workspace.db, [without_case(quote, case) for quote in quotes], progress)
    old, fresh = points[: len(cited)], points[len(cited) :]
    joined, rest = without_model.join_existing(clauses, fresh, live, old)
    changed = [_with_more(c, joined[c.id], workspace.person) for c in live if c.id in joined]
    taken = {criterion.name for criterion in before}
    proposed = without_model.propose(workspace, [clauses[i] for i in rest], fresh[rest], labels, taken, case)
    criterion_table.save(workspace.db, [*changed, *proposed])


def _source(output: Output | None) -> str:
    """What a note is about: the output with its input and context, as one text."""
    return f"{output.text}\n{output.input}\n{output.context}" if output else ""


def _with_more(criterion: Criterion, clauses: Sequence[Clause], author: str) -> Criterion:
    """The criterion with more evidence; its wording, and so its grades, stay as they are."""
    evidence = (*criterion.evidence, *(clause.evidence() for clause in clauses))
    return criterion.model_copy(
        update={
            "version": criterion.version + 1,
            "evidence": evidence,
            "wording_only": True,
            "at": now(),
            "author": author,
            "why": f"{len(clauses)} more quotes say the same",
        }
    )


def _warnings(workspace: Workspace, labels: Labels, criteria: Sequence[Criterion]) -> list[str]:
    warnings = []
    everything = human_labels(workspace)
    if not everything.value:
        warnings.append("No output has a pass or a fail yet: grade some first.")
    elif not everything.fails:
        warnings.append("No output has been failed yet, so there is nothing to derive from: grade on.")
    elif not said_of_fails(workspace):
        warnings.append(
            "No failed output has a note: say in a few words what is wrong with some, or mark the words."
        )
    if held := len(everything.value) - len(labels.value):
        warnings.append(
            f"{held} graded outputs are set aside as the sealed test; their notes are not read here."
        )
    single = [c.name for c in criteria if len({item.grade_id for item in c.evidence}) == 1]
    if single:
        warnings.append(f"Resting on a single note: {', '.join(single)}.")
    return warnings
