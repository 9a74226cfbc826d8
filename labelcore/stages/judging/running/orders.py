"""Runs as a person orders them: which judges, over which outputs, cascades among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from labelcore.errors import BadInput
from labelcore.judges.kinds import kind_of, of_kind
from labelcore.models import JudgeVersion, Run, SplitName
from labelcore.stages import projects
from labelcore.stages.judging.keeping.finding import active_judges, find_judge
from labelcore.stages.judging.running import execution
from labelcore.stages.judging.running.cascades import asked_in_doubt, judges_of, run_cascade
from labelcore.stages.judging.running.estimating import Estimate, estimate
from labelcore.stages.judging.running.options import RunOptions
from labelcore.store import Database
from labelcore.store import outputs as output_table
from labelcore.store import runs as run_table
from labelcore.store import splits as split_table
from labelcore.workspace import Workspace


def run_judges(
    workspace: Workspace,
    *,
    judge: str | None = None,
    kind: str | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,
    repeats: int = 1,
    batch: bool = False,
    engine: str | None = None,
) -> Run:
    """Run judges over outputs; what is decided already is not asked again.

    ``repeats``: how often each LLM judge decides each output in all. ``batch``: LLM judges' questions
    go to the providers' batches; the same call another day collects the answers. ``engine``: where
    they run instead of where the setting of this name says.

    Raises:
        BadInput: there is no judge or no output that fits.
    """
    options = RunOptions(repeats, concurrency, batch, engine)
    versions, ids = _asked_for(workspace, judge, kind, split, limit)
    spared = set() if judge or kind else asked_in_doubt(workspace.db, versions)
    plain = [version for version in versions if not kind_of(version).composed and version.id not in spared]
    done = [execution.run(workspace, plain, ids, options)] if plain else []
    done += [
        run_cascade(workspace, version, ids, options)
        for version in versions
        if kind_of(version).composed and not options.stop.is_set()
    ]
    return together(done)


def estimate_run(
    workspace: Workspace,
    *,
    judge: str | None = None,
    kind: str | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,
    repeats: int = 1,
) -> Estimate:
    """What :func:`run_judges` with the same arguments would take.

    Raises:
        BadInput: there is no judge or no output that fits.
    """
    versions, ids = _asked_for(workspace, judge, kind, split, limit)
    asked = [part for version in versions for part in judges_of(workspace.db, version)]
    distinct = list({version.id: version for version in asked if kind_of(version).runs}.values())
    backlog = execution.make_backlog(workspace.db, distinct, ids, repeats)
    return estimate(workspace, backlog, concurrency)


def _asked_for(
    workspace: Workspace, judge: str | None, kind: str | None, split: SplitName | None, limit: int | None
) -> tuple[list[JudgeVersion], list[str]]:
    """The judges and the outputs that a run is about."""
    versions = [find_judge(workspace, judge)] if judge else active_judges(workspace)
    versions = [version for version in of_kind(versions, kind) if kind_of(version).runs]
    if not versions:
        raise BadInput(
            "There is no judge to run.",
            next_step="Accept criteria (or `derive --accept-all`), then `judge propose`.",
        )
    return versions, _wanted(workspace, split)[:limit]


def together(done: Sequence[Run]) -> Run:
    """Several runs as one in what is told; each is stored by itself."""
    if len(done) == 1:
        return done[0]
    counted = (
        "verdicts_new",
        "verdicts_cached",
        "errors",
        "requests",
        "cost_usd",
        "seconds",
        "total",
        "answers_cached",
        "tokens_in",
        "tokens_out",
    )
    return done[0].model_copy(
        update={
            **{name: sum(getattr(run, name) for run in done) for name in counted},
            **{
                name: dict(sum((Counter(getattr(run, name)) for run in done), Counter[str]()))
                for name in ("error_kinds", "faults")
            },
            "judge_version_ids": tuple(i for run in done for i in run.judge_version_ids),
            "state": next((run.state for run in done if run.state != "finished"), "finished"),
            "message": " ".join(run.message for run in done if run.message),
        }
    )


def _wanted(workspace: Workspace, split: SplitName | None) -> list[str]:
    ids = output_table.ids(workspace.db, workspace.project.id)
    if split is None:
        return ids
    groups = output_table.groups(workspace.db, workspace.project.id)
    dealt = split_table.dealt(workspace.db, workspace.project.id)
    return [output_id for output_id in ids if dealt.of(groups[output_id]) == split]


def runs(workspace: Workspace) -> list[Run]:
    """The runs of a project, the newest first."""
    return run_table.all_of(workspace.db, workspace.project.id)


def stop_abandoned_runs(db: Database) -> int:
    """Mark runs that a killed process left "running" as stopped. Returns how many."""
    return execution.stop_abandoned(db, [project.id for project in projects.list_projects(db)])
