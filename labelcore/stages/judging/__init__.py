"""Judging: each criterion gets several candidate judges; they run over outputs."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from labelcore.errors import BadInput, NotFound
from labelcore.llm import ModelClient
from labelcore.models import OVERALL, Decision, Frozen, JudgeVersion, Output, Project, Run, SplitName
from labelcore.progress import Progress
from labelcore.stages import projects
from labelcore.stages.deriving import list_criteria
from labelcore.stages.judging import cascading, refreshing, running, schemas
from labelcore.stages.judging.proposals import propose
from labelcore.stages.judging.refreshing import Staleness
from labelcore.stages.judging.running import Estimate, estimate_words, kinds_words, span_words, stop_run
from labelcore.store import Database
from labelcore.store import judges as judge_table
from labelcore.store import outputs as output_table
from labelcore.store import runs as run_table
from labelcore.store import splits as split_table
from labelcore.store import verdicts as verdict_table

__all__ = [
    "Estimate",
    "JudgeDetail",
    "JudgeSummary",
    "Judged",
    "active_judges",
    "estimate_run",
    "estimate_words",
    "find_judge",
    "judged",
    "kinds_words",
    "list_judges",
    "propose",
    "refresh_judges",
    "run_judges",
    "runs",
    "show_judge",
    "span_words",
    "stop_abandoned_runs",
    "stop_run",
]


class JudgeSummary(Frozen):
    """A judge's newest version with its verdicts in counts.

    ``errors`` are outputs without a verdict; ``refusals`` are those among them that the model refused.
    ``stale_because``: what changed since it was made, in words.
    """

    judge: str
    judge_version_id: str
    name: str
    kind: str
    version: int
    criterion: str
    criterion_id: str | None
    description: str
    passes: int
    fails: int
    abstains: int
    errors: int
    stale: bool
    stale_because: tuple[str, ...] = ()
    refusals: int = 0


class JudgeDetail(Frozen):
    """A judge with its specification and the versions that it had."""

    summary: JudgeSummary
    spec: dict[str, object]
    fitted_on: tuple[str, ...]
    versions: tuple[str, ...]


class Judged(Frozen):
    """One output with a judge's decision on it."""

    output: Output
    decision: Decision


def judged(db: Database, version: str, value: str, *, limit: int = 10, start: int = 0) -> list[Judged]:
    """Outputs that a judge version gave a value (pass, fail, abstain), in the order of their ids."""
    found = verdict_table.page(db, version, value, limit, start)
    outputs = output_table.many(db, [verdict.output_id for verdict in found])
    return [Judged(output=outputs[verdict.output_id], decision=verdict.decision) for verdict in found]


def active_judges(db: Database, project: Project) -> list[JudgeVersion]:
    """The newest versions of judges whose criterion is accepted, or that decide the overall grade."""
    accepted = {criterion.id for criterion in list_criteria(db, project, status="accepted")}
    current = judge_table.current(db, project.id)
    return [
        judge
        for judge in current
        if (judge.criterion_id is None or judge.criterion_id in accepted)
        and not schemas.outdated(project, judge)
    ]


def find_judge(db: Database, project: Project, word: str) -> JudgeVersion:
    """A judge by its id, its version's id, or its name.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    current = judge_table.current(db, project.id)
    for found in (
        [judge for judge in current if word in {judge.id, judge.judge_id}],
        [judge for judge in current if judge.name.casefold() == word.casefold()],
    ):
        if len(found) == 1:
            return found[0]
    raise NotFound(f"No single judge is called '{word}'.", next_step="`labelcore judge list` shows them.")


def run_judges(
    db: Database,
    project: Project,
    *,
    judge: str | None = None,
    kind: str | None = None,
    split: SplitName | None = None,
    limit: int | None = None,
    concurrency: int | None = None,
    repeats: int = 1,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    client: ModelClient | None = None,
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
    versions, ids = _asked_for(db, project, judge, kind, split, limit)
    spared = set() if judge or kind else cascading.asked_in_doubt(db, versions)
    plain = [version for version in versions if version.kind != "cascade" and version.id not in spared]
    done = (
        [
            running.run(
                db,
                project,
                plain,
                ids,
                concurrency=concurrency,
                repeats=repeats,
                progress=progress,
                stop=stop,
                client=client,
                batch=batch,
                engine=engine,
            )
        ]
        if plain
        else []
    )
    done += [
        cascading.run(
            db,
            project,
            version,
            ids,
            concurrency=concurrency,
            progress=progress,
            stop=stop,
            client=client,
            batch=batch,
            engine=engine,
        )
        for version in versions
        if version.kind == "cascade" and not (stop and stop.is_set())
    ]
    return _together(done)


def estimate_run(
    db: Database,
    project: Project,
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
    versions, ids = _asked_for(db, project, judge, kind, split, limit)
    asked = [part for version in versions for part in cascading.judges_of(db, version)]
    distinct = list({version.id: version for version in asked if version.kind != "imported"}.values())
    plan = running.make_plan(db, distinct, ids, repeats)
    return running.estimate(db, project, plan, concurrency)


def _asked_for(
    db: Database,
    project: Project,
    judge: str | None,
    kind: str | None,
    split: SplitName | None,
    limit: int | None,
) -> tuple[list[JudgeVersion], list[str]]:
    """The judges and the outputs that a run is about."""
    versions = [find_judge(db, project, judge)] if judge else active_judges(db, project)
    versions = [v for v in versions if v.kind != "imported" and kind in {None, v.kind}]
    if not versions:
        raise BadInput(
            "There is no judge to run.",
            next_step="Accept criteria (or `derive --accept-all`), then `judge propose`.",
        )
    return versions, _wanted(db, project, split)[:limit]


def _together(done: Sequence[Run]) -> Run:
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


def _wanted(db: Database, project: Project, split: SplitName | None) -> list[str]:
    ids = output_table.ids(db, project.id)
    if split is None:
        return ids
    groups = output_table.groups(db, project.id)
    dealt = split_table.dealt(db, project.id)
    return [output_id for output_id in ids if dealt.of(groups[output_id]) == split]


def refresh_judges(
    db: Database, project: Project, judge: str | None = None, *, author: str = ""
) -> list[JudgeVersion]:
    """Make the next versions of all stale LLM judges, or of one: with the glossary and the wording
    of now. Their verdicts are to be had by running them.

    Raises:
        NotFound: there is no such judge.
        BadInput: the one that is named is no LLM judge, or not stale.
    """
    if judge:
        return [refreshing.refresh_one(db, project, find_judge(db, project, judge), author=author)]
    return refreshing.refresh(db, project, active_judges(db, project), author=author)


def runs(db: Database, project: Project) -> list[Run]:
    """The runs of a project, the newest first."""
    return run_table.all_of(db, project.id)


def stop_abandoned_runs(db: Database) -> int:
    """Mark runs that a killed process left "running" as stopped. Returns how many."""
    return running.stop_abandoned_runs(db, [project.id for project in projects.list_projects(db)])


def list_judges(db: Database, project: Project) -> list[JudgeSummary]:
    """Every judge's newest version with its verdicts in counts."""
    versions = judge_table.current(db, project.id)
    return _summaries(db, project, versions)


def show_judge(db: Database, project: Project, word: str) -> JudgeDetail:
    """One judge with its specification (a learned judge's numbers left out) and history."""
    version = find_judge(db, project, word)
    heavy = {"model", "cross_fitted", "calibrated", "failed"} if version.kind == "learned" else set()
    return JudgeDetail(
        summary=_summaries(db, project, [version])[0],
        spec={key: value for key, value in version.spec.items() if key not in heavy},
        fitted_on=version.fitted_on,
        versions=tuple(
            f"v{earlier.version} {earlier.at:%Y-%m-%d %H:%M} {earlier.description}"
            for earlier in judge_table.history(db, version.judge_id)
        ),
    )


def _summaries(db: Database, project: Project, versions: Sequence[JudgeVersion]) -> list[JudgeSummary]:
    counts = verdict_table.counts(db, project.id)
    refused = verdict_table.refusals(db, project.id)
    criteria = {criterion.id: criterion for criterion in list_criteria(db, project)}
    staleness = Staleness(db, project)
    found = []
    for version in versions:
        seen = counts.get(version.id, {})
        reasons = staleness.reasons(version)
        criterion = criteria.get(version.criterion_id or "")
        found.append(
            JudgeSummary(
                judge=version.judge_id,
                judge_version_id=version.id,
                name=version.name,
                kind=version.kind,
                version=version.version,
                criterion=criterion.name if criterion else OVERALL,
                criterion_id=version.criterion_id,
                description=version.description,
                passes=seen.get("pass", 0),
                fails=seen.get("fail", 0),
                abstains=seen.get("abstain", 0),
                errors=seen.get("error", 0),
                stale=bool(reasons),
                stale_because=reasons,
                refusals=refused.get(version.id, 0),
            )
        )
    return found
