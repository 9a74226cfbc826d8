"""Marked words carry codes, acts on codes happen once and are taken back, and risk sets limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labelcore.arrays import Vectors
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.models import Grade, Output
from labelcore.stages import finding, grading, projects, sharing
from labelcore.stages.deriving import coding, derivation, editing, grouping, prompting, proposing_codes
from labelcore.stages.deriving.clauses import marked_words
from labelcore.stages.deriving.editing import LIMITS, wanted_coverage
from labelcore.stages.deriving.grouping import meanings
from labelcore.stages.deriving.versions import undo_change
from labelcore.store import codes as code_table
from labelcore.text.embedding import SentenceEncoder
from labelcore.workspace import Workspace

Add = Callable[..., list[Output]]
Give = Callable[..., Grade]


def span(text: object, part: str = "output") -> dict[str, object]:
    return {"part": part, "text": text, "start": 0, "end": 1}


@pytest.mark.whole
def test_marked_words_become_quotes_and_take_the_code_of_their_note(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    first, second, third = add_outputs("It was in 1987 or so.", "You fool, go away.", "Fine words.")
    give(
        first,
        "fail",
        "wrong year",
        spans=(span("1987"), span("1987"), span(" was "), span("1988"), span(5), span("")),
    )
    give(second, "fail", "", spans=(span("You fool"),))
    give(third, "pass", "", spans=(span("Fine"),))
    done = proposing_codes.code_notes(workspace, offline=True)
    quotes = {quote.text: quote for quote in code_table.quotes(workspace.db, workspace.project.id)}
    assert {text for text, quote in quotes.items() if quote.marked} == {"1987", "was", "You fool"}
    assert quotes["1987"].code_id == quotes["wrong year"].code_id
    assert not quotes["wrong year"].marked
    assert proposing_codes.code_notes(workspace, offline=True).quotes_new == 0
    shown = {quote.text: quote.marked for coded in done.codes for quote in coded.quotes}
    assert shown["You fool"]
    label = next(coded.code.label for coded in done.codes if "You fool" in {q.text for q in coded.quotes})
    made = coding.criterion_from_codes(workspace, [label], name="Polite")
    assert made.statement == "A good output has no words like: “You fool”."
    assert [item.marked for item in finding.find_criterion(workspace, made.id).evidence] == [True]


@pytest.mark.whole
def test_criteria_come_from_marked_words_where_nobody_wrote_a_note(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    rude, wrong = add_outputs("You fool, go away.", "It was in 1987 or so.")
    give(rude, "fail", spans=(span("You fool"),))
    give(wrong, "fail", "wrong year", spans=(span("1987"),))
    found = derivation.derive(workspace, offline=True)
    cited = {item.quote: item.marked for criterion in found.criteria for item in criterion.evidence}
    assert cited == {"You fool": True, "wrong year": False}
    assert found.uncovered_fails == 0
    assert derivation.derive(workspace, offline=True).criteria == found.criteria


def test_words_that_are_not_in_the_output_are_no_quote(add_outputs: Add, give: Give) -> None:
    (output,) = add_outputs("<b>Bold</b> claim")
    grade = give(output, "fail", spans=(span("Bold claim", "shown"), span("<b>Bold</b>")))
    assert marked_words(grade, output) == ["<b>Bold</b>"]
    assert marked_words(grade, None) == []


@pytest.fixture
def coded(workspace: Workspace, add_outputs: Add, give: Give) -> list[Grade]:
    notes = ["too long", "wrong year", "rude tone"]
    grades = [
        give(output, "fail", note) for output, note in zip(add_outputs("a", "b", "c"), notes, strict=True)
    ]
    proposing_codes.code_notes(workspace, offline=True)
    return grades


def state(workspace: Workspace) -> dict[str, set[str]]:
    return {coded.code.label: {q.text for q in coded.quotes} for coded in coding.list_codes(workspace)}


@pytest.mark.whole
def test_an_act_happens_once_and_acts_are_taken_back_one_by_one(
    workspace: Workspace, coded: list[Grade]
) -> None:
    before = state(workspace)
    long, year, rude = (next(k for k, quotes in before.items() if g.note in quotes) for g in coded)
    for _ in range(3):
        coding.merge_codes(workspace.by("ann"), [long, year], act="act-00000001")
    assert len(code_table.history(workspace.db, workspace.project.id)) == len(before) + 1
    coding.move_quote(workspace.by("ann"), coded[2].id, "rude tone", "Manners", act="act-00000002")
    coding.rename_code(workspace.by("ann"), long, "Length")
    assert state(workspace) == {"Length": {"too long", "wrong year"}, "Manners": {"rude tone"}}
    assert "became “Length”" in coding.undo_codes(workspace.by("ann")).taken_back
    with pytest.raises(BadInput):
        coding.undo_codes(workspace, act="act-00000001")
    coding.undo_codes(workspace, act="act-00000002")
    assert state(workspace)[rude] == {"rude tone"}
    assert "Manners" not in state(workspace)
    out = execute(workspace.db, Request(operation="codes undo", project=workspace.project.name))
    assert out.lines == (f"Taken back: “{year}” merged into “{long}”.",)
    assert state(workspace) == before
    with pytest.raises(BadInput, match="no such change"):
        coding.undo_codes(workspace)
    assert coding.is_done(workspace, "act-00000001")


def edit(workspace: Workspace, name: str, **changes: object) -> dict[str, object]:
    asked = Request(
        operation="criteria edit", project=workspace.project.name, arguments={"criterion": name, **changes}
    )
    return execute(workspace.db, asked).document


@pytest.mark.whole
def test_a_criterions_risk_is_kept_by_version_and_moves_its_limit(
    workspace: Workspace, coded: list[Grade]
) -> None:
    (label, *_) = state(workspace)
    criterion = coding.criterion_from_codes(workspace, [label], name="Facts")
    assert (criterion.risk, criterion.max_false_failure_rate) == (
        None,
        LIMITS["medium"].max_false_failure_rate,
    )
    after = edit(workspace, "Facts", risk="high", risk_why="A patient takes the wrong dose.")
    assert after["max_false_failure_rate"] == LIMITS["high"].max_false_failure_rate
    assert edit(workspace, "Facts", max_ffr=0.4)["risk"] == "high"
    assert edit(workspace, "Facts", risk="low")["max_false_failure_rate"] == 0.4
    versions = editing.history(workspace, criterion.id)
    assert [v.risk for v in versions] == [None, "high", "high", "low"]
    assert versions[-1].risk_why == "A patient takes the wrong dose."
    undo_change(workspace, criterion.id)
    assert finding.find_criterion(workspace, criterion.id).risk == "high"
    with pytest.raises(BadInput, match="risk"):
        edit(workspace, "Facts", risk="enormous")


@pytest.mark.whole
def test_higher_risk_asks_for_more(workspace: Workspace, coded: list[Grade]) -> None:
    rates = [LIMITS[level] for level in ("low", "medium", "high")]
    assert rates == sorted(rates, key=lambda limits: -limits.max_false_failure_rate)
    assert rates == sorted(rates, key=lambda limits: limits.min_coverage)
    (label, *_) = state(workspace)
    criterion = coding.criterion_from_codes(workspace, [label], name="Facts")
    editing.accept(workspace, criterion.id)
    assert wanted_coverage(editing.list_criteria(workspace), workspace.project) is None
    editing.edit(workspace, criterion.id, risk="high")
    assert wanted_coverage(editing.list_criteria(workspace), workspace.project) == LIMITS["high"].min_coverage
    risky = projects.update_project(workspace, risk="high")
    fresh = prompting.propose_from_prompt(
        workspace.with_project(risky), prompt="Never be rude to a customer."
    ).proposed
    assert {c.max_false_failure_rate for c in fresh} == {LIMITS["high"].max_false_failure_rate}


@pytest.mark.whole
def test_the_risk_travels_in_the_library_and_older_files_are_read(
    workspace: Workspace, coded: list[Grade], tmp_path: Path
) -> None:
    (label, *_) = state(workspace)
    criterion = coding.criterion_from_codes(workspace, [label], name="Facts")
    editing.accept(workspace, criterion.id)
    editing.edit(workspace, criterion.id, risk="high", risk_why="It costs money.")
    file, older = tmp_path / "new.yaml", tmp_path / "old.yaml"
    sharing.save_rubric(workspace, out=file)
    text = file.read_text("utf-8")
    assert "risk: high" in text
    older.write_text("\n".join(line for line in text.splitlines() if "risk" not in line), "utf-8")
    for path, risk, why in ((file, "high", "It costs money."), (older, None, "")):
        there = projects.open_project(workspace.db, path.stem)
        (came,) = sharing.load_rubric(workspace.with_project(there).by("bo"), path).criteria
        assert (came.risk, came.risk_why) == (risk, why)


@pytest.mark.whole
def test_many_new_notes_are_encoded_in_part_and_the_rest_follow_their_wording(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, part = SentenceEncoder(), 96
    kinds = {"the answer is far too long, line ": "too long", "wrong year in item ": "wrong year"}
    texts = [f"{start}{n}" for start in kinds for n in range(2 * part)]
    asked: list[str] = []
    real = SentenceEncoder.encode
    fake = {start: real(encoder, [start])[0] for start in kinds}

    def encode(self: SentenceEncoder, wanted: list[str]) -> Vectors:
        asked.extend(wanted)
        return np.stack([next(v for k, v in fake.items() if text.startswith(k)) for text in wanted])

    monkeypatch.setattr(SentenceEncoder, "encode", encode)
    monkeypatch.setattr(grouping, "AT_ONCE", part)
    monkeypatch.setattr(grouping, "ALL_UP_TO", 2 * part)
    found = meanings(workspace.db, texts, lambda *_: None)
    assert len(asked) == part
    assert found.shape == (len(texts), 512)
    half = len(texts) // 2
    assert float((found[:half] @ fake[next(iter(kinds))]).min()) > 0.99
    assert float((found[half:] @ fake[next(iter(kinds))]).max()) < 0.9
    meanings(workspace.db, texts, lambda *_: None)
    assert len(asked) == len(set(asked)) == 2 * part


@pytest.mark.whole
def test_grades_that_were_taken_back_lose_their_marked_words(workspace: Workspace, add_outputs: Add) -> None:
    (output,) = add_outputs("You fool.")
    grading.record(
        workspace,
        [
            Grade(
                id="g-1",
                project_id=workspace.project.id,
                output_id=output.id,
                annotator="ann",
                value="fail",
                spans=(span("fool"),),
            )
        ],
    )
    assert proposing_codes.code_notes(workspace, offline=True).codes
    grading.undo(workspace.by("ann"), "g-1")
    assert coding.list_codes(workspace) == []
