"""Deriving with a slow or small model: stopped, timed out, useless, misnumbered; nothing goes silently."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.models import Grade, Output
from labelcore.settings import settings
from labelcore.stages.deriving import asking, by_model, citing, editing
from labelcore.stages.deriving.clauses import Clause
from labelcore.stages.deriving.derivation import derive
from labelcore.store import criteria as criterion_table
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint

pytestmark = pytest.mark.usefixtures("no_waiting")
Add = Callable[..., list[Output]]
NOTES = ["the answer is too long", "this is far too long", "wrong year", "the year is wrong", "rude tone"]


@pytest.fixture
def noted(add_outputs: Add, give_all: Callable[..., list[Grade]]) -> list[Grade]:
    made = add_outputs(*(f"answer {i}" for i in range(len(NOTES))))
    return give_all(made, ["fail"] * len(NOTES), NOTES)


def criterion(name: str, *cited: tuple[int, str], statement: str = "") -> dict[str, Any]:
    evidence = [{"note": note, "quote": quote} for note, quote in cited]
    return {"name": name, "statement": statement or f"{name}!", "severity": "must", "evidence": evidence}


def by_command(workspace: Workspace, **arguments: Any) -> Any:
    return execute(workspace.db, Request(operation="derive", project="test", arguments=arguments))


def test_a_quote_under_a_wrong_number_goes_to_the_output_that_holds_it(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint
) -> None:
    mock.answer = {"criteria": [criterion("Years", (1, "wrong year"), (77, "the year is wrong"))]}
    found = derive(workspace, offline=False)
    (made,) = found.criteria
    assert {(item.grade_id, item.quote) for item in made.evidence} == {
        (noted[2].id, "wrong year"),
        (noted[3].id, "the year is wrong"),
    }
    assert (found.relocated, found.left_out, found.by_model) == (2, (), 1)
    assert "2 quotes stood under a wrong number; they are with the notes that hold them." in found.warnings


def clause(number: int, text: str) -> Clause:
    return Clause(grade_id=f"g{number}", output_id=f"o{number}", text=text)


def test_a_quote_in_several_notes_goes_to_the_nearest_and_scraps_go_nowhere() -> None:
    part = [
        clause(n, text) for n, text in enumerate(["too long", "rude", "kind", "far too long", "太长了", "x"])
    ]
    left = citing.AnswerLosses()
    wanted = [(2, "too long"), (9, "太长了"), (0, "x"), (0, "ru"), (50, "")]
    cited = [citing.CitedNote(note=note, quote=quote) for note, quote in wanted]
    assert list(left.cited(cited, part)) == [(3, "too long"), (4, "太长了")]
    assert [(dropped.text, dropped.why) for dropped in left.dropped] == [
        ("x", citing.INVENTED),
        ("ru", citing.INVENTED),
        ("", citing.UNKNOWN),
    ]


def test_every_criterion_and_quote_that_is_left_out_is_named_with_its_reason(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint
) -> None:
    polite = editing.new_criterion(workspace, "Polite", "It is polite.")
    criterion_table.save(workspace.db, [polite])
    editing.reject(workspace, polite, why="no")
    mock.answer = {
        "criteria": [
            criterion("Years", (2, "wrong year"), (3, "never said")),
            criterion("Invented", (0, "words of nobody")),
            criterion("Polite", (4, "rude tone")),
            criterion("years", (3, "the year is wrong")),
            criterion(" ", (4, "rude tone")),
        ]
    }
    done = by_command(workspace)
    assert [(row["what"], row["text"], row["why"]) for row in done.document["left_out"]] == [
        ("quote", "never said", str(citing.INVENTED)),
        ("quote", "words of nobody", str(citing.INVENTED)),
        ("criterion", "Invented", str(citing.UNFOUNDED)),
        ("criterion", "!", str(citing.EMPTY)),
        ("criterion", "years", str(citing.REPEATED)),
        ("criterion", "Polite", str(citing.KNOWN)),
    ]
    assert done.document["by_model"] == 1
    text = "\n".join(done.lines)
    assert "left out: the criterion “Invented” (criteria and codes of which no quote holds)" in text
    assert "What the model answered (1 of 1):" in text and '"words of nobody"' in text
    json.dumps(done.document)


@pytest.mark.parametrize(
    "answer", ["I like these notes.", {"criteria": []}, {"criteria": [criterion("X", (0, "no"))]}]
)
def test_where_nothing_is_of_use_the_offline_criteria_stand_and_the_answer_can_be_seen(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint, answer: Any
) -> None:
    mock.answer = (lambda _: answer) if isinstance(answer, str) else answer
    found = derive(workspace, offline=False)
    assert found.criteria and found.by_model == 0
    assert {made.origin for made in found.criteria} == {"notes"}
    assert any("For 5 notes the model gave nothing that could be used" in told for told in found.warnings)
    assert found.answers == (answer if isinstance(answer, str) else json.dumps(answer),)


def test_a_part_that_fails_is_read_offline_beside_what_the_model_gave(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_model, "_NOTES_GROUPED", 2)
    answered = [grade.note for grade in sorted(noted, key=lambda grade: grade.output_id)][2:4]
    mock.answer = lambda prompt: (
        {"criteria": [criterion("Some kind", *enumerate(answered))]} if answered[0] in prompt else "no"
    )
    found = derive(workspace, offline=False)
    assert found.by_model == 1 and len(found.criteria) > 1
    assert any("For 3 notes the model gave nothing" in told for told in found.warnings)


def test_a_model_that_is_too_slow_is_asked_twice_and_the_setting_is_named(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint, set_: Callable[..., None]
) -> None:
    set_(CALL_TIMEOUT=0.25)
    with mock.held():
        found = derive(workspace, offline=False)
    assert len(mock.prompts) == 2
    text = " ".join(found.warnings)
    assert "gave no answer in 1 s" in text and "raise LABELCORE_CALL_TIMEOUT" in text
    assert found.criteria, "the offline criteria stand"


def test_progress_tells_how_long_it_asks_and_how_long_an_answer_may_take(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint
) -> None:
    mock.answer = {"criteria": [criterion("Years", (2, "wrong year"))]}
    lines: list[str] = []

    def tell(_done: int, _total: int, words: str) -> None:
        lines.append(words)
        mock.answering.set()

    with mock.held():
        derive(workspace.telling(tell), offline=False)
    wanted = r"asking the model for \d+ s; an answer may take 240 s \(4 × LABELCORE_CALL_TIMEOUT\)"
    assert any(re.fullmatch(wanted, line) for line in lines)


def test_the_time_that_an_answer_may_take_is_that_of_the_endpoint_that_is_asked(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint, set_: Callable[..., None]
) -> None:
    slow = {"base_url": settings().base_url, "model": "mock", "call_timeout": 5}
    set_(ENDPOINTS=json.dumps({"slow": slow}))
    lines: list[str] = []

    def tell(_done: int, _total: int, words: str) -> None:
        lines.append(words)
        mock.answering.set()

    with mock.held():
        derive(workspace.telling(tell), offline=False)
    assert any("may take 20 s (4 × the time limit of the endpoint 'slow')" in line for line in lines), lines


def test_a_stop_keeps_what_was_answered_and_says_what_was_not_read(
    workspace: Workspace, noted: list[Grade], mock: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_model, "_NOTES_GROUPED", 4)
    mock.answer = {"criteria": [criterion("Years", (2, "wrong year"))]}
    mock.faults, mock.hang_seconds = ["ok", "hang"], 45.0
    read = threading.Event()

    def tell(done: int, _total: int, _words: str) -> None:
        if done:
            read.set()

    def stop() -> None:
        read.wait()
        with pytest.raises(BadInput, match="already"):
            derive(workspace, offline=False)
        assert asking.stop_asking(workspace).stopped

    began, thread = time.monotonic(), threading.Thread(target=stop)
    thread.start()
    found = derive(workspace.telling(tell), offline=False)
    thread.join()
    assert time.monotonic() - began < 45, "nobody waited for the part that hangs"
    told = " ".join(found.warnings)
    assert "It was stopped: " in told and "notes were not read" in told
    assert found.stopped and not asking.stop_asking(workspace).stopped
    assert [made.name for made in found.criteria] == ["Years"], "what came is kept, nothing more is derived"
