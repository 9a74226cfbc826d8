"""Runs ask the version in use, and going back to one asks nothing again."""

from __future__ import annotations

from collections.abc import Callable

from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.judges.prompt_files import write
from labelcore.judges.templates import Template
from labelcore.models import Output
from labelcore.stages import judging
from labelcore.stages.judging.keeping.versions import JudgeDraft, stored
from labelcore.stages.refining import history, prompts
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.measured import accepted

OURS = Template(system="You are our help desk's reader.", user="{{statement}}\n\n{{output}}\n\nYes or no?")
YES = AnswerFormat(kind="first_word", passes=("yes",), fails=("no",))


def test_runs_follow_the_pointer_and_nothing_is_paid_for_twice(
    workspace: Workspace, add_outputs: Callable[..., list[Output]], mock: MockEndpoint
) -> None:
    criterion = accepted(workspace, "Kind", "It is kind.")
    spec = make_spec(criterion, AskingOptions("mock"))
    (judge,) = stored(
        workspace, [JudgeDraft("llm", "Kind · mock", spec, "").version(workspace.project, criterion)]
    )
    add_outputs("a bad answer", "a good answer", "another good one")
    assert judging.run_judges(workspace).verdicts_new == 3
    mock.prompts.clear()
    mock.answer = lambda prompt: "No." if "bad" in prompt else "Yes, it is."
    prompts.set_prompt(workspace, judge, file=write(OURS, YES), why="our words")
    run = judging.run_judges(workspace)
    assert (run.verdicts_new, run.verdicts_cached, run.requests) == (3, 0, 3)
    assert all("our help desk's reader" in prompt for prompt in mock.prompts)
    (row,) = judging.list_judges(workspace)
    assert (row.version, row.passes, row.fails) == (2, 2, 1)
    for version, why in ((1, "back"), (2, "and forth")):
        history.revert(workspace, judge, version, why=why)
        run = judging.run_judges(workspace)
        assert (run.verdicts_new, run.verdicts_cached, run.requests) == (0, 3, 0)
        (row,) = judging.list_judges(workspace)
        assert (row.version, row.passes, row.fails) == (version, 2, 1)
