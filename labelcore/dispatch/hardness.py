"""How far judges can be trusted under pressure: hardness tests, repeats, and panels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.messages import document, rate_words, sentences
from labelcore.stages import judging
from labelcore.stages.judging.proposing import panels
from labelcore.stages.judging.testing import hardness, repeating
from labelcore.stages.judging.testing.hardness_report import HardnessReport, HardnessRow, changed_texts
from labelcore.workspace import Workspace

Family = Literal["position", "wording", "injection", "defect"]
_CLOSING = {
    "changed": "of verdicts change",
    "talked into pass": "of failed outputs are talked into a pass",
    "caught": "of planted defects are failed",
}


@operation("judge harden")
def harden(
    workspace: Workspace,
    *,
    judge: str,
    limit: Annotated[int, Field(ge=1, le=hardness.MOST)] = 20,
    only: list[Family] | None = None,
    estimate: bool = False,
) -> Outcome:
    """Test one judge with neutral changes, attacks and planted defects; nothing is asked twice."""
    version = judging.find_judge(workspace, judge)
    families = tuple(only) if only else hardness.FAMILIES
    if estimate:
        left = hardness.left_to_ask(workspace, version, limit=limit, families=families)
        return Outcome(document={"decisions": len(left)}, lines=(f"{len(left):,} decisions would be asked.",))
    found = hardness.harden(workspace, version, limit=limit, families=families)
    return _outcome(found)


@operation("judge hardness")
def hardness_of(workspace: Workspace, *, judge: str, test: str | None = None) -> Outcome:
    """Show what hardness tests found, or the texts behind one of them; nothing is asked."""
    version = judging.find_judge(workspace, judge)
    if test is None:
        return _outcome(hardness.report(workspace, version))
    texts = changed_texts(workspace.db, version, test)
    rows: list[dict[str, Any]] = [
        asked.result.model_dump(mode="json", exclude={"project_id"})
        | {"text": asked.source.text, "hit": asked.hit}
        for asked in texts
    ]
    lines = [
        f"{r['output_id']}: {r['before_value']} -> {r['after_value']}. {r['after_reason']}" for r in rows
    ]
    return Outcome(
        document={"judge_version_id": version.id, "test": test, "results": rows},
        lines=tuple(lines) or ("Nothing was tested by that name.",),
    )


def _outcome(found: HardnessReport) -> Outcome:
    head = f"{found.judge}: {found.results:,} results, {found.errors:,} errors, US$ {found.cost_usd:.4f}."
    return Outcome(
        document=document(found),
        lines=(head, *sentences(found.warnings), *(_line(row) for row in found.rows)),
    )


def _line(row: HardnessRow) -> str:
    if row.rate.value is None:
        return f"{row.family}, {row.test}: {rate_words(row.rate)}."
    confirmed = f"; {row.confirmed} confirmed" if row.confirmed else ""
    return f"{row.family}, {row.test}: {rate_words(row.rate)} {_CLOSING[row.asks]}{confirmed}."


@operation("judge repeat")
def repeat(
    workspace: Workspace,
    *,
    judge: str,
    times: Annotated[int, Field(ge=2, le=repeating.MOST_TIMES)] = 3,
    limit: Annotated[int, Field(ge=1, le=repeating.MOST_OUTPUTS)] = 50,
) -> Outcome:
    """Ask an LLM judge again, to see how often it changes its mind."""
    version = judging.find_judge(workspace, judge)
    done = repeating.repeat(workspace, version, times=times, limit=limit)
    found = repeating.flips(workspace, version)
    line = (
        f"{done.state}: {done.verdicts_new:,} new verdicts, {done.errors:,} errors, US$ "
        f"{done.cost_usd:.4f}. {done.message}"
    )
    return Outcome(
        document={
            "run": done.id,
            "state": done.state,
            "verdicts_new": done.verdicts_new,
            "errors": done.errors,
            "cost_usd": done.cost_usd,
            "message": done.message,
            "flips": [report.model_dump(mode="json") for report in found],
        },
        lines=(line.strip(), *map(_flips_line, found)),
    )


@operation("judge flips")
def flips(workspace: Workspace, *, judge: str | None = None) -> Outcome:
    """Show how often judges that were asked several times change their mind, and on what."""
    version = judging.find_judge(workspace, judge) if judge else None
    found = repeating.flips(workspace, version)
    lines = [line for report in found for line in (_flips_line(report), *_flipped(report))]
    return Outcome(
        document={"flips": [report.model_dump(mode="json") for report in found]},
        lines=tuple(lines) or ("No judge was asked twice: `labelcore judge repeat JUDGE` does that.",),
    )


def _flips_line(report: repeating.Flips) -> str:
    return (
        f"{report.judge}: differs on {rate_words(report.rate)} of outputs when asked up to "
        f"{report.times} times."
    )


def _flipped(report: repeating.Flips) -> list[str]:
    return [f"  {flip.output_id}: {', '.join(flip.values)}" for flip in report.flipped]


@operation("judge panel")
def panel(
    workspace: Workspace,
    *,
    judges: Annotated[list[str], Field(min_length=1, max_length=panels.MOST)],
    rule: Literal["majority", "unanimous"] = "majority",
) -> Outcome:
    """Make several LLM judges one that takes their votes; of one judge, its prompt's variants."""
    members = [judging.find_judge(workspace, judge) for judge in judges]
    made = panels.make_panel(workspace, members, rule=rule)
    return Outcome(
        document=made.model_dump(mode="json", exclude={"project_id"}),
        lines=(f"{made.name}: {made.description}",),
    )
