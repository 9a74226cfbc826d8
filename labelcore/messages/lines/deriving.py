"""What deriving says: criteria with their evidence and history, codes, and the glossary."""

from collections.abc import Iterator, Sequence

from labelcore.messages.catalogue import counted, paragraph, say
from labelcore.messages.results import lines
from labelcore.messages.telling import listed as one_after_other, sentence, sentences
from labelcore.models import Code, Criterion, Term
from labelcore.stages.deriving import derivation, editing, glossary, linting, prompting, proposing_codes
from labelcore.stages.deriving.asking import AskingStopped
from labelcore.stages.deriving.coding import CodeQuotes, CodingWithdrawal
from labelcore.stages.deriving.drift import Ledger, Regrade
from labelcore.stages.deriving.same import AlikeCriteria, ApartCriteria
from labelcore.stages.deriving.versions import Ancestor
from labelcore.stages.grading.settled import unclear_on
from labelcore.workspace import Workspace


@lines("criteria list")
def listed(criteria: list[Criterion]) -> Iterator[str]:
    yield from map(_line, criteria)
    if not criteria:
        yield say("There are no criteria yet: run `labelcore derive --offline`.")


@lines("criteria show")
def shown(workspace: Workspace, criterion: Criterion) -> Iterator[str]:
    yield from (_line(criterion), say(criterion.statement), risk_words(workspace, criterion))
    for quote in criterion.evidence:
        where = say("marked in {id}", id=quote.output_id) if quote.marked else quote.output_id
        yield say("  “{quote}” ({where})", quote=quote.quote, where=where)
    for ruling in unclear_on(workspace, criterion):
        yield say("Ruled unclear on {output_id} by {author}: {reason}", ruling)


def risk_words(workspace: Workspace, criterion: Criterion) -> str:
    """The risk behind it and what it asks of the judges."""
    risk = editing.risk_of(criterion, workspace.project)
    demand = say(
        "It may fail {limit:.0%} of the good outputs; at this risk judges should find {coverage:.0%} of the "
        "bad ones.",
        limit=criterion.max_false_failure_rate,
        coverage=editing.limits_of(criterion, workspace.project).min_coverage,
    )
    whose = "" if criterion.risk else say(" (the project's)")
    why = f": {criterion.risk_why.rstrip('.')}" if criterion.risk_why else ""
    return paragraph(say("Risk {risk}{whose}{why}.", risk=say(risk), whose=whose, why=why), demand)


@lines("criteria history")
def versions(criteria: list[Criterion]) -> Iterator[str]:
    for version in criteria:
        yield say(
            "v{version} {at:%Y-%m-%d %H:%M %Z} {author}: {status}, {why}",
            version,
            author=version.author or "labelcore",
            status=say(version.status),
            why=say(version.why or "no reason given"),
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
def derived(report: derivation.Derivation) -> Iterator[str]:
    yield from map(say, report.warnings)
    if report.criteria and not report.new and not report.stopped:
        yield say("The notes say nothing new.")
        if report.may_reread:
            yield say("`labelcore derive --again` lets a model read them again.")
    yield from map(_line, report.criteria)
    yield say("{uncovered_fails} failed outputs are not explained by any criterion yet.", report)
    for dropped in report.left_out:
        yield say(
            "  left out: the {what} “{text}” ({why})",
            what=say(dropped.what),
            text=dropped.text,
            why=say(dropped.why),
        )
    if report.left_out or not report.by_model:
        for number, answer in enumerate(report.answers, 1):
            yield say(
                "What the model answered ({number} of {answers}):", number=number, answers=len(report.answers)
            )
            yield from answer.splitlines()


@lines("criteria stop")
def stopped(report: AskingStopped) -> Iterator[str]:
    yield (
        say("Asked it to stop; what was answered is kept.")
        if report.stopped
        else say("No model is being asked.")
    )


@lines("criteria split")
def split(criteria: list[Criterion]) -> Iterator[str]:
    for criterion in criteria:
        yield say(
            "{name}: {evidence} quotes ({id})",
            name=say(criterion.name),
            evidence=len(criterion.evidence),
            id=criterion.id,
        )


@lines("criteria undo")
def undone(criteria: list[Criterion]) -> Iterator[str]:
    for criterion in criteria:
        yield say(
            "{name} is as before (version {version}, {status}).",
            name=say(criterion.name),
            version=criterion.version,
            status=say(criterion.status),
        )


@lines("criteria alike")
def alike(pairs: list[AlikeCriteria]) -> Iterator[str]:
    for pair in pairs:
        yield say(
            "“{first}” and “{second}” may be one: “{one}”, “{other}”",
            first=say(pair.first),
            second=say(pair.second),
            one=pair.quotes[0],
            other=pair.quotes[1],
        )
    if not pairs:
        yield say("No two criteria seem to be one.")


@lines("criteria apart")
def apart(two: ApartCriteria) -> Iterator[str]:
    yield say("“{first}” and “{second}” stay two.", first=say(two.first), second=say(two.second))


@lines("criteria lineage")
def lineage(criteria: list[Ancestor]) -> Iterator[str]:
    names = {criterion.id: say(criterion.name) for criterion in criteria}
    for criterion in criteria:
        parents = one_after_other(names.get(parent, parent) for parent in criterion.parents)
        origin = say(" from {parents}", parents=parents) if parents else ""
        yield say(
            "{name} ({status}, {versions} versions){origin}",
            name=say(criterion.name),
            status=say(criterion.status),
            versions=criterion.versions,
            origin=origin,
        )


@lines("criteria drift")
def drift(ledgers: list[Ledger]) -> Iterator[str]:
    for ledger in ledgers:
        yield sentence(ledger.says)
        if ledger.stale:
            to_grade = ledger.next[:10] or say("nothing")
            yield say("  flips: {flips}; grade next: {to_grade}", ledger, to_grade=to_grade)
    if not ledgers:
        yield say("There are no accepted criteria yet.")


@lines("criteria regrade")
def regraded(regrade: Regrade) -> Iterator[str]:
    yield say("It is not asked anew any more.") if regrade.end else sentence(regrade.ledger.says)


@lines("criteria lint")
def lint(workspace: Workspace, report: linting.Lint) -> Iterator[str]:
    yield from (
        say("[{kind}] {told}", kind=say(finding.kind), told=sentence(finding.says))
        for finding in report.findings
    )
    if not report.findings:
        yield say("Nothing to point out.")
    if report.covering:
        names = {criterion.id: criterion.name for criterion in editing.list_criteria(workspace)}
        words = [say(names[criterion_id]) for criterion_id in report.covering]
        yield say(
            "The fewest criteria for the {explained} explained of {fails} fails: {words}.",
            report,
            words=words,
        )


@lines("criteria from-prompt")
def prompt(report: prompting.PromptRules) -> Iterator[str]:
    yield say("{proposed} rules of the prompt are proposed.", proposed=len(report.proposed))
    for dropped in report.left_out:
        yield say("  left out: “{text}” ({why})", text=dropped.text, why=say(dropped.why))
    yield from sentences(rule.says for rule in report.rules)


def _line(criterion: Criterion) -> str:
    return say(
        "[{status}] {name} (v{version}, {severity}, {evidence} quotes) {id}",
        criterion,
        status=say(criterion.status),
        name=say(criterion.name),
        severity=say(criterion.severity),
        evidence=len(criterion.evidence),
    )


@lines("codes list")
def codes(rows: Sequence[CodeQuotes]) -> Iterator[str]:
    for coded in rows:
        outputs = counted("{n:,} output", "{n:,} outputs", n=coded.outputs)
        people = counted("{n:,} person", "{n:,} people", n=coded.people)
        quote = coded.quotes[0].text
        yield say(
            "[{state}] {label}: {outputs}, {people}; e.g. “{quote}” {id}",
            state=say(coded.code.state),
            label=say(coded.code.label),
            outputs=outputs,
            people=people,
            quote=quote,
            id=coded.code.id,
        )
    if not rows:
        yield say("No note carries a code yet: fail some outputs and say why.")


@lines("codes propose")
def coded(coding: proposing_codes.CodeProposal) -> Iterator[str]:
    yield from map(say, coding.says)
    yield from codes(coding.codes)


@lines("codes rename", "codes accept", "codes drop")
def code_changed(code: Code) -> Iterator[str]:
    yield say("[{kind}] {told}", kind=say(code.state), told=say(code.label))


@lines("codes merge")
def codes_merged(code: Code) -> Iterator[str]:
    yield say("All quotes are under {label}.", label=code.label)


@lines("codes move")
def quote_moved(code: Code) -> Iterator[str]:
    yield say("It is under {label} now.", label=code.label)


@lines("codes group")
def codes_grouped(criterion: Criterion) -> Iterator[str]:
    yield say(
        "{name} rests on {evidence} quotes: {statement}",
        name=say(criterion.name),
        evidence=len(criterion.evidence),
        statement=say(criterion.statement),
    )


@lines("codes undo")
def codes_undone(change: CodingWithdrawal) -> Iterator[str]:
    yield say("Taken back: {taken_back}.", taken_back=change.taken_back)


@lines("glossary list")
def terms(rows: list[Term]) -> Iterator[str]:
    yield from map(_term, rows)
    if not rows:
        yield say("The glossary is empty.")


@lines("glossary set")
def term_kept(term: Term) -> Iterator[str]:
    yield _term(term)


@lines("glossary drop")
def term_dropped(dropped: glossary.TermDropped) -> Iterator[str]:
    yield say("{left} terms are left.", left=dropped.left)


@lines("glossary find")
def term_candidates(rows: list[glossary.TermCandidate]) -> Iterator[str]:
    for candidate in rows:
        yield say("{term} = {meaning} ({count} outputs)", candidate, meaning=candidate.meaning or "?")
        yield from (f"  {quote.output_id}: {quote.text}" for quote in candidate.quotes)
    if not rows:
        yield say("Nothing that looks like a term was found.")


def _term(term: Term) -> str:
    """A term as one line: ``杭分 = 杭州分公司 (where city is Hangzhou)``."""
    where = say(" and ").join(
        say("{name} is {value}", name=name, value=value) for name, value in term.scope.items()
    )
    condition = say(" (where {where})", where=where) if where else ""
    return f"{term.term} = {term.meaning}{condition}"
