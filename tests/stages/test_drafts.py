"""A draft of a prompt: what a model would see of it, what is wrong with it, and the version that it makes."""

from __future__ import annotations

import pytest

from labelcore.errors import BadInput
from labelcore.judges.prompt_files import write
from labelcore.judges.templates import DEFAULT
from labelcore.messages.results import document_of, lines_of
from labelcore.models import JudgeVersion
from labelcore.operations import find_operation
from labelcore.settings import settings
from labelcore.stages.refining.drafts import Draft, lint_prompt, read_draft
from labelcore.stages.refining.examples import example_of, find_examples, splits_of
from labelcore.store import Database, outputs as output_table
from labelcore.workspace import Workspace
from tests import refinable
from tests.mock_endpoint import MockEndpoint


@pytest.fixture
def made(db: Database) -> tuple[Workspace, JudgeVersion]:
    return refinable.make(db)


def test_a_draft_that_changes_nothing_is_the_judge_itself(made: tuple[Workspace, JudgeVersion]) -> None:
    _, judge = made
    assert Draft.of(judge).spec(judge) == judge.spec


def test_words_that_are_put_back_are_not_written_down(made: tuple[Workspace, JudgeVersion]) -> None:
    _, judge = made
    worded = Draft.of(judge).model_copy(update={"template": DEFAULT.model_copy(update={"system": "Decide."})})
    changed = judge.model_copy(update={"spec": worded.spec(judge)})
    assert changed.spec != judge.spec
    back = Draft.of(changed).model_copy(update={"template": DEFAULT})
    assert back.spec(changed) == judge.spec


@pytest.mark.whole
def test_examples_are_shown_and_taken_out_again(made: tuple[Workspace, JudgeVersion]) -> None:
    workspace, judge = made
    pairs = find_examples(workspace, judge).pairs
    both = [pairs[0].example, pairs[0].beside]
    draft = Draft.of(judge).with_examples([example for example in both if example])
    output = next(iter(output_table.many(workspace.db, output_table.ids(workspace.db, judge.project_id)[:1])))
    found = read_draft(workspace, judge, draft, output_table.many(workspace.db, [output])[output])
    asked = found.rendered[-1]["content"]
    assert pairs[0].example.text in asked
    assert found.findings == ()
    assert draft.with_examples([]).spec(judge) == judge.spec


@pytest.mark.whole
def test_an_output_of_dev_is_no_example(made: tuple[Workspace, JudgeVersion]) -> None:
    workspace, judge = made
    splits = splits_of(workspace, output_table.ids(workspace.db, judge.project_id))
    for key, split in splits.items():
        assert (example_of(workspace, judge, key) is not None) == (split == "train")


def test_of_fails_that_say_nearly_the_same_only_one_is_suggested(
    made: tuple[Workspace, JudgeVersion],
) -> None:
    workspace, judge = made
    found = find_examples(workspace, judge, limit=10)
    kinds = [pair.example.text.split(" order ")[0] for pair in found.pairs]
    assert sorted(kinds) == ["As a gesture of goodwill", "We promise to pay everything back for"]
    searched = find_examples(workspace, judge, search="promise everything", limit=10)
    assert len(searched.pairs) > 2, "who searches sees all"


def test_a_prompt_in_a_file_is_linted(made: tuple[Workspace, JudgeVersion]) -> None:
    workspace, judge = made
    operation = find_operation("judge prompt lint")
    good = lint_prompt(workspace, judge)
    assert (good.findings, good.exit_code) == ((), 0)
    assert lines_of(operation, workspace, good) == ("Nothing is wrong with the prompt.",)
    bad = lint_prompt(
        workspace, judge, file=write(DEFAULT.model_copy(update={"user": "{{criterion}} {{tone}}"}))
    )
    assert bad.exit_code == 1
    assert {finding.kind for finding in bad.findings} == {"no output", "unknown slot"}
    assert document_of(operation, bad)["findings"][0]["stops"] is True


def test_a_judge_without_a_prompt_has_no_draft(made: tuple[Workspace, JudgeVersion]) -> None:
    _, judge = made
    with pytest.raises(BadInput, match="asks no model"):
        Draft.of(judge.model_copy(update={"kind": "imported", "spec": {}}))


def test_what_the_model_cannot_read_is_said(
    made: tuple[Workspace, JudgeVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, judge = made
    for name, value in (("BASE_URL", "http://127.0.0.1:9/v1"), ("MODEL", "mock"), ("WINDOW", "100")):
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    found = lint_prompt(workspace, judge)
    settings.cache_clear()
    assert [(finding.kind, finding.stops) for finding in found.findings] == [("too long", True)]


def test_a_model_is_asked_on_demand_and_must_quote_the_prompt(
    made: tuple[Workspace, JudgeVersion], mock: MockEndpoint
) -> None:
    workspace, judge = made
    file = write(DEFAULT.model_copy(update={"system": "Goodwill is fine with us."}))
    for quote, kinds in (("Goodwill is fine with us.", ["opposed"]), ("It is a lie.", []), ("", [])):
        mock.answer = {"quote": quote}
        found = lint_prompt(workspace, judge, file=file, ask=True)
        assert [finding.kind for finding in found.findings] == kinds
    asked = len(mock.prompts)
    lint_prompt(workspace, judge, file=file)
    assert len(mock.prompts) == asked
