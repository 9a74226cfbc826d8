"""The report for whoever must decide: the answer first, then why, then the figures, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.messages.aligning import sampling_words
from labelcore.messages.catalogue import counted, say
from labelcore.messages.figures import rate_words
from labelcore.messages.slicing import notes, series, slice_table, telling
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.trusting import reason_words
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.reporting.document import Block, Document, Intervals, Mark, Table, Text, Timeline
from labelcore.stages.reporting.gathering import Findings, History
from labelcore.stages.reporting.slicing import SliceReport
from labelcore.stages.reporting.trust import Trust

_SHOWN = 20


def write_report(findings: Findings) -> Document:
    """The report on what was found, in the language spoken here."""
    verdict, report = findings.verdict, findings.alignment
    method = say("{rate}; {method}.", rate=rate_words(verdict.rate), method=sentence(verdict.method))
    blocks: list[Block] = [
        Text(words=sentence(verdict.headline), tone="lead"),
        Text(words=method),
        *_reasons(verdict),
        *_rates(report),
        *_judges(report),
        *_slices(findings.slices),
    ]
    if findings.history:
        blocks += [Text(words=say("What happened"), tone="heading"), timeline_of(findings.history)]
    task = (findings.project.task or say("An evaluation")).rstrip(".")
    return Document(
        title=say("Can the number be trusted? {project}", project=findings.project.name),
        subtitle=say("{task}. As of {at:%Y-%m-%d %H:%M} UTC.", task=task, at=findings.made_at),
        blocks=(*blocks, *_costs(findings), *_rests_on(findings)),
    )


def timeline_of(history: History) -> Timeline:
    """What happened to the number, as a figure with its marks in words."""
    return Timeline(
        title=say("Alignment of the chosen set on outputs that it had not seen, 95 % intervals"),
        points=history.points,
        marks=tuple(Mark(at=event.at, words=sentence(event.what)) for event in history.happenings),
    )


def _reasons(verdict: Trust) -> Iterator[Block]:
    yield Text(words=say("Why"), tone="heading")
    for reason in verdict.reasons:
        yield Text(words=reason_words(reason), tone=reason.weight)
    yield Text(words=sentence(verdict.enough))
    for basis in sentences(verdict.rests_on):
        yield Text(words=basis, tone="small")


def _rates(report: AlignmentReport) -> Iterator[Block]:
    rates = report.pass_rate
    yield Text(words=say("How good is everything?"), tone="heading")
    yield Intervals(
        title=say("Pass rate, 95 % intervals"),
        names=(say("People"), say("Chosen set as it is"), say("Corrected for its errors")),
        series={say("pass rate"): (rates.human, rates.judge, rates.corrected)},
    )
    yield Text(words=sampling_words(rates), tone="small")


def _judges(report: AlignmentReport) -> Iterator[Block]:
    members = set(report.chosen.judge_version_ids) if report.chosen else set()
    chosen = [judge for judge in report.judges if judge.judge_version_id in members]
    known = [judge for judge in report.judges if judge.balanced_accuracy is not None]
    best = sorted(known, key=lambda judge: -(judge.balanced_accuracy or 0))
    shown = (chosen or best)[:_SHOWN]
    if not shown:
        return
    yield Text(words=say("How well do the judges follow people?"), tone="heading")
    yield Intervals(
        title=say("Judges of the chosen set, on all grades")
        if chosen
        else say("The judges that follow people best, on all grades"),
        names=tuple(judge.judge for judge in shown),
        series={
            say("TPR: good outputs passed"): tuple(judge.tpr for judge in shown),
            say("TNR: bad outputs caught"): tuple(judge.tnr for judge in shown),
        },
    )
    warnings = [(judge.judge, sentence(warning)) for judge in shown for warning in judge.warnings]
    for name, warning in warnings[:_SHOWN]:
        yield Text(words=say("{judge}: {warning}", judge=name, warning=warning), tone="small")


def _slices(found: tuple[SliceReport, ...]) -> Iterator[Block]:
    if not found:
        return
    yield Text(words=say("Where is it better or worse?"), tone="heading")
    for sliced in found:
        yield Intervals(
            title=say("Pass rate by {field} (intervals hold for all at once)", field=sliced.field),
            names=tuple(row.name for row in sliced.rows[:_SHOWN]),
            series=series(sliced, _SHOWN),
        )
        yield from (Text(words=words, tone="care") for words in telling(sliced))
        yield slice_table(sliced, _SHOWN)
        yield from (Text(words=words, tone="small") for words in notes(sliced))


def _costs(findings: Findings) -> Iterator[Block]:
    known = ((judge.judge, findings.costs.get(judge.judge_version_id)) for judge in findings.alignment.judges)
    rows = tuple(
        (name, f"{cost.verdicts:,}", f"{cost.cost_usd:.4f}", f"{cost.per_thousand or 0.0:.3f}")
        for name, cost in known
        if cost and cost.cost_usd
    )
    if rows:
        yield Text(words=say("What it cost"), tone="heading")
        columns = (say("judge"), say("verdicts"), "US$", say("US$ for 1,000"))
        yield Table(title="", columns=columns, rows=rows)
    else:
        yield Text(words=say("No model call has cost anything so far."), tone="small")


def _rests_on(findings: Findings) -> Iterator[Block]:
    """The versions that every figure rests on, so that the report can be made again."""
    yield Text(words=say("What this rests on"), tone="heading")
    people = counted("{n} person", "{n} people", n=findings.annotators)
    yield Text(
        words=say(
            "{outputs:,} outputs, {labelled:,} of them with a label from {people}. `labelcore align --as-of "
            "{moment}` gives these figures again.",
            outputs=findings.outputs,
            labelled=findings.alignment.n_grades,
            people=people,
            moment=findings.made_at.isoformat(timespec="seconds"),
        )
    )
    yield Table(
        title=say("Criteria"),
        columns=(say("criterion"), say("version"), say("severity"), say("what it asks")),
        rows=tuple(
            (criterion.name, str(criterion.version), criterion.severity, criterion.statement)
            for criterion in findings.criteria
        ),
    )
    yield Table(
        title=say("Judges of the chosen set"),
        columns=(say("judge"), say("kind"), say("version"), say("id"), say("model")),
        rows=tuple(
            (judge.name, judge.kind, str(judge.version), judge.id, judge.model) for judge in findings.members
        ),
    )
