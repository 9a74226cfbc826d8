"""Probes: made from passed outputs, confirmed by experts, and what judges catch of them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotFound
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.messages import sentence
from labelcore.models import Criterion, JudgeVersion, Output
from labelcore.stages import grading, judging
from labelcore.stages.deriving import editing
from labelcore.stages.judging.testing import probe_cases, probing
from labelcore.stages.judging.testing.probing import export_probes
from labelcore.stats.splits import split_of
from labelcore.store import judges as judge_table, probes as probe_table, verdicts
from labelcore.text.planting import DEFECTS
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.measured import add_judge

Add = Callable[..., list[Output]]
Give = Callable[..., object]


def story(n: int) -> str:
    return (
        f"The bridge number {20 + n} is open (Miller 2019). It was built of {300 + n} stones. "
        f"People from town {n} can cross it on foot every single day of the whole year."
    )


@pytest.fixture
def passed(add_outputs: Add, give: Give) -> list[Output]:
    made = add_outputs(*(story(n) for n in range(8)))
    for output in made[:6]:
        give(output, "pass")
    give(made[6], "fail", "wrong")
    return made


@pytest.fixture
def judge(workspace: Workspace) -> JudgeVersion:
    """Fails what is longer than any source, and so catches padding."""
    spec: dict[str, object] = {"detector": "words", "side": "above", "threshold": 60}
    return add_judge(workspace, "code", spec)


def of_defect(found: probing.ProbeTest, defect: str, judge: str = "judge") -> probing.Detection:
    (detection,) = [d for d in found.detections if (d.judge, d.defect) == (judge, defect)]
    return detection


@pytest.mark.whole
def test_probes_come_from_passed_outputs_and_making_them_again_adds_nothing(
    workspace: Workspace, criterion: Criterion, passed: list[Output], give: Give
) -> None:
    give(passed[0], "fail", criterion_id="c1")
    made = probe_cases.make_probes(workspace.by("lea"), "Short", seed=3)
    assert not made.too_few and made.known == 0
    by_defect = {d: [probe for probe in made.new if probe.defect == d] for d in DEFECTS}
    assert {len(probes) for probes in by_defect.values()} == {3}
    assert {probe.output_id for probe in made.new} <= {output.id for output in passed[1:6]}
    assert all((probe.criterion_version, probe.author) == (1, "lea") for probe in made.new)
    again = probe_cases.make_probes(workspace, "c1", seed=4)
    assert (again.new, again.known) == ((), 27)
    assert [probe.case for probe in probe_cases.list_probes(workspace)] == sorted(
        made.new, key=lambda case: (case.at, case.id)
    )
    assert probe_table.save(workspace.db, made.new) == 0


def test_the_same_seed_makes_the_same_probes(
    workspace: Workspace, criterion: Criterion, passed: list[Output], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = probe_cases.make_probes(workspace, "c1", seed=1).new
    monkeypatch.setattr(probe_table, "all_of", lambda *_: [])
    second = probe_cases.make_probes(workspace, "c1", seed=1).new
    assert [(probe.id, probe.text) for probe in first] == [(probe.id, probe.text) for probe in second]


@pytest.mark.whole
def test_too_few_sources_are_said_and_rejected_probes_are_replaced(
    workspace: Workspace, criterion: Criterion, passed: list[Output]
) -> None:
    made = probe_cases.make_probes(workspace, "c1", per_defect=7)
    assert made.too_few["padded"].startswith("1 missing")
    padded = [probe for probe in made.new if probe.defect == "padded"]
    assert len(padded) == 6
    probe_cases.say_of_probe(workspace.by("lea"), padded[0].id, "rejected")
    assert not probe_cases.make_probes(workspace, "c1", per_defect=5).new
    probe_cases.say_of_probe(workspace.by("lea"), padded[1].id, "rejected")
    assert probe_cases.make_probes(workspace, "c1", per_defect=5).too_few.keys() == {"padded"}


@pytest.mark.whole
def test_a_new_meaning_asks_for_new_probes_and_a_new_wording_does_not(
    workspace: Workspace, criterion: Criterion, passed: list[Output]
) -> None:
    probe_cases.make_probes(workspace, "c1", per_defect=1)
    editing.edit(workspace, "c1", statement="Without filler.", wording_only=True)
    assert not probe_cases.make_probes(workspace, "c1", per_defect=1).new
    editing.edit(workspace, "c1", statement="At most two sentences.")
    assert {probe.left_out for probe in probe_cases.list_probes(workspace)} == {
        "the criterion has changed its meaning since"
    }
    made = probe_cases.make_probes(workspace, "c1", per_defect=1)
    assert {probe.criterion_version for probe in made.new} == {3}


@pytest.mark.whole
def test_a_probe_counts_again_when_the_change_of_meaning_was_taken_back(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    made = probe_cases.make_probes(workspace, "c1", per_defect=1).new
    editing.edit(workspace, "c1", statement="At most two sentences.")
    between = probe_cases.make_probes(workspace, "c1", per_defect=1).new
    editing.edit(workspace, "c1", statement="No filler.")
    left_out = {probe.case.id for probe in probe_cases.list_probes(workspace) if probe.left_out}
    assert left_out == {probe.id for probe in between}
    assert not probe_cases.make_probes(workspace, "c1", per_defect=1).new
    assert made and not any(
        "earlier meaning" in sentence(warning)
        for warning in probing.try_judges_on_probes(workspace, "c1").warnings
    )


@pytest.mark.whole
def test_the_rate_over_all_defects_counts_confirmed_probes_only(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    made = probe_cases.make_probes(workspace, "c1", per_defect=2).new
    (nothing,) = probing.try_judges_on_probes(workspace, "c1").overall
    assert (nothing.rate.value, nothing.confirmed) == (None, 0)
    assert nothing.rate.why_not == "nobody has confirmed a probe"
    for probe in made:
        if probe.defect in {"padded", "number swapped"}:
            probe_cases.say_of_probe(workspace.by("ann"), probe.id, "confirmed")
    (overall,) = probing.try_judges_on_probes(workspace, "c1").overall
    assert (overall.confirmed, overall.detected, overall.rate.n, overall.rate.value) == (4, 2, 4, 0.5)
    assert overall.rate.low == pytest.approx(0.150, abs=0.001)  # Wilson, 2 of 4
    assert overall.rate.high == pytest.approx(0.850, abs=0.001)


@pytest.mark.whole
def test_probes_are_written_with_what_people_and_judges_say(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion, tmp_path: Path
) -> None:
    add_judge(workspace, "llm", make_spec(criterion, AskingOptions("mock"), ()), "asked")
    made = probe_cases.make_probes(workspace, "c1", per_defect=1).new
    padded = next(probe for probe in made if probe.defect == "padded")
    probe_cases.say_of_probe(workspace.by("ann"), padded.id, "confirmed", note="filler, 空话")
    probe_cases.say_of_probe(workspace.by("bo"), padded.id, "rejected")
    request = Request(operation="probe export", project="test", arguments={"out": str(tmp_path / "p.jsonl")})
    assert execute(workspace.db, request).document["probes"] == len(made)
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text("utf-8").splitlines()]
    row = next(row for row in rows if row["probe_id"] == padded.id)
    assert (row["text"], row["where"], row["state"]) == (padded.text, padded.where, "rejected")
    assert [(opinion["annotator"], opinion["value"], opinion["note"]) for opinion in row["opinions"]] == [
        ("ann", "confirmed", "filler, 空话"),
        ("bo", "rejected", ""),
    ]
    assert [(verdict["judge"], verdict["source"], verdict["probe"]) for verdict in row["verdicts"]] == [
        ("judge", "pass", "fail")
    ]
    assert export_probes(workspace, "Short", out=tmp_path / "p.csv").probes == len(made)
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        flat = {row["probe_id"]: row for row in csv.DictReader(file)}
    assert json.loads(flat[padded.id]["verdicts"]) == row["verdicts"]
    assert flat[padded.id]["text"] == padded.text
    for out in (tmp_path / "p.xlsx", tmp_path / "nowhere" / "p.csv"):
        with pytest.raises(BadInput):
            export_probes(workspace, out=out)


@pytest.mark.whole
def test_the_newest_opinion_counts_and_can_be_taken_back(
    workspace: Workspace, criterion: Criterion, passed: list[Output]
) -> None:
    probe = probe_cases.make_probes(workspace, "c1", per_defect=1).new[0]

    def state() -> str:
        return next(p.state for p in probe_cases.list_probes(workspace) if p.case.id == probe.id)

    assert state() == "open"
    probe_cases.say_of_probe(workspace.by("ann"), probe.id, "confirmed", note="filler")
    probe_cases.say_of_probe(workspace.by("bo"), probe.id[:14], "rejected")
    assert state() == "rejected"
    probe_cases.say_of_probe(workspace.by("bo"), probe.id, "undone")
    assert state() == "confirmed"
    assert len(probe_cases.list_probes(workspace, "Short", state="open")) == 8
    probe_cases.say_of_probe(workspace.by("ann"), probe.id, "undone")
    assert state() == "open"
    given = [opinion.value for opinion in probe_table.history(workspace.db, workspace.project.id)]
    assert given == ["confirmed", "rejected", "undone", "undone"]


@pytest.mark.whole
def test_a_judge_that_counts_words_catches_padding_and_no_swapped_number(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    made = probe_cases.make_probes(workspace, "c1")
    found = probing.try_judges_on_probes(workspace, "c1")
    padded, swapped = of_defect(found, "padded"), of_defect(found, "number swapped")
    assert (padded.of, padded.detected, padded.rate.value, padded.rate.n) == ("not rejected", 3, 1.0, 3)
    assert padded.rate.low is not None and 0.4 < padded.rate.low < 0.5
    assert (swapped.detected, swapped.rate.value) == (0, 0.0)
    assert "padded" in sentence(found.warnings[0])
    probe = next(probe for probe in made.new if probe.defect == "padded")
    probe_cases.say_of_probe(workspace.by("ann"), probe.id, "confirmed")
    padded = of_defect(probing.try_judges_on_probes(workspace, "c1"), "padded")
    assert (padded.of, padded.rate.n) == ("confirmed", 1)
    assert verdicts.counts(workspace.db, workspace.project.id) == {}


def test_a_judge_that_looks_for_a_bracket_catches_a_dropped_citation(
    workspace: Workspace, criterion: Criterion, passed: list[Output]
) -> None:
    phrase = {
        "detector": "phrase",
        "side": "below",
        "threshold": 1,
        "parameters": {"phrase": ["miller", "2019"]},
    }
    add_judge(workspace, "code", phrase)
    probe_cases.make_probes(workspace, "c1")
    found = probing.try_judges_on_probes(workspace, "c1")
    assert of_defect(found, "citation dropped").rate.value == 1.0
    assert of_defect(found, "padded").rate.value == 0.0


def test_what_cannot_be_measured_says_why_and_is_never_0(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 5}, "strict")
    add_judge(workspace, "code", {"detector": "gone", "side": "above", "threshold": 5}, "old")
    add_judge(workspace, "imported", {}, "theirs")
    made = probe_cases.make_probes(workspace, "c1", per_defect=2)
    for probe in made.new:
        if probe.defect == "truncated":
            probe_cases.say_of_probe(workspace.by("ann"), probe.id, "rejected")
    found = probing.try_judges_on_probes(workspace, "c1")
    for name, defect, why in (
        ("strict", "padded", "passes none of the 2 sources"),
        ("old", "padded", "no detector 'gone'"),
        ("theirs", "padded", "imported"),
        ("judge", "truncated", "rejected all 2"),
    ):
        detection = of_defect(found, defect, name)
        assert detection.rate.value is None and detection.detected is None
        assert why in str(detection.rate.why_not)
    assert of_defect(found, "padded", "strict").source_not_passed == 2
    assert of_defect(found, "padded", "old").errors == 2


@pytest.mark.whole
def test_a_learned_judge_judges_source_and_probe_with_the_same_model(
    workspace: Workspace, criterion: Criterion, add_outputs: Add, give: Give
) -> None:
    for n, output in enumerate(add_outputs(*(story(n) * (1 + 3 * (n % 2)) for n in range(12)))):
        give(output, "fail" if n % 2 else "pass", "too long" if n % 2 else "")
    for judge in judging.propose(
        workspace, judging.ProposalOrder(criterion="overall", kind="learned", offline=True)
    ):
        judge_table.save(
            workspace.db, [judge.model_copy(update={"id": "x", "judge_id": "x", "criterion_id": "c1"})]
        )
    probe_cases.make_probes(workspace, "c1")
    found = probing.try_judges_on_probes(workspace, "c1")
    assert {detection.kind for detection in found.detections} == {"learned"}
    swapped = of_defect(found, "number swapped", found.detections[0].judge)
    assert (swapped.rate.n, swapped.detected) == (3, 0)


def test_an_llm_judge_is_asked_and_its_trouble_is_no_figure(
    workspace: Workspace, criterion: Criterion, passed: list[Output], mock: MockEndpoint
) -> None:
    add_judge(workspace, "llm", make_spec(criterion, AskingOptions("mock"), ()))
    probe_cases.make_probes(workspace, "c1", per_defect=1)
    found = probing.try_judges_on_probes(workspace, "c1")
    assert {detection.rate.value for detection in found.detections} == {0.0}
    asked = len(mock.prompts)
    assert 10 <= asked <= 18
    mock.faults = ["quota"] * 60
    found = probing.try_judges_on_probes(workspace, "c1")
    assert {detection.rate.value for detection in found.detections} == {None}
    assert {detection.errors for detection in found.detections} == {1}
    assert verdicts.counts(workspace.db, workspace.project.id) == {}


def test_without_a_model_an_llm_judge_is_not_measurable(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    add_judge(workspace, "llm", make_spec(criterion, AskingOptions("mock"), ()), "asked")
    probe_cases.make_probes(workspace, "c1", per_defect=1)
    found = probing.try_judges_on_probes(workspace, "c1")
    assert of_defect(found, "padded", "asked").rate.value is None
    assert of_defect(found, "padded").rate.value == 1.0


@pytest.mark.whole
def test_the_sealed_test_is_never_a_source(
    workspace: Workspace, criterion: Criterion, add_outputs: Add, give: Give
) -> None:
    made = add_outputs(*(story(n) for n in range(130)))
    early = made[:20]
    for output in early:
        give(output, "pass")
    before = probe_cases.make_probes(workspace, "c1", per_defect=20)
    for n, output in enumerate(made[20:]):
        give(output, "fail" if n % 2 else "pass")
    assert grading.sealed_splits(workspace) == {"test"}
    sealed = {output.id for output in made if split_of(workspace.project.id, output.group) == "test"}
    assert sealed & {probe.output_id for probe in before.new}
    fresh = probe_cases.make_probes(workspace, "c1", per_defect=40).new
    assert fresh and not sealed & {probe.output_id for probe in fresh}
    left_out = {probe.case.output_id for probe in probe_cases.list_probes(workspace) if probe.left_out}
    assert left_out == sealed & {probe.output_id for probe in before.new}


def test_bad_input_is_refused_with_the_next_step(
    workspace: Workspace, criterion: Criterion, add_outputs: Add, give: Give
) -> None:
    (output,) = add_outputs(story(1))
    with pytest.raises(BadInput, match="No output was passed"):
        probe_cases.make_probes(workspace, "c1")
    give(output, "pass")
    with pytest.raises(BadInput, match="1 to 50"):
        probe_cases.make_probes(workspace, "c1", per_defect=0)
    with pytest.raises(NotFound, match="No single criterion"):
        probe_cases.make_probes(workspace, "nothing")
    with pytest.raises(BadInput, match="judge propose"):
        probing.try_judges_on_probes(workspace, "c1")
    add_judge(workspace, "code", {"detector": "words", "side": "above", "threshold": 60})
    with pytest.raises(BadInput, match="probe make c1"):
        probing.try_judges_on_probes(workspace, "c1")
    probe = probe_cases.make_probes(workspace, "c1").new[0]
    for who, value, what in (
        ("", "confirmed", "name of who"),
        ("ann", "maybe", "cannot be said"),
        ("ann", "undone", "said nothing"),
    ):
        with pytest.raises(BadInput, match=what):
            probe_cases.say_of_probe(workspace.by(who), probe.id, value)
    with pytest.raises(NotFound, match="probe list"):
        probe_cases.say_of_probe(workspace.by("ann"), "probe_", "confirmed")


@pytest.mark.whole
def test_the_four_operations_give_one_document_and_sentences(
    workspace: Workspace, criterion: Criterion, passed: list[Output], judge: JudgeVersion
) -> None:
    def run(name: str, **arguments: object) -> tuple[Any, tuple[str, ...]]:
        request = Request(operation=name, project="test", author="ann", arguments=arguments)
        outcome = execute(workspace.db, request)
        return outcome.document, outcome.lines

    made, lines = run("probe make", criterion="Short", per_defect=1)
    assert lines[0] == "9 new probes of Short (v1); 0 were there."
    first = made["new"][0]
    run("probe say", probe=first["id"], value="confirmed", note="no source")
    shown, lines = run("probe list", criterion="Short", state="confirmed")
    assert shown["probes"][0]["opinion"]["note"] == "no source"
    assert lines[0].startswith("[confirmed by ann (no source)] citation dropped: “(Miller 2019)”")
    tested, lines = run("probe test", criterion="c1")
    assert len(tested["detections"]) == 9
    assert any(
        "judge, padded: catches 100% (21% to 100%, n = 1) of the not rejected ones." in line for line in lines
    )
    with pytest.raises(BadInput):
        run("probe say", probe=first["id"], value="perhaps")
