"""The rubric's upkeep: codes, split, undo, lineage, drift, lint, and the prompt's own rules."""

from __future__ import annotations

from typing import Any, Literal

from labelcore.dispatch import Outcome, operation
from labelcore.dispatch.criteria import describe
from labelcore.messages import document, rate_words, sentence
from labelcore.stages import deriving
from labelcore.stages.aligning.by_version import by_version
from labelcore.workspace import Workspace


@operation("codes propose")
def propose(workspace: Workspace, *, offline: bool = False) -> Outcome:
    """Give codes to the notes and marked words that carry none yet, by the model if there is one."""
    done = deriving.code_notes(workspace, offline=offline, progress=workspace.progress)
    shown = _codes(list(done.codes))
    more = done.model_dump(mode="json", include={"quotes_new", "by_model", "says"})
    return Outcome(document=shown.document | more, lines=(*done.says, *shown.lines))


@operation("codes undo")
def undo_codes(workspace: Workspace) -> Outcome:
    """Take the newest change of codes by a person back."""
    says = deriving.undo_codes(workspace)
    return Outcome(document={"taken_back": says}, lines=(f"Taken back: {says}.",))


@operation("codes list")
def list_codes(workspace: Workspace) -> Outcome:
    """The codes with their quotes."""
    return _codes(deriving.list_codes(workspace))


def _counted(n: int, singular: str, more: str = "") -> str:
    return f"{n:,} {singular if n == 1 else more or singular + 's'}"


def _codes(found: list[deriving.Coded]) -> Outcome:
    lines = [
        f"[{coded.code.state}] {coded.code.label}: {_counted(coded.outputs, 'output')}, "
        f"{_counted(coded.people, 'person', 'people')}; "
        f"e.g. “{coded.quotes[0].text}” {coded.code.id}"
        for coded in found
    ]
    return Outcome(
        document={"codes": [coded.model_dump(mode="json") for coded in found]},
        lines=tuple(lines) or ("No note carries a code yet: fail some outputs and say why.",),
    )


@operation("codes change")
def change(
    workspace: Workspace,
    *,
    code: str,
    label: str | None = None,
    state: Literal["accepted", "dropped"] | None = None,
) -> Outcome:
    """Rename, accept or drop a code."""
    given = {"label": label, "state": state}
    changes = {name: value for name, value in given.items() if value is not None}
    changed = deriving.change_code(workspace, code, **changes)
    return Outcome(document=changed.model_dump(mode="json"), lines=(f"[{changed.state}] {changed.label}",))


@operation("codes merge")
def merge(workspace: Workspace, *, codes: list[str]) -> Outcome:
    """Join codes into the first of them."""
    merged = deriving.merge_codes(workspace, codes)
    return Outcome(document=merged.model_dump(mode="json"), lines=(f"All quotes are under {merged.label}.",))


@operation("codes move")
def move(workspace: Workspace, *, grade: str, quote: str, label: str) -> Outcome:
    """Give a quote another code."""
    moved = deriving.move_quote(workspace, grade, quote, label)
    return Outcome(document=moved.model_dump(mode="json"), lines=(f"It is under {moved.label} now.",))


@operation("codes group")
def group(workspace: Workspace, *, codes: list[str], name: str, statement: str = "") -> Outcome:
    """Make one criterion of codes."""
    made = deriving.criterion_from_codes(workspace, codes, name=name, statement=statement)
    words = f"{made.name} rests on {len(made.evidence)} quotes: {made.statement}"
    return Outcome(document=describe(made), lines=(words,))


@operation("criteria split")
def split(workspace: Workspace, *, criterion: str, parts: list[dict[str, Any]], why: str = "") -> Outcome:
    """Divide a criterion."""
    divided = [deriving.Part.model_validate(part) for part in parts]
    made = deriving.split(workspace, criterion, divided, why=why)
    lines = tuple(f"{c.name}: {len(c.evidence)} quotes ({c.id})" for c in made)
    return Outcome(document={"criteria": [describe(c) for c in made]}, lines=lines)


@operation("criteria undo")
def undo(workspace: Workspace, *, criterion: str) -> Outcome:
    """Take the newest change of a criterion back."""
    back = deriving.undo_change(workspace, criterion)
    lines = tuple(f"{c.name} is as before (version {c.version}, {c.status})." for c in back)
    return Outcome(document={"criteria": [describe(c) for c in back]}, lines=lines)


@operation("criteria lineage")
def lineage(workspace: Workspace) -> Outcome:
    """Which criterion was made from which."""
    found = deriving.lineage(workspace)
    names = {criterion.id: criterion.name for criterion in found}
    lines = tuple(
        f"{criterion.name} ({criterion.status}, {criterion.versions} versions)"
        + (f" from {', '.join(names.get(p, p) for p in criterion.parents)}" if criterion.parents else "")
        for criterion in found
    )
    return Outcome(
        document={"criteria": [criterion.model_dump(mode="json") for criterion in found]}, lines=lines
    )


@operation("criteria drift")
def drift(workspace: Workspace, *, criterion: str | None = None) -> Outcome:
    """Which grades an edit made stale, how many flip, and what to grade next."""
    found = deriving.ledgers(workspace) if criterion is None else [deriving.ledger(workspace, criterion)]
    lines = []
    for ledger in found:
        lines.append(sentence(ledger.says))
        if ledger.stale:
            lines.append(
                f"  flips: {rate_words(ledger.flips)}; grade next: {', '.join(ledger.next[:10]) or 'nothing'}"
            )
    return Outcome(
        document={
            "ledgers": [
                document(ledger.model_dump(exclude={"criterion"})) | {"criterion": describe(ledger.criterion)}
                for ledger in found
            ]
        },
        lines=tuple(lines) or ("There are no accepted criteria yet.",),
    )


@operation("criteria regrade")
def regrade(workspace: Workspace, *, criterion: str, end: bool = False) -> Outcome:
    """Have the Grade page ask for a criterion's stale answers anew, or end that."""
    deriving.queue_regrade(workspace, criterion, end=end)
    ledger = deriving.ledger(workspace, criterion)
    words = "It is not asked anew any more." if end else sentence(ledger.says)
    return Outcome(document={"criterion": ledger.criterion.id, "next": list(ledger.next)}, lines=(words,))


@operation("criteria timeline")
def timeline(workspace: Workspace, *, criterion: str) -> Outcome:
    """How well judges follow people, version by version of a criterion."""
    subject = deriving.find_criterion(workspace, criterion)
    found = by_version(workspace, subject.id)
    lines = tuple(
        f"v{version.criterion_version}{' (meaning changed)' if version.changed else ''} "
        f"{version.judge}{', in-sample' if version.in_sample else ''}: "
        f"TPR {rate_words(version.tpr)}; TNR {rate_words(version.tnr)}"
        for version in found
    )
    return Outcome(
        document={"versions": [version.model_dump(mode="json") for version in found]},
        lines=lines or ("No judge of this criterion has decided a graded output yet.",),
    )


@operation("criteria lint")
def lint(workspace: Workspace) -> Outcome:
    """Point out the rubric's weaknesses."""
    found = deriving.lint(workspace)
    lines = [f"[{finding.kind}] {finding.says}" for finding in found.findings] or ["Nothing to point out."]
    names = {criterion.id: criterion.name for criterion in deriving.list_criteria(workspace)}
    if found.covering:
        words = ", ".join(names[criterion_id] for criterion_id in found.covering)
        lines.append(
            f"The fewest criteria for the {found.explained} explained of {found.fails} fails: {words}."
        )
    return Outcome(document=found.model_dump(mode="json"), lines=tuple(lines))


@operation("criteria from-prompt")
def from_prompt(workspace: Workspace, *, prompt: str | None = None) -> Outcome:
    """Propose the rules of the pipeline's prompt, and say which the grades contradict."""
    made = deriving.propose_from_prompt(workspace, prompt)
    rules = deriving.prompt_rules(workspace)
    return Outcome(
        document={
            "proposed": [describe(criterion) for criterion in made],
            "rules": [
                rule.model_dump(mode="json", exclude={"criterion"}) | {"criterion_id": rule.criterion.id}
                for rule in rules
            ],
        },
        lines=(f"{len(made)} rules of the prompt are proposed.", *(rule.says for rule in rules)),
    )
