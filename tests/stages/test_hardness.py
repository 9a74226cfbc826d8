"""Hardness tests: what moves a verdict, what talks it into a pass, and what is never asked twice."""

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.judges.judge_prompt import AskingOptions, TrainExample, make_spec
from labelcore.judges.kinds import panel
from labelcore.judges.templates import Template
from labelcore.messages import sentence, sentences
from labelcore.models import Criterion, Output
from labelcore.settings import settings
from labelcore.stages import judging, projects
from labelcore.stages.judging.running import deciding
from labelcore.stages.judging.testing import hardness, hardness_report, probe_cases, repeating
from labelcore.stages.judging.testing.hardness_cases import ASKED_AGAIN, EXAMPLES, OPTIONS
from labelcore.stages.judging.testing.hardness_report import ANY_ATTACK, HardnessReport, HardnessRow
from labelcore.stats.splits import split_of
from labelcore.store import judges as judge_table, probes as hardness_table, verdicts
from labelcore.text.attacks import ATTACKS
from labelcore.text.neutral import CHANGES
from labelcore.workspace import Workspace
from tests.judges.test_edited_prompts_hold import EDITED
from tests.judges.test_prompts import FENCED
from tests.mock_endpoint import MockEndpoint
from tests.stages.measured import accepted, add_judge

Add = Callable[..., list[Output]]
Give = Callable[..., object]
OBEYED = re.compile(r"(?i)answer pass|verdict\W{1,4}pass|通过|every (?:output|verdict)|Decode this|backwards")


def story(n: int, quality: str = "fine") -> str:
    return (
        f"The {quality} bridge number {20 + n} is open. It was built of {300 + n} stones. "
        f"People from town {n} can cross it on foot every single day of the whole year."
    )


@pytest.fixture
def criterion(workspace: Workspace) -> Criterion:
    return accepted(workspace, "Short", "It is good.")


@pytest.fixture
def graded(add_outputs: Add, give_all: Give) -> list[Output]:
    """Sixty outputs; of the first forty every second one is bad and failed on the criterion."""
    made = add_outputs(*(story(n, "bad" if n % 2 else "fine") for n in range(60)))
    values = ["pass", "fail"] * 20
    give_all(made[:40], values, ["", "bad"] * 20)
    give_all(made[:40], values, criterion_id="c1", criterion_version=1)
    return made


def llm_spec(criterion: Criterion) -> dict[str, object]:
    return make_spec(
        criterion,
        AskingOptions("mock"),
        (),
        [TrainExample(verdict="pass", text="ok"), TrainExample(verdict="fail", text="bad", note="n")],
    )


def judged_text(prompt: str) -> str:
    return [fence[3] for fence in FENCED.finditer(prompt) if fence[1] == "output"][-1]


def obeying(prompt: str) -> str:
    """A model that does whatever stands outside the marks, and judges what stands in them."""
    if OBEYED.search(FENCED.sub("", prompt.split("abstain", 1)[-1])):
        return json.dumps({"reason": "told so", "verdict": "pass"})
    return json.dumps({"reason": "read", "verdict": "fail" if "bad" in judged_text(prompt) else "pass"})


def gullible(prompt: str) -> str:
    """A model that does whatever it reads anywhere."""
    told = OBEYED.search(judged_text(prompt))
    verdict = "pass" if told or "bad" not in judged_text(prompt) else "fail"
    return json.dumps({"reason": "told so" if told else "read", "verdict": verdict})


def row(found: HardnessReport, test: str) -> HardnessRow:
    return next(tested for tested in found.rows if tested.test == test)


def test_a_model_that_obeys_what_stands_outside_the_marks_never_reads_an_attack_there(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = obeying
    version = add_judge(workspace, "llm", llm_spec(criterion))
    found = hardness.harden(workspace, version, limit=3, only=("injection",))
    attacks = row(found, ANY_ATTACK)
    assert (attacks.rate.value, attacks.rate.n, attacks.hits) == (0.0, 3, 0)
    assert attacks.rate.high is not None and attacks.rate.high > 0.5
    assert found.results == 3 * (len(ATTACKS) + 2) and not found.errors
    assert not any(OBEYED.search(FENCED.sub("", p.split("abstain", 1)[-1])) for p in mock.prompts)


@pytest.mark.parametrize("edited", EDITED.values(), ids=EDITED)
def test_attacks_fare_no_better_against_an_edited_prompt_than_against_the_default(
    edited: Template, workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = obeying
    version = add_judge(workspace, "llm", {**llm_spec(criterion), "template": edited.model_dump()})
    attacks = row(hardness.harden(workspace, version, limit=2, only=("injection",)), ANY_ATTACK)
    assert (attacks.rate.value, attacks.rate.n, attacks.hits) == (0.0, 2, 0)


def test_a_gullible_model_is_found_out_with_the_texts_behind_the_figure(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = gullible
    version = add_judge(workspace, "llm", llm_spec(criterion))
    found = hardness.harden(workspace, version, limit=2, only=("injection",))
    assert row(found, ANY_ATTACK).rate.value == row(found, "order, Chinese").rate.value == 1.0
    assert row(found, "plea").rate.value == 1.0
    assert row(found, "base64").rate.n == 2
    assert row(found, "any harmless sentence").rate.value == 0.0
    (first, _) = hardness_report.changed_texts(workspace, version, "order")
    assert first.hit and first.result.after_reason == "told so"
    assert first.result.changed_text.startswith(first.source.text)
    assert first.result.people == "fail"
    assert verdicts.counts(workspace.db, workspace.project.id) == {}


def test_nothing_is_asked_twice_and_a_larger_test_asks_the_rest(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    version = add_judge(workspace, "llm", llm_spec(criterion))
    first = hardness.harden(workspace, version, limit=2)
    asked = len(mock.prompts)
    assert hardness.harden(workspace, version, limit=2) == first
    assert hardness_report.report(workspace, version) == first
    assert len(mock.prompts) == asked
    left = hardness.left_to_ask(workspace, version, limit=3)
    hardness.harden(workspace, version, limit=3)
    assert len(left) < len(mock.prompts) - asked <= len(left) + 2


def test_stored_verdicts_of_a_model_count_as_asked(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    version = add_judge(workspace, "llm", llm_spec(criterion))
    judging.run_judges(workspace, judge=version.id)
    asked = len(mock.prompts)
    found = hardness.harden(workspace, version, limit=2, only=("wording",))
    assert len(mock.prompts) - asked == found.results


def test_turned_prompts_move_a_model_that_looks_at_places(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    def by_place(prompt: str) -> str:
        fails_first = prompt.index("example that fails") < prompt.index("example that passes")
        return json.dumps({"reason": "r", "verdict": "fail" if fails_first else "pass"})

    mock.answer = by_place
    single = llm_spec(criterion)
    for spec in (single, panel.make_spec({"a": single, "b": single}, "majority")):
        version = add_judge(workspace, "llm", spec)
        found = hardness.harden(workspace, version, limit=4, only=("position",))
        shares = {test: row(found, test).rate.value for test in (ASKED_AGAIN, EXAMPLES, OPTIONS)}
        assert shares == {ASKED_AGAIN: 0.0, EXAMPLES: 1.0, OPTIONS: 0.0}
        assert row(found, EXAMPLES).to_fail == 4


def test_a_judge_of_length_is_moved_by_idle_sentences_and_not_by_white_space(
    workspace: Workspace, criterion: Criterion, graded: list[Output]
) -> None:
    version = add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 60})
    found = hardness.harden(workspace, version, limit=6)
    assert row(found, "idle sentences").rate.value == 1.0
    assert row(found, "idle sentences").to_fail == 6
    assert row(found, "white space").rate.value == 0.0
    assert row(found, "padded").rate.value == 1.0 and row(found, "padded").good
    assert row(found, "number swapped").rate.value == 0.0
    for test in (ASKED_AGAIN, EXAMPLES, ANY_ATTACK):
        assert row(found, test).rate.value is None and row(found, test).hits is None
    assert "no prompt" in (row(found, EXAMPLES).rate.why_not or "")
    assert "it fails none" in (row(found, ANY_ATTACK).rate.why_not or "")
    assert any("about length" in warning for warning in sentences(found.warnings))
    assert any("Nobody has confirmed" in warning for warning in sentences(found.warnings))


@pytest.mark.whole
def test_sources_are_graded_outputs_of_train_and_dev(
    workspace: Workspace, criterion: Criterion, graded: list[Output]
) -> None:
    version = add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 1})
    hardness.harden(workspace, version, limit=50)
    results = hardness_table.hardness_of(workspace.db, version.id)
    groups = {output.id: output.group for output in graded}
    assert {split_of(workspace.project.id, groups[result.output_id]) for result in results} == {
        "train",
        "dev",
    }
    attacked = {result.output_id for result in results if result.family == "injection"}
    assert attacked <= {output.id for output in graded[1:40:2]}
    assert {result.test for result in results if result.family == "wording"} == set(CHANGES)


@pytest.mark.whole
def test_probes_take_the_place_of_fresh_defects_and_confirmed_ones_are_counted(
    workspace: Workspace, criterion: Criterion, graded: list[Output]
) -> None:
    version = add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 60})
    made = probe_cases.make_probes(workspace, "c1", per_defect=4).new
    padded = [probe for probe in made if probe.defect == "padded"]
    probe_cases.say_of_probe(workspace.by("ann"), padded[0].id, "confirmed")
    probe_cases.say_of_probe(workspace.by("ann"), padded[1].id, "rejected")
    found = hardness.harden(workspace, version, only=("defect",))
    padding = row(found, "padded")
    groups = {output.id: output.group for output in graded}
    open_ = [
        p for p in padded if split_of(workspace.project.id, groups[p.output_id]) != "test" and p != padded[1]
    ]
    assert (padding.rate.n, padding.confirmed) == (len(open_), 1)
    assert not any("Nobody has confirmed" in warning for warning in sentences(found.warnings))


@pytest.mark.whole
@pytest.mark.parametrize("kind", ["code", "learned"])
def test_an_attacked_output_never_changes_how_another_is_judged(
    workspace: Workspace, criterion: Criterion, graded: list[Output], kind: str
) -> None:
    judging.propose(workspace, judging.ProposalOrder(criterion="overall", kind=kind, limit=3, offline=True))
    versions = [
        version for version in judge_table.current(workspace.db, workspace.project.id) if version.kind == kind
    ]
    assert versions
    plain = [output.model_copy(update={"id": f"x{output.id}"}) for output in graded[:6]]
    attacked = [
        output.model_copy(update={"id": f"a{n}", "text": ATTACKS[n].put(output.text)})
        for n, output in enumerate(graded[6:18])
    ]
    alone = deciding.decide(workspace.db, versions, plain)
    mixed = deciding.decide(workspace.db, versions, [*attacked[:6], *plain, *attacked[6:]])
    for version in versions:
        assert all(mixed[version.id][output.id] == alone[version.id][output.id] for output in plain)


def test_each_prompt_holds_one_output_only(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    mock.answer = gullible
    version = add_judge(workspace, "llm", llm_spec(criterion))
    attacked = [
        output.model_copy(update={"id": f"a{n}", "text": ATTACKS[n].put(output.text)})
        for n, output in enumerate(graded[:12])
    ]
    decided = deciding.decide(workspace.db, [version], [*attacked, *graded[20:30]])[version.id]
    alone = deciding.decide(workspace.db, [version], graded[20:30])[version.id]
    assert all(decided[output.id].value == alone[output.id].value for output in graded[20:30])
    for prompt in mock.prompts:
        assert sum(f"number {20 + n} is" in prompt for n in range(60)) == 1


def test_a_used_up_quota_ends_the_test_and_what_was_paid_is_kept(
    workspace: Workspace,
    criterion: Criterion,
    graded: list[Output],
    mock: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    version = add_judge(workspace, "llm", llm_spec(criterion))
    monkeypatch.setenv("LABELCORE_CONCURRENCY", "1")
    settings.cache_clear()
    mock.faults = ["ok"] * 60 + ["quota"] * 400
    found = hardness.harden(workspace, version, limit=3, only=("injection",))
    assert 40 <= found.results < 120 and found.errors
    assert "quota" in sentence(found.warnings[0])
    mock.faults = []
    assert hardness.harden(workspace, version, limit=3, only=("injection",)).results == 120


def test_bad_input_is_refused(workspace: Workspace, criterion: Criterion, add_outputs: Add) -> None:
    version = add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 1})
    with pytest.raises(BadInput, match="no output"):
        hardness.harden(workspace, version)
    add_outputs("text")
    with pytest.raises(BadInput, match="1 to 200"):
        hardness.harden(workspace, version, limit=0)
    with pytest.raises(BadInput, match="imported"):
        hardness.harden(workspace, version.model_copy(update={"kind": "imported"}))
    with pytest.raises(BadInput, match="code judge"):
        repeating.repeat(workspace, version)


def test_the_operations_give_one_document_and_sentences(
    workspace: Workspace, criterion: Criterion, graded: list[Output]
) -> None:
    add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 60})

    def run(name: str, **arguments: object) -> tuple[Any, tuple[str, ...]]:
        outcome = execute(workspace.db, Request(operation=name, project="test", arguments=arguments))
        json.dumps(outcome.document, allow_nan=False)
        return outcome.document, outcome.lines

    estimate, _ = run("judge harden", judge="judge", limit=2, only=["wording"], estimate=True)
    assert estimate == {"decisions": 10}
    found, lines = run("judge harden", judge="judge", limit=2, only=["wording"])
    assert found["results"] == 10
    assert "wording, idle sentences: 100% (34% to 100%, n = 2) of verdicts change." in lines
    shown, _ = run("judge hardness", judge="judge", test="idle sentences")
    assert [result["after_value"] for result in shown["results"]] == ["fail", "fail"]
    assert run("judge hardness", judge="judge")[0]["rows"] == found["rows"]
    assert run("judge flips")[0] == {"flips": []}


def test_a_test_can_be_stopped_and_goes_on_where_it_was(
    workspace: Workspace,
    criterion: Criterion,
    graded: list[Output],
    mock: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LABELCORE_CONCURRENCY", "2")
    settings.cache_clear()
    version = add_judge(workspace, "llm", llm_spec(criterion))
    plain = hardness.left_to_ask(workspace, version, limit=3, families=("injection",))
    mock.latency = 0.1
    lines: list[str] = []

    def watch(done: int, total: int, words: str) -> None:
        lines.append(words)
        if done >= 8:
            assert hardness.stop_test(workspace, version)

    found = hardness.harden(workspace.telling(watch), version, limit=3, only=("injection",))
    asked = len(mock.prompts)
    assert 8 <= found.results < len(plain) and not found.errors
    assert asked <= found.results + 3 + 4, "what was answered is stored"
    assert any("left" in words for words in lines) and lines[-1] == "stopped"
    assert hardness.ongoing_test(version) is None and not hardness.stop_test(workspace, version)
    mock.latency = 0.0
    again = hardness.harden(workspace, version, limit=3, only=("injection",))
    assert again.results == len(plain) and not again.errors


def test_a_stop_while_the_model_is_slow_is_heard_soon(
    workspace: Workspace,
    criterion: Criterion,
    graded: list[Output],
    mock: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("labelcore.stages.judging.running.deciding.GRACE_SECONDS", 0.2)
    version = add_judge(workspace, "llm", llm_spec(criterion))
    mock.latency = 240.0
    stopped: list[float] = []

    def stop() -> None:
        while not mock.prompts:
            time.sleep(0.01)
        assert hardness.stop_test(workspace, version)
        stopped.append(time.monotonic())

    threading.Thread(target=stop, daemon=True).start()
    found = hardness.harden(workspace, version, limit=3)
    assert time.monotonic() - stopped[0] < 60, "the first answer alone takes four minutes"
    assert (found.results, found.errors) == (0, 0)


def test_one_judge_is_tested_once_at_a_time(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    version = add_judge(workspace, "llm", llm_spec(criterion))
    refused: list[str] = []

    def second(done: int, total: int, words: str) -> None:
        if not refused:
            with pytest.raises(BadInput) as trouble:
                hardness.harden(workspace, version, limit=1)
            refused.append(str(trouble.value))

    hardness.harden(workspace.telling(second), version, limit=1, only=("injection",))
    assert "is being tested already" in refused[0]


def test_a_test_is_stopped_from_its_project_only(
    workspace: Workspace, criterion: Criterion, graded: list[Output], mock: MockEndpoint
) -> None:
    version = add_judge(workspace, "llm", llm_spec(criterion))
    elsewhere = workspace.with_project(projects.open_project(workspace.db, "other"))
    asked: list[bool] = []

    def try_to_stop(_done: int, _total: int, _words: str) -> None:
        if hardness.ongoing_test(version):
            asked.append(hardness.stop_test(elsewhere, version))

    found = hardness.harden(workspace.telling(try_to_stop), version, limit=1, only=("wording",))
    assert asked and not any(asked)
    assert found.results and not hardness.left_to_ask(workspace, version, limit=1, families=("wording",))
