"""The referee: who is measured how, who is beaten, and which is the cheapest good one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from labelcore.errors import BadInput
from labelcore.messages import sentence
from labelcore.models import Output
from labelcore.stages import judging
from labelcore.stages.aligning import refereeing
from labelcore.stats.paired import compare
from labelcore.stats.rate import proportion
from labelcore.store import judges as judge_table, outputs
from labelcore.workspace import Workspace
from tests.stages.measured import accepted, decides, tool


def _judge(
    workspace: Workspace, name: str, *, cost: float, wrong: int, made: list[Output], fails: int
) -> None:
    """A judge that errs on the first ``wrong`` outputs of each class."""
    tool(workspace, name, kind="llm", spec={"model": name})

    def said(at: int) -> str:
        failed = at < fails
        err = (at if failed else at - fails) < wrong
        return "fail" if failed != err else "pass"

    decides(
        workspace,
        name,
        ((output.id, said(at)) for at, output in enumerate(made)),
        cost_usd=cost,
        latency_ms=5,
    )


@pytest.fixture
def graded(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., object]
) -> list[Output]:
    made = add_outputs(*(f"answer {i} about order {i * 7}" for i in range(100)))
    give_all(made, ["fail"] * 40 + ["pass"] * 60)
    return made


def test_the_cheapest_whose_whole_intervals_are_good_enough_wins(
    workspace: Workspace, graded: list[Output]
) -> None:
    for name, cost, wrong in (("small", 0.001, 3), ("big", 0.01, 1), ("bad", 0.02, 20)):
        _judge(workspace, name, cost=cost, wrong=wrong, made=graded, fails=40)
    found = refereeing.race(workspace, min_tnr=0.75, max_ffr=0.2)
    good = {contender.judge: contender.good for contender in found.contenders}
    assert good == {"small": "yes", "big": "yes", "bad": "no"}
    assert found.cheapest == "small"
    beaten = {contender.judge: contender.beaten_by for contender in found.contenders}
    assert (beaten["small"], beaten["big"], beaten["bad"]) == ("", "", "big")
    assert {contender.judge: contender.cost_per_thousand for contender in found.contenders}[
        "small"
    ] == pytest.approx(1.0)
    assert all(contender.n == 100 and contender.how == "as it is" for contender in found.contenders)
    strict = refereeing.race(workspace, min_tnr=0.95, max_ffr=0.05)
    assert strict.cheapest == ""
    assert {contender.judge: contender.good for contender in strict.contenders}["big"] == "perhaps"


def test_a_judge_with_few_verdicts_is_left_out_and_said_so(
    workspace: Workspace, graded: list[Output]
) -> None:
    _judge(workspace, "whole", cost=0, wrong=1, made=graded, fails=40)
    _judge(workspace, "part", cost=0, wrong=0, made=graded[:10], fails=10)
    found = refereeing.race(workspace)
    assert [contender.judge for contender in found.contenders] == ["whole"]
    assert "10 of 100" in sentence(found.left_out[0])


def test_two_judges_are_compared_on_what_both_decided(workspace: Workspace, graded: list[Output]) -> None:
    _judge(workspace, "one", cost=0, wrong=10, made=graded, fails=40)
    _judge(workspace, "two", cost=0, wrong=0, made=graded, fails=40)
    compared = refereeing.differences(workspace, "one", "two")
    paired, differ = compared.paired, compared.differences
    assert (paired.n, paired.only_first, paired.only_second) == (100, 0, 20)
    assert paired.says == "better"
    assert len(differ) == 20
    assert all(difference.first != difference.second for difference in differ)


def test_without_judges_there_is_no_race(workspace: Workspace, graded: list[Output]) -> None:
    with pytest.raises(BadInput, match="No judge"):
        refereeing.race(workspace)


def test_fitted_judges_are_fitted_again_for_the_race(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], give_all: Callable[..., object]
) -> None:
    made = add_outputs(*(("word " * (60 if i % 3 == 0 else 8)) + str(i) for i in range(60)))
    give_all(made, ["fail", "pass", "pass"] * 20, ["far too long", "", ""] * 20)
    judging.propose(workspace, judging.ProposalOrder(criterion="overall", offline=True))
    judging.run_judges(workspace)
    found = refereeing.race(workspace)
    assert {contender.how for contender in found.contenders} == {"cross-fitted"}
    assert max(contender.balanced_accuracy or 0 for contender in found.contenders) > 0.9


def test_what_cannot_be_fitted_again_is_called_in_sample(workspace: Workspace, graded: list[Output]) -> None:
    _judge(workspace, "written", cost=0, wrong=0, made=graded, fails=40)
    version = judge_table.many(workspace.db, ["written"])["written"]
    script = version.model_copy(
        update={
            "id": "script",
            "judge_id": "script",
            "name": "script",
            "kind": "code",
            "fitted_on": ("train",),
            "spec": {"source": "def judge(output):\n    return True\n"},
        }
    )
    judge_table.save(workspace.db, [script])
    decides(
        workspace,
        "script",
        (
            (output.id, "abstain" if at == 99 else "fail" if at < 40 else "pass")
            for at, output in enumerate(graded)
        ),
    )
    found = {contender.judge: contender for contender in refereeing.race(workspace).contenders}
    assert (found["script"].how, found["script"].good) == ("in-sample", "perhaps")
    assert found["script"].abstained == 1
    assert (found["written"].how, found["written"].good) == ("as it is", "yes")


def test_a_cost_that_nobody_knows_is_not_the_cheapest(workspace: Workspace, graded: list[Output]) -> None:
    _judge(workspace, "paid", cost=0.01, wrong=1, made=graded, fails=40)
    _judge(workspace, "theirs", cost=0, wrong=1, made=graded, fails=40)
    theirs = judge_table.many(workspace.db, ["theirs"])["theirs"]
    judge_table.save(
        workspace.db,
        [theirs.model_copy(update={"id": "tool", "judge_id": "tool", "name": "tool", "kind": "imported"})],
    )
    decides(
        workspace, "tool", ((output.id, "fail" if at < 40 else "pass") for at, output in enumerate(graded))
    )
    found = refereeing.race(workspace)
    costs = {contender.judge: contender.cost_per_thousand for contender in found.contenders}
    assert costs["tool"] is None and costs["paid"] == pytest.approx(10.0)
    assert found.cheapest == "theirs"
    assert sentence(found.against) == "the grades of the whole output"


def _of_sources(workspace: Workspace, number: int, each: int, give: Callable[..., object]) -> list[Output]:
    """Outputs of which several share a source; every other source failed."""
    made = [
        Output(
            id=outputs.content_id(workspace.project.id, f"{i}"),
            project_id=workspace.project.id,
            text=f"text {i}",
            group_key=f"source {i // each}",
        )
        for i in range(number)
    ]
    outputs.add(workspace.db, made)
    for i, output in enumerate(made):
        give(output, "fail" if i // each % 2 else "pass")
    return made


def _says(workspace: Workspace, name: str, answers: dict[str, str], criterion: str | None = None) -> None:
    tool(
        workspace,
        name,
        kind="llm",
        criterion_id=criterion,
        criterion_version=1 if criterion else None,
        spec={"model": name},
    )
    decides(workspace, name, answers.items())


@pytest.mark.whole
def test_intervals_of_a_race_are_over_sources(workspace: Workspace, give: Callable[..., object]) -> None:
    made = _of_sources(workspace, 116, 4, give)
    wrong = {output.id: i // 4 % 5 == 0 for i, output in enumerate(made)}  # whole sources go wrong
    truth = {output.id: bool(i // 4 % 2) for i, output in enumerate(made)}
    _says(workspace, "one", {k: "fail" if truth[k] != wrong[k] else "pass" for k in truth})
    _says(workspace, "two", {k: "fail" if truth[k] else "pass" for k in truth})
    contender = next(c for c in refereeing.race(workspace).contenders if c.judge == "one")
    right = round((contender.tnr.value or 0) * contender.tnr.n)
    plain = proportion(right, contender.tnr.n)
    assert contender.tnr.low is not None and contender.tnr.high is not None
    assert contender.tnr.high - contender.tnr.low > 1.4 * ((plain.high or 0) - (plain.low or 0))
    compared = refereeing.differences(workspace, "one", "two")
    paired, differ = compared.paired, compared.differences
    alone = compare(np.array([not wrong[k] for k in truth], dtype=bool), np.ones(len(truth), dtype=bool))
    assert len(differ) == sum(wrong.values()) and paired.p is None
    assert paired.difference.method == "paired, over groups"
    assert (paired.difference.high or 0) - (paired.difference.low or 0) > 1.4 * (
        (alone.difference.high or 0) - (alone.difference.low or 0)
    )


@pytest.mark.whole
def test_from_few_sources_nothing_is_surely_good_enough(
    workspace: Workspace, give: Callable[..., object]
) -> None:
    made = _of_sources(workspace, 112, 16, give)
    _says(workspace, "one", {output.id: "fail" if i // 16 % 2 else "pass" for i, output in enumerate(made)})
    (contender,) = refereeing.race(workspace).contenders
    assert (
        contender.tnr.value == 1.0
        and contender.tnr.low is None
        and "sources" in (contender.tnr.why_not or "")
    )
    assert contender.good == "perhaps"


def test_a_criterions_judges_race_on_its_own_grades_where_there_are_enough(
    workspace: Workspace, graded: list[Output], give: Callable[..., object]
) -> None:
    accepted(workspace, "Kind", "It is kind.")
    _says(workspace, "kind", {o.id: "fail" if i < 12 else "pass" for i, o in enumerate(graded)}, "c1")
    _says(workspace, "rude", {o.id: "pass" for o in graded}, "c1")
    before = refereeing.race(workspace, criterion="Kind")
    assert "its evidence" in sentence(before.against) and "fewer than 10" in sentence(before.against)
    for i, output in enumerate(graded[:24]):
        give(output, "fail" if i < 12 else "pass", criterion_id="c1", criterion_version=1)
    found = refereeing.race(workspace, criterion="Kind")
    assert sentence(found.against) == "the grades of “Kind” itself"
    contender = next(c for c in found.contenders if c.judge == "kind")
    assert (found.n, contender.tnr.value, contender.tpr.value) == (24, 1.0, 1.0)
    compared = refereeing.differences(workspace, "kind", "rude")
    paired, against = compared.paired, compared.against
    assert (paired.n, paired.only_first, against) == (24, 12, found.against)
