"""What deriving says: criteria with their evidence and history, codes, and the glossary."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import say
from labelcore.messages.figures import rate_words
from labelcore.messages.results import lines
from labelcore.messages.telling import sentence, sentences
from labelcore.models import Code, Criterion, Term
from labelcore.stages.deriving import derivation, editing, glossary, linting, prompting, proposing_codes
from labelcore.stages.deriving.asking import AskingStopped
from labelcore.stages.deriving.coding import Coded, TakenBack
from labelcore.stages.deriving.drift import Ledger, Regrade
from labelcore.stages.deriving.settled import unclear_on
from labelcore.stages.deriving.versions import Ancestor
from labelcore.workspace import Workspace


@lines("criteria list")
def listed(criteria: list[Criterion]) -> Iterator[str]:
    yield from map(_line, criteria)
    if not criteria:
        yield "There are no criteria yet: run `labelcore derive --offline`."


@lines("criteria show")
def shown(workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    yield from (_line(criterion), criterion.statement, risk_words(workspace, criterion))
    for quote in criterion.evidence:
        yield f"  “{quote.quote}” ({'marked in ' if quote.marked else ''}{quote.output_id})"
    for ruling in unclear_on(workspace, criterion):
        yield f"Ruled unclear on {ruling.output_id} by {ruling.author}: {ruling.reason}"


def risk_words(workspace: Workspace, criterion: Criterion) -> str:
    """The risk behind it and what it asks of the judges."""
    risk = editing.risk_of(criterion, workspace.project)
    asked = say(
        "It may fail {limit:.0%} of the good outputs; at this risk judges should find {coverage:.0%} of the "
        "bad ones.",
        limit=criterion.max_false_failure_rate,
        coverage=editing.limits_of(criterion, workspace.project).min_coverage,
    )
    whose = "" if criterion.risk else say(" (the project's)")
    why = f": {criterion.risk_why.rstrip('.')}" if criterion.risk_why else ""
    return f"{say('Risk {risk}{whose}{why}.', risk=say(risk), whose=whose, why=why)} {asked}"


@lines("criteria history")
def versions(criteria: list[Criterion]) -> Iterator[str]:
    for version in criteria:
        yield (
            f"v{version.version} {version.at:%Y-%m-%d %H:%M} {version.author or 'labelcore'}: "
            f"{version.status}, {version.why or 'no reason given'}"
        )


@lines(
    "criteria add",
    "criteria edit",
    "criteria reword",
    "criteria accept",
    "criteria reject",
    "criteria drop",
    "criteria restore",
    "criteria merge",
)
def changed(criterion: Criterion) -> Iterator[str]:
    yield _line(criterion)


@lines("derive")
def derived(found: derivation.Derivation) -> Iterator[str]:
    yield from map(say, found.warnings)
    yield from map(_line, found.criteria)
    yield f"{found.uncovered_fails} failed outputs are not explained by any criterion yet."
    for dropped in found.left_out:
        yield f"  left out: the {dropped.what} “{dropped.text}” ({say(dropped.why)})"
    if found.left_out or not found.by_model:
        for number, answer in enumerate(found.answers, 1):
            yield f"What the model answered ({number} of {len(found.answers)}):"
            yield from answer.splitlines()


@lines("criteria stop")
def stopped(found: AskingStopped) -> Iterator[str]:
    yield "Asked it to stop; what was answered is kept." if found.stopped else "No model is being asked."


@lines("criteria split")
def split(criteria: list[Criterion]) -> Iterator[str]:
    for criterion in criteria:
        yield f"{criterion.name}: {len(criterion.evidence)} quotes ({criterion.id})"


@lines("criteria undo")
def undone(criteria: list[Criterion]) -> Iterator[str]:
    for criterion in criteria:
        yield f"{criterion.name} is as before (version {criterion.version}, {criterion.status})."


@lines("criteria lineage")
def lineage(criteria: list[Ancestor]) -> Iterator[str]:
    names = {criterion.id: criterion.name for criterion in criteria}
    for criterion in criteria:
        parents = ", ".join(names.get(parent, parent) for parent in criterion.parents)
        origin = f" from {parents}" if parents else ""
        yield f"{criterion.name} ({criterion.status}, {criterion.versions} versions){origin}"


@lines("criteria drift")
def drift(ledgers: list[Ledger]) -> Iterator[str]:
    for ledger in ledgers:
        yield sentence(ledger.says)
        if ledger.stale:
            to_grade = ", ".join(ledger.next[:10]) or "nothing"
            yield f"  flips: {rate_words(ledger.flips)}; grade next: {to_grade}"
    if not ledgers:
        yield "There are no accepted criteria yet."


@lines("criteria regrade")
def regraded(regrade: Regrade) -> Iterator[str]:
    yield "It is not asked anew any more." if regrade.end else sentence(regrade.ledger.says)


@lines("criteria lint")
def lint(workspace: Workspace, found: linting.Lint) -> Iterator[str]:
    yield from (f"[{finding.kind}] {sentence(finding.says)}" for finding in found.findings)
    if not found.findings:
        yield "Nothing to point out."
    if found.covering:
        names = {criterion.id: criterion.name for criterion in editing.list_criteria(workspace)}
        words = ", ".join(names[criterion_id] for criterion_id in found.covering)
        yield f"The fewest criteria for the {found.explained} explained of {found.fails} fails: {words}."


@lines("criteria from-prompt")
def prompt(found: prompting.PromptRules) -> Iterator[str]:
    yield f"{len(found.proposed)} rules of the prompt are proposed."
    for left in found.left_out:
        yield f"  left out: “{left.text}” ({say(left.why)})"
    yield from sentences(rule.says for rule in found.rules)


def _line(criterion: Criterion) -> str:
    return (
        f"[{criterion.status}] {criterion.name} (v{criterion.version}, {criterion.severity}, "
        f"{len(criterion.evidence)} quotes) {criterion.id}"
    )


@lines("codes list")
def codes(found: Sequence[Coded]) -> Iterator[str]:
    for coded in found:
        outputs = f"{coded.outputs:,} {'output' if coded.outputs == 1 else 'outputs'}"
        people = f"{coded.people:,} {'person' if coded.people == 1 else 'people'}"
        quote = coded.quotes[0].text
        yield f"[{coded.code.state}] {coded.code.label}: {outputs}, {people}; e.g. “{quote}” {coded.code.id}"
    if not found:
        yield "No note carries a code yet: fail some outputs and say why."


@lines("codes propose")
def coded(coding: proposing_codes.Coding) -> Iterator[str]:
    yield from map(say, coding.says)
    yield from codes(coding.codes)


@lines("codes rename", "codes accept", "codes drop")
def code_changed(code: Code) -> Iterator[str]:
    yield f"[{code.state}] {code.label}"


@lines("codes merge")
def codes_merged(code: Code) -> Iterator[str]:
    yield f"All quotes are under {code.label}."


@lines("codes move")
def quote_moved(code: Code) -> Iterator[str]:
    yield f"It is under {code.label} now."


@lines("codes group")
def codes_grouped(criterion: Criterion) -> Iterator[str]:
    yield f"{criterion.name} rests on {len(criterion.evidence)} quotes: {criterion.statement}"


@lines("codes undo")
def codes_undone(change: TakenBack) -> Iterator[str]:
    yield f"Taken back: {change.taken_back}."


@lines("glossary list")
def terms(found: list[Term]) -> Iterator[str]:
    yield from map(_term, found)
    if not found:
        yield "The glossary is empty."


@lines("glossary set")
def term_kept(term: Term) -> Iterator[str]:
    yield _term(term)


@lines("glossary drop")
def term_dropped(dropped: glossary.TermDropped) -> Iterator[str]:
    yield f"{dropped.left} terms are left."


@lines("glossary find")
def term_candidates(found: list[glossary.Candidate]) -> Iterator[str]:
    for candidate in found:
        yield f"{candidate.term} = {candidate.meaning or '?'} ({candidate.count} outputs)"
        yield from (f"  {quote.output_id}: {quote.text}" for quote in candidate.quotes)
    if not found:
        yield "Nothing that looks like a term was found."


def _term(term: Term) -> str:
    """A term as one line: ``杭分 = 杭州分公司 (where city is Hangzhou)``."""
    where = " and ".join(f"{name} is {value}" for name, value in term.scope.items())
    return f"{term.term} = {term.meaning}{f' (where {where})' if where else ''}"
