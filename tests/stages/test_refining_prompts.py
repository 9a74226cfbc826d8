"""An LLM judge's prompt is read, changed with a reason, compared, and taken back; nothing is lost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotAllowed, NotFound
from labelcore.judges.answer_formats import AnswerFormat
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import AskingOptions, Prompt, make_spec
from labelcore.judges.kinds import kind_of
from labelcore.judges.prompt_files import write
from labelcore.judges.templates import DEFAULT, Template
from labelcore.messages import document, sentences, speaking
from labelcore.models import Criterion, Decision, JudgeVersion, Output, Role, Verdict
from labelcore.settings import settings
from labelcore.stages import judging
from labelcore.stages.deriving import glossary
from labelcore.stages.judging.keeping.versions import JudgeDraft, stored
from labelcore.stages.refining import history, prompts
from labelcore.stages.refining.drafts import lint_prompt
from labelcore.stages.refining.keeping import KeptVersion
from labelcore.store import judges as judge_table, verdicts as verdict_table
from labelcore.workspace import Workspace

SHORT = Template(system="You judge.", user="{{criterion}}\n\n{{output}}\n\nIs it met?")


@pytest.fixture
def judge(workspace: Workspace, criterion: Criterion) -> JudgeVersion:
    """An LLM judge with the prompt that all have."""
    spec = make_spec(criterion, AskingOptions("m"))
    return stored(
        workspace, [JudgeDraft("llm", "Short · m", spec, "Asks m").version(workspace.project, criterion)]
    )[0]


def change(workspace: Workspace, template: Template, why: str = "shorter") -> KeptVersion:
    judge = judging.find_judge(workspace, "Short · m")
    return prompts.set_prompt(workspace.by("ed"), judge, file=write(template), why=why)


def present(workspace: Workspace) -> JudgeVersion:
    (version,) = judging.active_judges(workspace)
    return version


def test_the_default_prompt_is_shown_as_a_template_and_as_the_model_sees_it(
    workspace: Workspace, judge: JudgeVersion, add_outputs: Callable[..., list[Output]]
) -> None:
    first, second = add_outputs("Hello there.", "Well, well.")
    shown = prompts.show(workspace, judge)
    assert (shown.template, shown.default, shown.output_id) == (DEFAULT, True, first.id)
    assert list(shown.rendered) == Prompt(judge.spec).messages_for(first)
    assert "Well, well." in prompts.show(workspace, judge, output=second).rendered[1]["content"]
    told = document(shown.document())
    assert (told["judge"], told["version"], told["system"]) == ("Short · m", 1, DEFAULT.system)
    assert told["slots"][0] == "criterion"
    assert [message["role"] for message in told["rendered"]] == ["system", "user"]


def test_without_outputs_it_is_shown_for_a_made_up_one(workspace: Workspace, judge: JudgeVersion) -> None:
    shown = prompts.show(workspace, judge)
    assert shown.output_id is None
    assert "The train leaves" in shown.rendered[1]["content"]


def test_its_length_is_an_estimate_and_its_cost_the_endpoints(
    workspace: Workspace, judge: JudgeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = prompts.show(workspace, judge).size
    assert bare.cost_usd is None
    assert "estimated" in sentences([bare.says])[0]
    for name, value in (("MODEL", "m"), ("API_KEY", "k"), ("PRICE_IN", "2"), ("PRICE_OUT", "10")):
        monkeypatch.setenv(f"LABELCORE_{name}", value)
    settings.cache_clear()
    size = prompts.show(workspace, judge).size
    assert size.tokens == bare.tokens > 150
    assert size.cost_usd == pytest.approx((size.tokens * 2 + 80 * 10) / 1e6)


def test_a_judge_without_a_prompt_says_so(workspace: Workspace, criterion: Criterion) -> None:
    spec = {"detector": "words", "side": "above", "threshold": 60}
    stored(workspace, [JudgeDraft("code", "long", spec, "").version(workspace.project, criterion)])
    with pytest.raises(BadInput, match="'long' is a code judge: it asks no model and has no prompt"):
        prompts.show(workspace, judging.find_judge(workspace, "long"))


def test_a_panel_names_whose_prompts_it_has(workspace: Workspace, criterion: Criterion) -> None:
    member = make_spec(criterion, AskingOptions("m"))
    spec = {"panel": [member, {**member, "variant": "strict"}], "names": ["a", "b"], "rule": "majority"}
    stored(workspace, [JudgeDraft("llm", "both", spec, "").version(workspace.project, criterion)])
    judge = judging.find_judge(workspace, "both")
    with pytest.raises(BadInput, match="'both' is a panel of 2: each member has its own prompt"):
        prompts.show(workspace, judge)
    with pytest.raises(BadInput, match="has no member 3"):
        prompts.show(workspace, judge, member=3)


def test_each_prompt_of_a_panel_is_read_and_changed_like_others(
    workspace: Workspace, criterion: Criterion
) -> None:
    member = make_spec(criterion, AskingOptions("m", address="http://a"))
    spec = {"panel": [member, {**member, "variant": "strict"}], "names": ["a", "b"], "rule": "majority"}
    stored(workspace, [JudgeDraft("llm", "both", spec, "Votes.").version(workspace.project, criterion)])
    judge = judging.find_judge(workspace, "both")
    shown = prompts.show(workspace, judge, member=2)
    assert "When you are in doubt" in shown.rendered[0]["content"] and shown.template == DEFAULT
    prompts.save_prompt(workspace, judge, file=write(SHORT), why="for later", member=1)
    kept = prompts.set_prompt(workspace.by("ed"), judge, file=write(SHORT), why="shorter", member=2)
    version = present(workspace)
    assert (kept.version, version.judge_id, version.author) == (3, judge.judge_id, "ed")
    first, second = kind_of(version).prompts
    assert first.content == member and second.template == SHORT and second.spec.variant == "strict"
    assert prompts.show(workspace, version, member=2).template == SHORT
    bare = write(Template(system="You judge.", user="Is it met?"))
    assert lint_prompt(workspace, version, member=2, file=bare).exit_code == 1
    found = history.diff(workspace, version, 1, 3)
    assert {(part.part, part.member) for part in found.parts} == {("system", 2), ("user", 2)}
    assert not found.settings and found.removed > 20
    history.revert(workspace, version, 1)
    assert present(workspace).id == judge.id


def test_a_changed_prompt_is_the_next_version_of_the_same_judge(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    kept = change(workspace, SHORT, "shorter prompts cost less")
    version = present(workspace)
    assert (kept.judge, kept.version, kept.new, kept.in_use) == ("Short · m", 2, True, True)
    assert (version.judge_id, version.version) == (judge.judge_id, 2)
    assert (version.author, version.why) == ("ed", "shorter prompts cost less")
    assert version.id == version_id(workspace.project.id, judge.criterion_id, "llm", version.spec)
    assert version.spec == judge.spec | {"template": SHORT.model_dump()}
    assert judging.find_judge(workspace, "Short · m").id == version.id
    assert [row.version for row in judging.list_judges(workspace)] == [2]
    assert prompts.show(workspace, version).template == SHORT
    assert prompts.show(workspace, version, version=1).template == DEFAULT
    assert [prompts.show(workspace, shown).in_use for shown in (judge, version)] == [False, True]


def test_a_prompt_that_is_not_changed_makes_no_version(workspace: Workspace, judge: JudgeVersion) -> None:
    kept = change(workspace, DEFAULT)
    assert (kept.version, kept.new, kept.judge_version_id) == (1, False, judge.id)
    assert len(judge_table.history(workspace.db, judge.judge_id)) == 1
    assert judge_table.pointers(workspace.db, judge.judge_id) == []


def test_words_of_an_earlier_version_lead_back_to_it(workspace: Workspace, judge: JudgeVersion) -> None:
    change(workspace, SHORT)
    kept = change(workspace, DEFAULT, "it was better")
    assert (kept.version, kept.new, kept.in_use) == (1, False, True)
    assert present(workspace).id == judge.id


def test_the_answer_format_travels_with_the_file_and_stays_where_it_has_none(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    form = AnswerFormat(kind="first_word", passes=("yes",), fails=("no",))
    file = write(SHORT.model_copy(update={"marked": False}), form)
    kept = prompts.set_prompt(workspace, judge, file=file, why="ours")
    assert "without marks" in sentences(kept.warnings)[0]
    given = {"judge": "Short · m", "before": 1, "after": 2}
    told = execute(
        workspace.db, Request(operation="judge prompt diff", project="test", arguments=given)
    ).lines
    before = "form of the answer: JSON with a reason and a verdict, as labelcore asks for it"
    assert f"{before} → the first word; pass: yes; fail: no" in told
    change(workspace, SHORT)
    shown = prompts.show(workspace, present(workspace))
    assert (shown.answer, shown.template.marked) == (form, True)


@pytest.mark.parametrize("why", ["", "  "])
def test_a_version_needs_a_reason(workspace: Workspace, judge: JudgeVersion, why: str) -> None:
    with pytest.raises(BadInput, match="A version needs a reason"):
        change(workspace, SHORT, why)
    assert present(workspace).id == judge.id


def test_a_prompt_that_another_judge_has_is_not_taken_for_its_own(
    workspace: Workspace, criterion: Criterion, judge: JudgeVersion
) -> None:
    spec = make_spec(criterion, AskingOptions("m")) | {"template": SHORT.model_dump()}
    stored(workspace, [JudgeDraft("llm", "other", spec, "").version(workspace.project, criterion)])
    with pytest.raises(BadInput, match="The judge 'other' asks exactly this"):
        change(workspace, SHORT)


def test_a_prompt_that_does_not_explain_its_marks_is_told(workspace: Workspace, judge: JudgeVersion) -> None:
    assert "gives no orders" in sentences(change(workspace, SHORT).warnings)[0]
    explained = DEFAULT.model_copy(update={"user": "{{statement}} {{output}}"})
    assert change(workspace, explained).warnings == ()


def test_only_engineers_change_prompts(workspace: Workspace, judge: JudgeVersion) -> None:
    manager = dataclasses.replace(workspace.by("mo"), role=Role.MANAGER)
    prompts.show(manager, judge)
    with pytest.raises(NotAllowed):
        change(manager, SHORT)


def test_a_saved_prompt_waits_until_it_is_put_in_use(workspace: Workspace, judge: JudgeVersion) -> None:
    kept = prompts.save_prompt(workspace, judge, file=write(SHORT), why="a try")
    assert (kept.version, kept.new, kept.in_use) == (2, True, False)
    assert present(workspace).id == judge.id
    put = history.revert(workspace.by("ed"), judge, 2, why="it holds")
    assert (put.version, put.in_use, present(workspace).version) == (2, True, 2)


@pytest.mark.whole
def test_a_judge_goes_back_and_forth_and_keeps_everything(workspace: Workspace, judge: JudgeVersion) -> None:
    change(workspace, SHORT)
    history.revert(workspace.by("ed"), judge, 1, why="worse on dev")
    assert present(workspace).id == judge.id
    listed = execute(workspace.db, Request(operation="judge list", project="test"))
    assert listed.lines[0].endswith("[version 1 of 2]")
    assert listed.document["judges"][0]["newest"] == 2
    assert change(workspace, SHORT.model_copy(update={"system": "Judge."})).version == 3
    shown = execute(
        workspace.db, Request(operation="judge show", project="test", arguments={"judge": judge.name})
    )
    assert [(row["version"], row["why"]) for row in shown.document["versions"]] == [
        (1, ""),
        (2, "shorter"),
        (3, "shorter"),
    ]
    with speaking("zh"):
        asked = {"judge": judge.name}
        chinese = execute(
            workspace.db, Request(operation="judge show", project="test", arguments=asked, language="zh")
        ).lines
    assert chinese[2].startswith("第 1 版，") and chinese[3].endswith("：shorter")
    told = history.history(workspace, judge)
    assert (told.in_use, [row.version for row in told.versions]) == (3, [1, 2, 3])
    assert [(use.author, use.why) for use in told.versions[0].uses] == [("ed", "worse on dev")]
    assert [row.why for row in told.versions] == ["", "shorter", "shorter"]
    with pytest.raises(BadInput, match="Version 3 of 'Short · m' is in use already"):
        history.revert(workspace, judge, 3)
    with pytest.raises(NotFound, match=r"has no version 9; it has 1, 2, 3\."):
        history.revert(workspace, judge, 9)


def test_keeping_a_version_aside_is_no_change_of_what_is_in_use(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    prompts.save_prompt(workspace, judge, file=write(SHORT), why="a try")
    assert [row.uses for row in history.history(workspace, judge).versions] == [(), ()]


def test_a_version_is_compared_with_the_one_that_it_was_made_from(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    change(workspace, SHORT)
    history.revert(workspace.by("ed"), judge, 1, why="worse on dev")
    plainer = DEFAULT.model_copy(update={"user": f"{DEFAULT.user}\n\nBe plain."})
    prompts.save_prompt(workspace, present(workspace), file=write(plainer), why="for later")
    change(workspace, DEFAULT.model_copy(update={"user": f"{DEFAULT.user}\n\nBe strict."}))
    rows = history.history(workspace, judge).versions
    assert [row.changed and row.changed.before for row in rows] == [None, 1, 1, 1]
    assert [(row.changed.added, row.changed.removed) for row in rows[2:] if row.changed] == [(2, 0), (2, 0)]
    assert [row.document()["changed_from"] for row in rows] == [None, 1, 1, 1]
    asked = Request(operation="judge prompt history", project="test", arguments={"judge": judge.name})
    assert any("from version 1: words: +2 −0" in line for line in execute(workspace.db, asked).lines)


def test_a_change_is_told_word_by_word(workspace: Workspace, judge: JudgeVersion) -> None:
    change(workspace, SHORT)
    change(workspace, SHORT.model_copy(update={"user": "{{criterion}}\n\n{{output}}\n\nIs it well met?"}))
    found = history.diff(workspace, judge, 2, 3)
    assert (found.added, found.removed, found.settings) == (1, 0, ())
    (part,) = found.parts
    assert part.part == "user"
    assert "".join(piece.text for piece in part.pieces if piece.kind != "new") == SHORT.user
    assert [piece.text.strip() for piece in part.pieces if piece.kind == "new"] == ["well"]
    settings_of = {setting.name: setting.after for setting in history.diff(workspace, judge, 3, 3).settings}
    assert settings_of == {}


def test_a_long_prompt_is_compared_at_once() -> None:
    before = "\n".join(f"line {number} of a long prompt" for number in range(2_000))
    after = before.replace("line 7 of", "line seven of")
    pieces = history.changes(before, after)
    assert [piece.text for piece in pieces if piece.kind != "same"] == ["7", "seven"]
    turned = " ".join(reversed(before.split()))
    assert {piece.kind for piece in history.changes(before, turned)} == {"gone", "new"}


def test_versions_are_measured_on_the_outputs_that_all_have_decided(
    workspace: Workspace,
    criterion: Criterion,
    add_outputs: Callable[..., list[Output]],
    give: Callable[..., object],
) -> None:
    spec = make_spec(criterion, AskingOptions("m"))
    (judge,) = stored(workspace, [JudgeDraft("llm", "Short · m", spec, "").version(workspace.project, None)])
    outputs = add_outputs(*(f"text {number}" for number in range(12)))
    for number, output in enumerate(outputs):
        give(output, "fail" if number % 3 == 0 else "pass")
    change(workspace, SHORT)
    change(workspace, SHORT.model_copy(update={"system": "Judge."}))
    versions = judge_table.history(workspace.db, judge.judge_id)
    decide(workspace, versions[0], outputs[:10], wrong=5)
    decide(workspace, versions[1], outputs[:8], wrong=1)
    told = history.history(workspace, judge)
    rows = {row.version: row for row in told.versions}
    assert 0 < told.n <= 8
    assert rows[1].tpr.n + rows[1].tnr.n == rows[2].tpr.n + rows[2].tnr.n == told.n
    assert (rows[1].tpr.value or 0.0) < (rows[2].tpr.value or 0.0)
    assert rows[3].tpr.value is None
    assert "no verdicts on graded outputs" in str(rows[3].tpr.why_not)


def decide(workspace: Workspace, version: JudgeVersion, outputs: Sequence[Output], wrong: int) -> None:
    """Verdicts of a version on outputs of which each third fails; the first so many are wrong."""
    found = [
        Verdict(
            output_id=output.id,
            judge_version_id=version.id,
            project_id=workspace.project.id,
            run_id="r",
            decision=Decision(value="fail" if (number % 3 == 0) != (number < wrong) else "pass"),
        )
        for number, output in enumerate(outputs)
    ]
    verdict_table.record(workspace.db, found)


def test_a_judge_whose_prompt_a_person_changed_is_not_proposed_away(
    workspace: Workspace, criterion: Criterion, judge: JudgeVersion
) -> None:
    change(workspace, SHORT)
    spec = make_spec(criterion, AskingOptions("m", variant="strict"))
    (kept,) = stored(
        workspace, [JudgeDraft("llm", "Short · m", spec, "").version(workspace.project, criterion)]
    )
    assert (kept.version, present(workspace).version) == (2, 2)


def test_a_refreshed_judge_keeps_its_words_and_counts_on(workspace: Workspace, judge: JudgeVersion) -> None:
    change(workspace, SHORT)
    prompts.save_prompt(workspace, judge, file=write(DEFAULT.model_copy(update={"system": "x"})), why="a try")
    glossary.set_term(workspace.by("ann"), "filler", "words without content")
    (made,) = judging.refresh_judges(workspace)
    assert (made.version, present(workspace).version) == (4, 4)
    assert kind_of(made).prompts[0].spec.template == SHORT


def test_a_chosen_set_says_that_it_goes_on_with_another_version(
    workspace: Workspace, judge: JudgeVersion
) -> None:
    judge_table.save_choice(workspace.db, workspace.project.id, [judge.id], {}, {})
    kept = change(workspace, SHORT)
    assert "goes on with version 1" in sentences(kept.warnings)[0]
    assert history.revert(workspace, judge, 1).warnings == ()


def test_the_command_writes_the_file_that_it_reads(
    workspace: Workspace, judge: JudgeVersion, tmp_path: Path
) -> None:
    file = tmp_path / "prompt.txt"
    judge_name = {"judge": "Short · m"}
    asked = Request(operation="judge prompt show", project="test", arguments=judge_name | {"out": str(file)})
    assert "Written to" in execute(workspace.db, asked).lines[2]
    text = file.read_text().replace("Reason first", "First the reason")
    given = judge_name | {"file": text, "why": "plainer"}
    told = execute(workspace.db, Request(operation="judge prompt set", project="test", arguments=given))
    assert (told.document["judge"], told.document["version"]) == ("Short · m", 2)
    assert "First the reason" in prompts.show(workspace, present(workspace)).template.user


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("show", {}, "About "),
        ("history", {}, "* v2"),
        ("diff", {"before": 1, "after": 2}, "version 1 to version 2"),
        ("revert", {"version": 1}, "version 1 is in use"),
    ],
)
def test_every_command_says_what_came_of_it(
    workspace: Workspace, judge: JudgeVersion, name: str, more: dict[str, int], says: str
) -> None:
    change(workspace, SHORT)
    given = {"judge": "Short · m", **more}
    told = execute(workspace.db, Request(operation=f"judge prompt {name}", project="test", arguments=given))
    assert any(says in line for line in told.lines), told.lines
    assert json.loads(json.dumps(told.document))["judge"] == "Short · m"
