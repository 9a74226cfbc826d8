"""Sampling: a seeded, recorded draw decides who grades what next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from labelcore.arrays import Floats
from labelcore.errors import BadInput
from labelcore.models import Pick, Role, Sample, new_id
from labelcore.operations import Effect, Flags, operation
from labelcore.stages.selecting import Filters, selected_ids
from labelcore.stats import drawing
from labelcore.store import (
    feedback as feedback_table,
    grades as grade_table,
    judges as judge_table,
    outputs as output_table,
    samples as sample_table,
    verdicts as verdict_table,
)
from labelcore.wording import Wording
from labelcore.workspace import Workspace

_COMMON_SHARE = 0.05
"""A kind of output that makes up less than this share of the pool counts as rare."""


class SamplePool(Filters):
    """What may be drawn: the outputs that match, and the field whose values are the strata."""

    by: str | None = Field(default=None, description="The field whose values are the strata.")

    @property
    def filtered(self) -> dict[str, Any]:
        """What leaves outputs out, {} where nothing does."""
        return self.model_dump(mode="json", exclude={"by"}, exclude_defaults=True)


_EVERYTHING = SamplePool()


@operation("sample", role=Role.ENGINEER, effect=Effect.WRITES)
def draw_sample(
    workspace: Workspace,
    *,
    rule: Annotated[
        str, Field(description="mixture, random, stratified, disagreement, feedback or newest.")
    ] = "mixture",
    n: Annotated[int, Flags(("--n", "-n")), Field(ge=1, description="How many outputs.")] = 50,
    seed: Annotated[int, Field(ge=0, lt=2**63, description="The same seed draws the same outputs.")] = 0,
    pool: SamplePool = _EVERYTHING,
) -> Sample:
    """Draw outputs that nobody has graded yet; reason and probability of each are kept.

    Where only outputs that match a filter may be drawn, the others have no chance: no probability is kept
    then, and the filter is.

    Raises:
        BadInput: the rule is unknown, n is not positive, or nothing is left to draw.
    """
    _check(rule, n)
    drawable, ids_graded = _drawable(workspace, pool)
    warnings = list(_pool_warnings(n, len(drawable), partly=bool(ids_graded) and not pool.filtered))
    picks, doubts = RULES[rule](workspace, drawable, n, seed, pool.by)
    if pool.filtered:
        picks = [pick.model_copy(update={"probability": None}) for pick in picks]
        doubts.append(
            Wording("Outputs outside the filter had no chance: these picks stand for those inside it only.")
        )
    sample = Sample(
        id=new_id("sample"),
        project_id=workspace.project.id,
        rule=rule,
        seed=seed,
        picks=tuple(picks),
        parameters={
            "n": n,
            "by": pool.by,
            "pool": len(drawable),
            "filter": pool.filtered,
            "warnings": warnings + doubts,
        },
        author=workspace.person,
    )
    sample_table.save(workspace.db, sample)
    return sample


def _check(rule: str, n: int) -> None:
    if n < 1:
        raise BadInput("A sample needs at least one output.", next_step="Choose a larger n.")
    if rule not in RULES:
        raise BadInput("There is no rule '{rule}'.", next_step="Use {rules}.", rule=rule, rules=list(RULES))


def _pool_warnings(n: int, left: int, *, partly: bool) -> Iterator[Wording]:
    """What a draw of n from so many outputs should say; ``partly``: others are graded already."""
    if n > left:
        yield Wording("Only {n:,} ungraded outputs were left, so all of them were drawn.", n=left)
    if partly:
        yield Wording(
            "The pool is the {n:,} outputs without a grade; probabilities hold for that pool.", n=left
        )


def _drawable(workspace: Workspace, pool: SamplePool) -> tuple[list[str], set[str]]:
    """The outputs of a pool without a grade, and all that are graded. BadInput where none is left."""
    everything = output_table.ids(workspace.db, workspace.project.id)
    if not everything:
        raise BadInput("There are no outputs yet.", next_step="Import a file first.")
    if pool.filtered:
        everything = selected_ids(workspace, pool)
    ids_graded = grade_table.graded_ids(workspace.db, workspace.project.id)
    ungraded = [output_id for output_id in everything if output_id not in ids_graded]
    if not ungraded:
        raise BadInput("All {n:,} outputs are graded.", next_step="Import more outputs.", n=len(everything))
    return ungraded, ids_graded


def samples(workspace: Workspace) -> list[Sample]:
    """The samples of a project, the newest first."""
    return sample_table.all_of(workspace.db, workspace.project.id)


Draw = tuple[list[Pick], list[Wording]]


def _random(_workspace: Workspace, pool: list[str], n: int, seed: int, _by: str | None) -> Draw:
    return drawing.draw_random(pool, n, seed), []


def _stratified(workspace: Workspace, pool: list[str], n: int, seed: int, by: str | None) -> Draw:
    field = by or "model"
    fields = {"model", "prompt_version", "group_key", "batch_id"}
    keys = output_table.metadata_keys(workspace.db, workspace.project.id)
    if field not in fields and field not in keys:
        raise BadInput(
            "No output has a field '{field}'.",
            next_step="Use one of {known}.",
            field=field,
            known=sorted(fields | set(keys)),
        )
    stratum_of = output_table.strata(workspace.db, pool, field)
    warnings = []
    if len(set(stratum_of.values())) == 1:
        warnings.append(
            Wording("All outputs have the same '{field}', so this is a simple random draw.", field=field)
        )
    return drawing.draw_stratified(stratum_of, n, seed), warnings


def _mixture(workspace: Workspace, pool: list[str], n: int, seed: int, _by: str | None) -> Draw:
    fails, unsure = _verdict_scores(workspace, pool)
    # A kind is a model with a length class and a format: cheap enough for a million outputs.
    kinds = output_table.kinds(workspace.db, workspace.project.id)
    kind_of = [kinds.get(output_id, "") for output_id in pool]
    sizes = Counter(kind_of)
    common = max(1.0, _COMMON_SHARE * len(pool))
    rare = np.array([1 / sizes[kind] if sizes[kind] < common else 0.0 for kind in kind_of])
    parts = {"judge fails it": fails, "judge is unsure": unsure, "rare kind": rare}
    warnings = [
        Wording(
            "No output is known where '{reason}': that share of the draw is uniform.", reason=Wording(name)
        )
        for name, scores in parts.items()
        if scores.sum() == 0
    ]
    return drawing.draw_mixture(pool, n, seed, parts), warnings


def _disagreement(workspace: Workspace, pool: list[str], n: int, seed: int, _by: str | None) -> Draw:
    """Where judges disagree, weighted by how much; with a uniform part so that no chance is zero."""
    _, unsure = _verdict_scores(workspace, pool)
    if not unsure.any():
        raise BadInput(
            "No ungraded output has verdicts that disagree.",
            next_step="Run at least two judges first, or draw by another rule.",
        )
    return drawing.draw_weighted(pool, n, seed, unsure, Wording("judges disagree")), []


def _feedback(workspace: Workspace, pool: list[str], n: int, seed: int, _by: str | None) -> Draw:
    """Half where users complained, half uniform: weights stay small, and every output has a known chance."""
    blamed = feedback_table.blamed(workspace.db, workspace.project.id)
    scores = np.array([float(output_id in blamed) for output_id in pool])
    if not scores.any():
        raise BadInput(
            "Users complained about none of the ungraded outputs.",
            next_step="Import their feedback first (--feedback thumbs=COLUMN), or draw by another rule.",
        )
    return drawing.draw_mixture(pool, n, seed, {drawing.COMPLAINED: scores}), []


def _newest(workspace: Workspace, pool: list[str], n: int, seed: int, _by: str | None) -> Draw:
    """For a daily review: at random from the newest import only."""
    fresh = output_table.newest_batch(workspace.db, workspace.project.id)
    newest = [output_id for output_id in pool if output_id in fresh]
    if not newest:
        raise BadInput("Every output of the newest import is graded.", next_step="Import the next outputs.")
    # Older outputs have no chance here, so these picks say nothing about the whole project.
    picks = [
        pick.model_copy(update={"probability": None, "reason": Wording("new in the last import")})
        for pick in drawing.draw_random(newest, n, seed)
    ]
    sentence = Wording(
        "Drawn from the {n:,} ungraded outputs of the newest import: they stand for that import only.",
        n=len(newest),
    )
    return picks, [sentence]


def _verdict_scores(workspace: Workspace, pool: list[str]) -> tuple[Floats, Floats]:
    """For each output: share of the judges that fail it, and how much they disagree."""
    choice = judge_table.chosen(workspace.db, workspace.project.id)
    ids = choice["judge_version_ids"] if choice else []
    ids = ids or [version.id for version in judge_table.current(workspace.db, workspace.project.id)]
    nothing = np.zeros(len(pool))
    table = verdict_table.values(workspace.db, ids) if ids else None
    if table is None or table.empty:
        return nothing, nothing
    decided = table[table["value"] != "abstain"]
    share = (decided["value"] == "fail").groupby(decided["output_id"]).mean()
    failing = share.reindex(pool).fillna(0.0).to_numpy(dtype=float)
    return failing, 4 * failing * (1 - failing)


RULES: dict[str, Callable[[Workspace, list[str], int, int, str | None], Draw]] = {
    "mixture": _mixture,
    "random": _random,
    "stratified": _stratified,
    "disagreement": _disagreement,
    "feedback": _feedback,
    "newest": _newest,
}
"""The rules by the names that the command line and the page use."""
