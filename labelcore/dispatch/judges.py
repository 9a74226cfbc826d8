"""Judges: propose, run, look at, choose, and measure against people's grades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from labelcore.dispatch import Outcome, operation
from labelcore.judges.kinds import known_word
from labelcore.models import Frozen, JudgeVersion, Run, SplitName
from labelcore.stages import judging
from labelcore.stages.judging.proposing import retraining
from labelcore.stages.judging.running.engine import check_name
from labelcore.stages.judging.testing import suspecting
from labelcore.workspace import Workspace

Kind = Annotated[str, AfterValidator(known_word)]
Repeats = Annotated[int, Field(ge=1, le=20)]
Engine = Annotated[str, AfterValidator(check_name)]


@operation("judge propose")
def propose(
    workspace: Workspace,
    *,
    criterion: str | None = None,
    kind: Kind | None = None,
    offline: bool = False,
    limit: Annotated[int, Field(ge=1)] = 6,
    seed: int = 0,
    probability: bool = False,
) -> Outcome:
    """Propose candidate judges for each accepted criterion."""
    troubles: list[str] = []
    found = judging.propose(
        workspace,
        criterion=criterion,
        kind=kind,
        offline=offline,
        limit=limit,
        seed=seed,
        probability=probability,
        remarks=troubles,
    )
    suspects = suspecting.suspicious(workspace, found)
    document = {
        "judges": [_describe(version) for version in found],
        "suspects": as_documents(suspects),
        "warnings": troubles,
    }
    lines = [f"Proposed {len(found)} judges."]
    lines += [f"  {version.name} ({version.kind}): {version.description}" for version in found]
    lines += [f"  ! {suspect.says} {suspect.advice}" for suspect in suspects]
    return Outcome(document=document, lines=(*lines, *troubles))


@operation("judge run")
def run(
    workspace: Workspace,
    *,
    judge: str | None = None,
    kind: Kind | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,
    repeats: Repeats = 1,
    engine: Engine | None = None,
) -> Outcome:
    """Run judges over outputs; what is decided already is not asked again."""
    done = judging.run_judges(
        workspace,
        judge=judge,
        kind=kind,
        split=split,
        limit=limit,
        concurrency=concurrency,
        repeats=repeats,
        engine=engine,
    )
    return _of_run(done)


@operation("judge batch")
def batch(
    workspace: Workspace,
    *,
    judge: str | None = None,
    kind: Kind | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,  # noqa: ARG001 - the provider's affair
    repeats: Repeats = 1,
) -> Outcome:
    """Hand LLM judges' questions to the providers' batches, and collect what they have answered."""
    done = judging.run_judges(
        workspace, judge=judge, kind=kind, split=split, limit=limit, repeats=repeats, batch=True
    )
    return _of_run(done)


@operation("judge estimate")
def estimate(
    workspace: Workspace,
    *,
    judge: str | None = None,
    kind: Kind | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,
    repeats: Repeats = 1,
) -> Outcome:
    """Say what a run will take: calls, tokens, money and time."""
    found = judging.estimate_run(
        workspace, judge=judge, kind=kind, split=split, limit=limit, concurrency=concurrency, repeats=repeats
    )
    lines = (judging.estimate_words(found), *found.based_on)
    return Outcome(document=found.model_dump(mode="json"), lines=lines, exit_code=1 if found.trouble else 0)


@operation("judge stop")
def stop(workspace: Workspace) -> Outcome:
    """Ask the project's runs that are under way to stop; they can go on later."""
    stopped = [run.id for run in judging.runs(workspace) if judging.stop_run(run.id)]
    line = f"Asked {len(stopped)} runs to stop; `labelcore judge run` goes on later."
    return Outcome(document={"stopped": stopped}, lines=(line if stopped else "No run is under way.",))


def _of_run(done: Run) -> Outcome:
    names = (
        "verdicts_new",
        "verdicts_cached",
        "errors",
        "seconds",
        "cost_usd",
        "requests",
        "answers_cached",
        "tokens_in",
        "tokens_out",
        "error_kinds",
        "faults",
        "total",
        "repeats",
    )
    document = {"run": done.id, "state": done.state, "message": done.message}
    document |= {name: getattr(done, name) for name in names}
    line = (
        f"{done.verdicts_new:,} new verdicts, {done.verdicts_cached:,} known already, "
        f"{done.errors:,} errors in {done.seconds:.1f} s; {done.requests:,} model calls, "
        f"{done.answers_cached:,} answers known, US$ {done.cost_usd:.4f}. {done.message}"
    )
    return Outcome(document=document, lines=(line.strip(),))


@operation("judge list")
def list_judges(workspace: Workspace) -> Outcome:
    """Show every judge with its verdicts and errors in counts."""
    found = judging.list_judges(workspace)
    suspects = suspecting.suspicious(workspace)
    active = judging.active_judges(workspace)
    fresh = retraining.freshness(workspace, active)
    document = {
        "judges": [summary.model_dump(mode="json") for summary in found],
        "suspects": as_documents(suspects),
        "learned": as_documents(fresh),
    }
    lines = [
        f"{s.name} ({s.kind}): {s.description}"
        + (f" [stale: {'; '.join(s.stale_because)}]" if s.stale else "")
        for s in found
    ]
    lines += [f"! {suspect.says} {suspect.advice}" for suspect in suspects]
    lines += [judge.says for judge in fresh if judge.changed]
    return Outcome(
        document=document, lines=tuple(lines) or ("There are no judges yet: run `labelcore judge propose`.",)
    )


@operation("judge refresh")
def refresh(workspace: Workspace, *, judge: str | None = None) -> Outcome:
    """Make stale LLM judges anew, with the glossary and the wording of now."""
    made = judging.refresh_judges(workspace, judge)
    lines = [f"  {version.name}: version {version.version}" for version in made]
    head = f"{len(made)} judges are made anew; run them." if made else "No LLM judge is stale."
    return Outcome(document={"judges": [_describe(version) for version in made]}, lines=(head, *lines))


@operation("judge show")
def show(workspace: Workspace, *, judge: str) -> Outcome:
    """Show one judge with its specification and history."""
    document = judging.show_judge(workspace, judge).model_dump(mode="json")
    lines = tuple(f"{name}: {value}" for name, value in document.items())
    return Outcome(document=document, lines=lines)


def as_documents(found: Sequence[Frozen]) -> list[dict[str, Any]]:
    """Models in their JSON form."""
    return [model.model_dump(mode="json") for model in found]


def _describe(version: JudgeVersion) -> dict[str, Any]:
    return version.model_dump(mode="json", exclude={"project_id", "author"})
