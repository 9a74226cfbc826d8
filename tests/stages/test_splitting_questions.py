"""A question that asks two things is split where disagreements are about both."""

from __future__ import annotations

import pytest

from labelcore.judges.kinds import kind_of
from labelcore.messages import lines_of
from labelcore.models import JudgeVersion, Output
from labelcore.operations import find_operation
from labelcore.stages import judging
from labelcore.stages.refining.court import decide
from labelcore.stages.refining.examples import splits_of
from labelcore.stages.refining.keeping import in_use
from labelcore.stages.refining.suggesting import suggest
from labelcore.stages.refining.suggestions import accept
from labelcore.workspace import Workspace
from tests.mock_endpoint import MockEndpoint
from tests.stages.improvable import REFLECTS, Add, Give, N, judged, made_judge, of_kind, verdict

TWO = "every fact is true and names are spelled right"
HALVES = ("Is every fact true?", "Are all names spelled right?")


def answers_halves(prompt: str) -> dict[str, object]:
    """Told of both at once it sees lies alone; asked one of them, it sees what that one is about."""
    if REFLECTS in prompt:
        at = {word: [] for word in ("typo", "sum")}  # type: dict[str, list[int]]
        for number in range(1, 9):
            shown = prompt.partition(f"<<DATA output {number} ")[2].partition("<<END")[0]
            for word, found in at.items():
                if word in shown:
                    found.append(number)
        halves = [{"question": q, "errors": e} for q, e in zip(HALVES, at.values(), strict=True)]
        return {"proposals": [], "split": halves}
    criterion = prompt.partition("<<DATA criterion")[2].partition("<<END")[0].splitlines()[-1].casefold()
    facts, names = "fact" in criterion, "name" in criterion
    output = judged(prompt)
    seen = ("lie" in output) or ("typo" in output and names and not facts)
    return {**verdict(failed=seen or ("sum" in output and facts and not names))}


def two_worlds(workspace: Workspace, add: Add, give: Give) -> tuple[JudgeVersion, list[Output]]:
    words = ("lie", "typo", "sum", "typo", "sum", *["plain"] * 5)
    made = add(*(f"{words[n % 10]} number {n}" for n in range(N)))
    notes = {"typo": "the names are misspelled", "sum": "that fact is not true"}
    bad = [not output.text.startswith("plain") for output in made]
    give(made, ["fail" if b else "pass" for b in bad], [notes.get(o.text.split()[0], "") for o in made])
    return made_judge(workspace, statement=TWO), made


def test_a_question_is_split_in_two_by_a_model_each_tied_to_disagreements(
    workspace: Workspace, add_outputs: Add, give_all: Give, mock: MockEndpoint
) -> None:
    mock.answer = answers_halves
    judge, made = two_worlds(workspace, add_outputs, give_all)
    found = suggest(workspace, judge)
    (wanted,) = of_kind(found, "split")
    suggestion = next(one for one in found.offered if one.id == wanted)
    first, second = suggestion.candidate.questions
    texts = {output.id: output.text for output in made}
    assert (first.statement, second.statement) == HALVES
    assert {texts[key].split()[0] for key in first.because} == {"typo"}
    assert {texts[key].split()[0] for key in second.because} == {"sum"}
    assert suggestion.mended and not suggestion.broken and suggestion.document()["questions"]
    lines = lines_of(find_operation("judge prompt suggest"), workspace, found)
    assert sum("of its errors on train" in line for line in lines) == 2
    accept(workspace, judge, wanted, why="two things")
    present = in_use(workspace, judge.judge_id)
    assert [prompt.spec.question for prompt in kind_of(present).prompts] == list(HALVES)
    judging.run_judges(workspace, order=judging.RunOrder(judge=present.name))
    assert not suggest(workspace, present, member=2).errors
    (refreshed,) = judging.refresh_judges(workspace) or (present,)
    assert [prompt.spec.question for prompt in kind_of(refreshed).prompts] == list(HALVES)


def test_without_a_model_a_question_is_split_only_where_rulings_say_so(
    workspace: Workspace, add_outputs: Add, give_all: Give, mock: MockEndpoint
) -> None:
    mock.answer = lambda prompt: {"proposals": []} if REFLECTS in prompt else answers_halves(prompt)
    judge, made = two_worlds(workspace, add_outputs, give_all)
    judging.run_judges(workspace, order=judging.RunOrder(judge=judge.name))
    assert not [one for one in suggest(workspace, judge).tried if one.kind == "split"]
    splits = splits_of(workspace, [output.id for output in made])
    train = [output for output in made if splits[output.id] == "train"]
    typo, other, wrong_sum = (
        [output.id for output in train if output.text.startswith(word)][at]
        for word, at in (("typo", 0), ("typo", 1), ("sum", 0))
    )
    for ruled, reason in ((typo, ""), (other, "no fact"), (wrong_sum, "")):  # the second is about both
        assert not [one for one in suggest(workspace, judge).tried if one.kind == "split"]
        decide(workspace.by("ann"), ruled, "judge-wrong", judge=judge, reason=reason)
    found = suggest(workspace, judge)
    (split,) = [one for one in found.tried if one.kind == "split"]
    assert [question.statement for question in split.candidate.questions] == TWO.split(" and ")
    assert split.state == "better" and all(question.because for question in split.candidate.questions)


@pytest.mark.parametrize(
    "halves",
    [
        [{"question": HALVES[0], "errors": [1]}],
        [{"question": HALVES[0], "errors": [1]}, {"question": HALVES[1], "errors": [99]}],
        [{"question": HALVES[0], "errors": [1]}, {"question": HALVES[0], "errors": [2]}],
    ],
)
def test_halves_that_are_about_nothing_are_none(
    workspace: Workspace,
    add_outputs: Add,
    give_all: Give,
    mock: MockEndpoint,
    halves: list[dict[str, object]],
) -> None:
    mock.answer = lambda prompt: (
        {"proposals": [], "split": halves} if REFLECTS in prompt else answers_halves(prompt)
    )
    judge, _ = two_worlds(workspace, add_outputs, give_all)
    assert not [one for one in suggest(workspace, judge).tried if one.kind == "split"]
