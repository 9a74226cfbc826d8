"""Learned judges and cascades: made again, explained, set for an error; the flip of an inverted judge."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelcore.dispatch import Outcome, operation
from labelcore.messages import document, rate_words, sentences
from labelcore.stages import judging
from labelcore.stages.judging.proposing import cascades, retraining
from labelcore.stages.judging.proposing.cascades import CascadeReport
from labelcore.stages.judging.testing import suspecting
from labelcore.workspace import Workspace

_SHOWN = 20


@operation("judge retrain")
def retrain(workspace: Workspace, *, judge: str | None = None) -> Outcome:
    """Make learned judges again from the grades as they are now."""
    version = judging.find_judge(workspace, judge) if judge else None
    found = retraining.retrain(workspace, judge=version)
    document = {
        "judges": [
            retrained.before.model_dump(mode="json")
            | {
                "new": retrained.new,
                "judge_version_id": retrained.version.id,
                "version": retrained.version.version,
            }
            for retrained in found
        ]
    }
    lines = [retrained.says for retrained in found]
    if any(retrained.new for retrained in found):
        lines.append("Run the new versions: `labelcore judge run --kind learned`.")
    return Outcome(document=document, lines=tuple(lines))


@operation("judge explain")
def explain(workspace: Workspace, *, judge: str, output: str | None = None) -> Outcome:
    """Show what a learned judge looks at, in general or in one output."""
    version = judging.find_judge(workspace, judge)
    report = retraining.learned_report(workspace, version)
    document = report.model_dump(mode="json") | {"output": None}
    lines = [report.fresh.says, report.reliability.says, "In log odds of a fail it weighs:"]
    lines += [f"  {weight.weight:+.2f}  {weight.what}" for weight in report.weights]
    if output is not None:
        subject = retraining.find_output(workspace.db, output)
        told = retraining.explain(workspace.db, version, subject)
        document["output"] = told.model_dump(mode="json") | {"output_id": subject.id}
        lines += ["In this output:", *(f"  {tell.weight:+.2f}  {tell.what}" for tell in told.tells)]
        lines += [f"  {part.pull:+.2f}  “{part.text}”" for part in told.parts]
    return Outcome(document=document, lines=tuple(lines))


@operation("judge flip")
def flip(workspace: Workspace, *, judge: str) -> Outcome:
    """Make a judge that says the opposite of an inverted one."""
    version = judging.find_judge(workspace, judge)
    made = suspecting.flip(workspace, version)
    document = made.model_dump(mode="json", exclude={"project_id", "author"})
    return Outcome(document=document, lines=(f"{made.name}: {made.description}",))


@operation("judge cascade")
def cascade(
    workspace: Workspace,
    *,
    first: str,
    then: str,
    criterion: str | None = None,
    error: Annotated[float, Field(gt=0, lt=1)] = 0.05,
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.95,
) -> Outcome:
    """Set a cascade: the first judge where it is sure, the second where it is not, else a person."""
    report = cascades.make(
        workspace,
        judging.find_judge(workspace, first),
        judging.find_judge(workspace, then),
        criterion=criterion,
        error=error,
        confidence=confidence,
    )
    return _cascade_outcome(report)


@operation("judge cascade report")
def cascade_report(workspace: Workspace, *, judge: str) -> Outcome:
    """Show who decides how much in a cascade, with which error, and what it saves."""
    version = judging.find_judge(workspace, judge)
    return _cascade_outcome(cascades.report(workspace, version))


def _cascade_outcome(report: CascadeReport) -> Outcome:
    return Outcome(document=document(report), lines=cascade_lines(report))


def cascade_lines(report: CascadeReport) -> tuple[str, ...]:
    """A cascade's report as sentences."""
    lines = [
        f"{report.name}, at most {report.error:.0%} wrong at each step ({report.confidence:.0%} confidence):"
    ]
    for step in report.steps:
        share = f" ({step.outputs / report.outputs:.0%})" if report.outputs else ""
        lines.append(
            f"  {step.who} decides {step.rule}: {step.outputs:,} of {report.outputs:,} "
            f"outputs{share}; wrong on graded ones: {rate_words(step.error)}."
        )
    lines.append(
        f"  Both together: {report.all_decided.outputs:,} outputs; wrong on graded ones: "
        f"{rate_words(report.all_decided.error)}."
    )
    lines.append(f"  Left to people: {report.people:,}, {len(report.ungraded):,} of them without a grade.")
    money = "" if report.saved_usd is None else f", US$ {report.saved_usd:.4f}"
    if report.asked:
        lines.append(
            f"  {report.saved_calls:,} of {report.outputs:,} calls of the second judge are saved{money}."
        )
    else:
        lines.append("  The second judge is asked nowhere.")
    return (*lines, *sentences(report.warnings))


@operation("judge ask-people")
def ask_people(
    workspace: Workspace, *, judge: str, limit: Annotated[int, Field(ge=1, le=1000)] = 50
) -> Outcome:
    """Put outputs on which a judge abstains first in the queue for grading."""
    version = judging.find_judge(workspace, judge)
    ids = cascades.hand_to_people(workspace, version, limit)
    return Outcome(
        document={"judge": version.judge_id, "output_ids": ids},
        lines=(f"{len(ids)} outputs that {version.name} leaves to people come first in the queue.",),
    )
