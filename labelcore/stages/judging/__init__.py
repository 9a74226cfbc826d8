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
    outputs = output_table.many(db, [own.output_id for own in found])
    return [Judged(output=outputs[own.output_id], decision=own.decision) for own in found]


def active_judges(db: Database, project: Project) -> list[JudgeVersion]:
    """The newest versions of judges whose criterion is accepted, or that decide the overall grade."""
    accepted = {criterion.id for criterion in list_criteria(db, project, status="accepted")}
    current = judge_table.current(db, project.id)
    return [
        own
        for own in current
        if (own.criterion_id is None or own.criterion_id in accepted) and not schemas.outdated(project, own)
    ]


def find_judge(db: Database, project: Project, word: str) -> JudgeVersion:
    """A judge by its id, its version's id, or its name.

    Raises:
        NotFound: none, or more than one, is called that.
    """
    current = judge_table.current(db, project.id)
    for found in (
        [own for own in current if word in {own.id, own.judge_id}],
        [own for own in current if own.name.casefold() == word.casefold()],
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
    plain = [own for own in versions if own.kind != "cascade" and own.id not in spared]
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
            own,
            ids,
            concurrency=concurrency,
            progress=progress,
            stop=stop,
            client=client,
            batch=batch,
            engine=engine,
        )
        for own in versions
        if own.kind == "cascade" and not (stop and stop.is_set())
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
    asked = [part for own in versions for part in cascading.judges_of(db, own)]
    distinct = list({own.id: own for own in asked if own.kind != "imported"}.values())
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
            **{name: sum(getattr(own, name) for own in done) for name in counted},
            **{
                name: dict(sum((Counter(getattr(own, name)) for own in done), Counter[str]()))
                for name in ("error_kinds", "faults")
            },
            "judge_version_ids": tuple(i for own in done for i in own.judge_version_ids),
            "state": next((own.state for own in done if own.state != "finished"), "finished"),
            "message": " ".join(own.message for own in done if own.message),
        }
    )


def _wanted(db: Database, project: Project, split: SplitName | None) -> list[str]:
    ids = output_table.ids(db, project.id)
    if split is None:
        return ids
    groups = output_table.groups(db, project.id)
    dealt = split_table.dealt(db, project.id)
    return [own for own in ids if dealt.of(groups[own]) == split]


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
    return running.stop_abandoned_runs(db, [own.id for own in projects.list_projects(db)])


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
            f"v{own.version} {own.at:%Y-%m-%d %H:%M} {own.description}"
            for own in judge_table.history(db, version.judge_id)
        ),
    )


def _summaries(db: Database, project: Project, versions: Sequence[JudgeVersion]) -> list[JudgeSummary]:
    counts = verdict_table.counts(db, project.id)
    refused = verdict_table.refusals(db, project.id)
    criteria = {criterion.id: criterion for criterion in list_criteria(db, project)}
    staleness = Staleness(db, project)
    found = []
    for own in versions:
        seen = counts.get(own.id, {})
        reasons = staleness.reasons(own)
        criterion = criteria.get(own.criterion_id or "")
        found.append(
            JudgeSummary(
                judge=own.judge_id,
                judge_version_id=own.id,
                name=own.name,
                kind=own.kind,
                version=own.version,
                criterion=criterion.name if criterion else OVERALL,
                criterion_id=own.criterion_id,
                description=own.description,
                passes=seen.get("pass", 0),
                fails=seen.get("fail", 0),
                abstains=seen.get("abstain", 0),
                errors=seen.get("error", 0),
                stale=bool(reasons),
                stale_because=reasons,
                refusals=refused.get(own.id, 0),
            )
        )
    return found
