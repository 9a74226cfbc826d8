"""The report for whoever must decide: the answer first, then why, then the figures, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from labelcore.models import now
from labelcore.stages import projects
from labelcore.stages.aligning import AlignmentReport, JudgeAlignment, align
from labelcore.stages.deriving import list_criteria
from labelcore.stages.reporting.document import Block, Document, Intervals, Table, Text
from labelcore.stages.reporting.slice_words import notes, series, slice_table, telling
from labelcore.stages.reporting.slicing import SliceReport, slices
from labelcore.stages.reporting.timeline import timeline
from labelcore.stages.reporting.trust import Reason, Trust, trust
from labelcore.stats.rate import in_words
from labelcore.store import judges as judge_table
from labelcore.store.costs import Cost, costs
from labelcore.workspace import Workspace

_SHOWN = 20
_TITLES = {"bad": "Against it", "care": "Take care", "good": "For it"}


def build_report(workspace: Workspace, *, by: tuple[str, ...] = ()) -> Document:
    """The report of a project as it stands now; ``by`` names metadata fields to slice by."""
    made = now()
    report = align(workspace, split="all")
    verdict = trust(workspace, report)
    blocks: list[Block] = [
        Text(words=verdict.headline, tone="lead"),
        Text(words=f"{in_words(verdict.rate)}; {verdict.method}."),
        *_reasons(verdict),
        *_rates(report),
        *_judges(report),
        *_slices(slices(workspace, by)),
    ]
    if history := timeline(workspace):
        blocks += [Text(words="What happened", tone="heading"), history]
    blocks += _costs(report, costs(workspace.db, workspace.project.id))
    blocks += _rests_on(workspace, report, made)
    return Document(
        title=f"Can the number be trusted? {workspace.project.name}",
        subtitle=f"{(workspace.project.task or 'An evaluation').rstrip('.')}. As of {made:%Y-%m-%d %H:%M} UTC.",
        blocks=tuple(blocks),
    )


def _reasons(trust: Trust) -> Iterator[Block]:
    yield Text(words="Why", tone="heading")
    for reason in trust.reasons:
        yield Text(words=reason_words(reason), tone=reason.weight)
    yield Text(words=trust.enough)
    for line in trust.rests_on:
        yield Text(words=line, tone="small")


def reason_words(reason: Reason) -> str:
    """A reason with its weight in words, so that nothing rests on its colour."""
    next_step = f" Next: {reason.next_step}" if reason.next_step else ""
    return f"{_TITLES[reason.weight]}: {reason.says}{next_step}"


def _rates(report: AlignmentReport) -> Iterator[Block]:
    rates = report.pass_rate
    yield Text(words="How good is everything?", tone="heading")
    yield Intervals(
        title="Pass rate, 95 % intervals",
        names=("People", "Chosen set as it is", "Corrected for its errors"),
        series={"pass rate": (rates.human, rates.judge, rates.corrected)},
    )
    how = f"; the correction holds if {rates.assumption}" if rates.corrected.value is not None else ""
    yield Text(words=f"The graded outputs are {rates.human_sampling}{how}.", tone="small")


def _judges(report: AlignmentReport) -> Iterator[Block]:
    members = set(report.chosen.judge_version_ids) if report.chosen else set()
    chosen = [judge for judge in report.judges if judge.judge_version_id in members]
    shown = (chosen or _best(report))[:_SHOWN]
    if not shown:
        return
    yield Text(words="How well do the judges follow people?", tone="heading")
    yield Intervals(
        title="Judges of the chosen set, on all grades"
        if chosen
        else "The judges that follow people best, on all grades",
        names=tuple(judge.judge for judge in shown),
        series={
            "TPR: good outputs passed": tuple(judge.tpr for judge in shown),
            "TNR: bad outputs caught": tuple(judge.tnr for judge in shown),
        },
    )
    warnings = [f"{judge.judge}: {warning}" for judge in shown for warning in judge.warnings]
    for words in warnings[:_SHOWN]:
        yield Text(words=words, tone="small")


def _best(report: AlignmentReport) -> list[JudgeAlignment]:
    known = [judge for judge in report.judges if judge.balanced_accuracy is not None]
    return sorted(known, key=lambda judge: -(judge.balanced_accuracy or 0))


def _slices(found: list[SliceReport]) -> Iterator[Block]:
    if not found:
        return
    yield Text(words="Where is it better or worse?", tone="heading")
    for sliced in found:
        yield Intervals(
            title=f"Pass rate by {sliced.field} (intervals hold for all at once)",
            names=tuple(row.name for row in sliced.rows[:_SHOWN]),
            series=series(sliced, _SHOWN),
        )
        yield from (Text(words=sentence, tone="care") for sentence in telling(sliced))
        yield slice_table(sliced, _SHOWN)
        yield from (Text(words=note, tone="small") for note in notes(sliced))


def _costs(report: AlignmentReport, known: dict[str, Cost]) -> Iterator[Block]:
    rows = []
    for judge in report.judges:
        cost = known.get(judge.judge_version_id)
        if cost and cost.cost_usd:
            per = cost.per_thousand or 0.0
            rows.append((judge.judge, f"{cost.verdicts:,}", f"{cost.cost_usd:.4f}", f"{per:.3f}"))
    if rows:
        yield Text(words="What it cost", tone="heading")
        yield Table(title="", columns=("judge", "verdicts", "US$", "US$ for 1,000"), rows=tuple(rows))
    else:
        yield Text(words="No model call has cost anything so far.", tone="small")


def _rests_on(workspace: Workspace, report: AlignmentReport, made: datetime) -> Iterator[Block]:
    """The versions that every figure rests on, so that the report can be made again."""
    seen = projects.overview(workspace)
    yield Text(words="What this rests on", tone="heading")
    yield Text(
        words=(
            f"{seen.outputs:,} outputs, {report.n_grades:,} of them with a label from "
            f"{'1 person' if seen.annotators == 1 else f'{seen.annotators} people'}. `labelcore "
            f"align --as-of {made.isoformat(timespec='seconds')}` gives these figures again."
        )
    )
    accepted = list_criteria(workspace, status="accepted")
    yield Table(
        title="Criteria",
        columns=("criterion", "version", "severity", "what it asks"),
        rows=tuple(
            (criterion.name, str(criterion.version), criterion.severity, criterion.statement)
            for criterion in accepted
        ),
    )
    members = report.chosen.judge_version_ids if report.chosen else ()
    versions = judge_table.many(workspace.db, list(members))
    yield Table(
        title="Judges of the chosen set",
        columns=("judge", "kind", "version", "id", "model"),
        rows=tuple(
            (version.name, version.kind, str(version.version), version.id, version.model)
            for version in (versions[key] for key in members if key in versions)
        ),
    )
