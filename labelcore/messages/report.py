"""The report for whoever must decide: the answer first, then why, then the figures, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from labelcore.messages.aligning import rate_names, sampling_words
from labelcore.messages.catalogue import calling, counted, field_words, judge_words, say
from labelcore.messages.figures import rate_words
from labelcore.messages.slicing import notes, point_words, series, slice_table, telling
from labelcore.messages.telling import sentence, sentences
from labelcore.messages.trusting import action_words, answer_words, detail_words, reason_words
from labelcore.messages.versions import version_sentence, versions_in_short
from labelcore.stages.aligning.report import AlignmentReport
from labelcore.stages.reporting.document import (
    Block,
    ChartMark,
    Document,
    Intervals,
    ReportText,
    Table,
    Timeline,
)
from labelcore.stages.reporting.failing import Failures
from labelcore.stages.reporting.gathering import AlignmentHistory, Findings
from labelcore.stages.reporting.trend import Trend
from labelcore.stages.reporting.trust import Trust
from labelcore.text.showing import clock

_SHOWN = 20
_TONES: dict[str, Literal["good", "care", "bad"]] = {"yes": "good", "with care": "care", "no": "bad"}


_MOST_RULED = 20


def write_report(findings: Findings) -> Document:
    """The report on what was found, in the language spoken here."""
    with calling(findings.project.settings.noun):
        return _written(findings)


def _written(findings: Findings) -> Document:
    verdict, report = findings.verdict, findings.alignment
    blocks: list[Block] = [
        ReportText(words=sentence(verdict.headline), tone="lead"),
        *_answer(verdict),
        *(ReportText(words=reason_words(reason)) for reason in verdict.reasons),
        ReportText(words=say("Next: {step}.", step=action_words(verdict.action))),
        *_versions(findings),
        *_trend(findings.trend),
        *_slices(findings),
        *_failures(findings.failures),
        *_measured(verdict),
        *_rates(report),
        *_judges(report),
    ]
    if history := findings.history:
        figure = timeline_of(history)
        marks = [ReportText(words=f"{clock(mark.at)}: {mark.words}", tone="small") for mark in figure.marks]
        history_blocks = [figure] if len(figure.points) > 1 else marks
        blocks += [ReportText(words=say("What happened"), tone="heading"), *history_blocks]
    task = (findings.project.task or say("An evaluation")).rstrip(".")
    return Document(
        title=say("How good are the outputs? {project}", project=findings.project.name),
        subtitle=say("{task}. As of {at:%Y-%m-%d %H:%M %Z}.", task=task, at=findings.made_at),
        blocks=(*blocks, *_costs(findings), *_rests_on(findings)),
    )


def _answer(verdict: Trust) -> Iterator[Block]:
    """Whether the number can be used, if there is one."""
    if verdict.rate.value is not None:
        words = say("{answer}.", answer=answer_words(verdict.answer))
        yield ReportText(words=words, tone=_TONES[verdict.answer])


def timeline_of(history: AlignmentHistory) -> Timeline:
    """What happened to the number, as a figure with its marks in words."""
    return Timeline(
        title=say("Alignment of the chosen set on outputs that it had not seen, 95% intervals"),
        points=history.points,
        marks=tuple(ChartMark(at=event.at, words=sentence(event.what)) for event in history.happenings),
    )


def _versions(findings: Findings) -> Iterator[Block]:
    """The newest version of the pipeline against the one before it."""
    if findings.versions:
        short = versions_in_short(findings.versions)
        yield ReportText(words=version_sentence(short))
        yield ReportText(words=short.rates, tone="small")
        if short.beside:
            yield ReportText(words=short.beside, tone="small")


def _trend(trend: Trend) -> Iterator[Block]:
    if len(trend.points) > 1:
        yield ReportText(words=say("Over time"), tone="heading")
        rates = tuple(point.rate for point in trend.points)
        names = tuple(map(point_words, trend.points))
        title = say("Pass rate by people, 95% intervals")
        yield Intervals(title=title, names=names, series={say("by people"): rates})


def _failures(failures: Failures) -> Iterator[Block]:
    if failures.rows:
        yield ReportText(words=say("What fails most"), tone="heading")
        yield Table(
            title=say("Of {n:,} outputs that people failed", n=failures.fails),
            columns=(say("criterion"), say("outputs"), say("share")),
            rows=tuple(
                (say(row.criterion), f"{row.outputs:,}", rate_words(row.share))
                for row in failures.rows[:_SHOWN]
            ),
        )
        if failures.sealed:
            yield ReportText(words=sealed_fails_words(failures.sealed), tone="small")


def sealed_fails_words(n: int) -> str:
    """The failed outputs that no criterion may rest on."""
    return counted(
        "One more is kept in the sealed test: its note is not read.",
        "{n:,} more are kept in the sealed test: their notes are not read.",
        n=n,
    )


def _measured(verdict: Trust) -> Iterator[Block]:
    yield ReportText(words=say("How this was measured"), tone="heading")
    yield ReportText(words=say("The figure: {method}.", method=sentence(verdict.method)))
    for reason in (*verdict.reasons, *verdict.others):
        yield ReportText(words=detail_words(reason), tone="small")
    yield ReportText(words=sentence(verdict.enough), tone="small")
    for basis in sentences(verdict.rests_on):
        yield ReportText(words=basis, tone="small")


def _rates(report: AlignmentReport) -> Iterator[Block]:
    rates = report.pass_rate
    yield ReportText(words=say("The pass rate by people, by judges, and corrected"), tone="heading")
    yield Intervals(
        title=say("Pass rate, 95% intervals"),
        names=rate_names(),
        series={say("pass rate"): (rates.human, rates.judge, rates.corrected)},
    )
    yield ReportText(words=sampling_words(rates), tone="small")


def _judges(report: AlignmentReport) -> Iterator[Block]:
    members = set(report.chosen.judge_version_ids) if report.chosen else set()
    of_set = [judge for judge in report.judges if judge.judge_version_id in members]
    measurable = [judge for judge in report.judges if judge.balanced_accuracy is not None]
    best = sorted(measurable, key=lambda judge: -(judge.balanced_accuracy or 0))
    judges = (of_set or best)[:_SHOWN]
    if not judges:
        return
    yield ReportText(words=say("How well do the judges follow people?"), tone="heading")
    yield Intervals(
        title=say("Judges of the chosen set, on all grades")
        if of_set
        else say("The judges that follow people best, on all grades"),
        names=tuple(judge_words(judge.judge) for judge in judges),
        series={
            say("TPR: good outputs passed"): tuple(judge.tpr for judge in judges),
            say("TNR: bad outputs caught"): tuple(judge.tnr for judge in judges),
        },
    )
    warnings = [
        (judge_words(judge.judge), sentence(warning)) for judge in judges for warning in judge.warnings
    ]
    for name, warning in warnings[:_SHOWN]:
        yield ReportText(words=say("{judge}: {warning}", judge=name, warning=warning), tone="small")


def _slices(findings: Findings) -> Iterator[Block]:
    if not findings.slices:
        return
    yield ReportText(words=say("Where it is better or worse"), tone="heading")
    for sliced in findings.slices:
        yield Intervals(
            title=say("Pass rate by {field}, with 95% intervals", field=field_words(sliced.field)),
            names=tuple(row.name for row in sliced.rows[:_SHOWN]),
            series=series(sliced, _SHOWN),
        )
        yield from (ReportText(words=words, tone="care") for words in telling(sliced))
        yield slice_table(sliced, _SHOWN)
        yield from (ReportText(words=words, tone="small") for words in notes(sliced))
        if differs := sliced.beside(findings.verdict.rate):
            yield ReportText(words=sentence(differs), tone="small")


def _costs(findings: Findings) -> Iterator[Block]:
    costs = (
        (judge_words(judge.judge), findings.costs.get(judge.judge_version_id))
        for judge in findings.alignment.judges
    )
    rows = tuple(
        (name, f"{cost.verdicts:,}", _sum(cost.cost_usd), f"{cost.per_thousand:.3f}")
        for name, cost in costs
        if cost and cost.per_thousand
    )
    unpriced = any(cost.cost_usd is None for cost in findings.costs.values())
    if rows:
        yield ReportText(words=say("What it cost"), tone="heading")
        columns = (say("judge"), say("verdicts"), "US$", say("US$ for 1,000"))
        yield Table(title="", columns=columns, rows=rows)
    elif not unpriced and not any(cost.each_usd for cost in findings.costs.values()):
        yield ReportText(words=say("No model call has cost anything so far."), tone="small")
    if unpriced:
        words = say("Models without a price were asked: what they cost is not known.")
        yield ReportText(words=words, tone="small")


def _sum(cost: float | None) -> str:
    return say("not known") if cost is None else f"{cost:.4f}"


def _rests_on(findings: Findings) -> Iterator[Block]:
    """The versions that every figure rests on, so that the report can be made again."""
    yield ReportText(words=say("What this rests on"), tone="heading")
    people = counted("{n} person", "{n} people", n=findings.annotators)
    yield ReportText(
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
        columns=(say("criterion"), say("version"), say("severity"), say("notes"), say("what it asks")),
        rows=tuple(
            (
                say(criterion.name),
                str(criterion.version),
                say(criterion.severity),
                f"{len(criterion.evidence):,}",
                say(criterion.statement),
            )
            for criterion in findings.criteria
        ),
    )
    yield from _ruled(findings)


def _ruled(findings: Findings) -> Iterator[Block]:
    if not findings.ruled:
        return
    names = {criterion.id: criterion.name for criterion in findings.criteria}
    words = counted(
        "People differed on 1 output; it was settled:",
        "People differed on {n:,} outputs; they were settled:",
        n=len(findings.ruled),
    )
    yield Table(
        title=words,
        columns=(say("output"), say("criterion"), say("it counts as"), say("why")),
        rows=tuple(
            (
                row.output_id[:12],
                names.get(row.criterion_id or row.about or "", say("the whole")),
                say(row.label) if row.label else say("nothing: the criterion is unclear"),
                row.reason,
            )
            for row in findings.ruled[:_MOST_RULED]
        ),
    )
    yield Table(
        title=say("Judges of the chosen set"),
        columns=(say("judge"), say("kind"), say("version"), say("id"), say("model")),
        rows=tuple(
            (judge_words(judge.name), say(judge.kind), str(judge.version), judge.id, judge.model)
            for judge in findings.members
        ),
    )
