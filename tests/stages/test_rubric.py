"""The workbench of criteria: codes, splits and undo, the drift ledger, lint, rules of the prompt."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, strategies as st

from labelcore.errors import BadInput, NotFound
from labelcore.messages import sentence
from labelcore.models import Criterion, Evidence, Grade, Output
from labelcore.stages import grading
from labelcore.stages.deriving import coding, drift, editing, linting, prompting, proposing_codes, versions
from labelcore.stages.deriving.drift import _enough
from labelcore.stages.deriving.prompting import check_of, read_rules
from labelcore.stages.finding import find_criterion
from labelcore.store import Database, audit, criteria as criterion_table
from labelcore.workspace import Workspace
from tests.stages.measured import accepted, decides, tool

Add = Callable[..., list[Output]]
Give = Callable[..., Grade]
NOTES = [
    "too long",
    "太长了",
    "far too long",
    "wrong year",
    "the year is wrong",
    "no source cited",
    "missing citation",
    "too long, nobody reads that",
]


@pytest.fixture
def noted(workspace: Workspace, add_outputs: Add, give: Give) -> list[Grade]:
    made = add_outputs(*(f"text {i}" for i in range(len(NOTES) + 4)))
    for output in made[len(NOTES) :]:
        give(output, "pass")
    return [give(output, "fail", note) for output, note in zip(made, NOTES, strict=False)]


def criterion(workspace: Workspace, name: str, grades: list[Grade], **more: object) -> Criterion:
    evidence = tuple(Evidence(grade_id=g.id, output_id=g.output_id, quote=g.note) for g in grades)
    told: dict[str, Any] = {"statement": f"{name}.", "id": f"c-{name}", "evidence": evidence, **more}
    return accepted(workspace, name, **told)


def code_of(workspace: Workspace, text: str) -> str:
    return next(
        coded.code.label
        for coded in coding.list_codes(workspace)
        if text in {quote.text for quote in coded.quotes}
    )


def test_notes_that_mean_the_same_get_one_code_across_languages(
    workspace: Workspace, noted: list[Grade]
) -> None:
    proposing_codes.code_notes(workspace, offline=True)
    assert code_of(workspace, "too long") == code_of(workspace, "太长了")
    assert code_of(workspace, "too long") != code_of(workspace, "wrong year")
    assert 3 <= len(coding.list_codes(workspace)) < len(NOTES)
    before = [coded.code.id for coded in coding.list_codes(workspace)]
    proposing_codes.code_notes(workspace, offline=True)
    assert [coded.code.id for coded in coding.list_codes(workspace)] == before


def test_codes_are_renamed_merged_and_quotes_moved_and_people_win(
    workspace: Workspace, noted: list[Grade]
) -> None:
    proposing_codes.code_notes(workspace, offline=True)
    year, source = code_of(workspace, "wrong year"), code_of(workspace, "no source cited")
    coding.rename_code(workspace.by("ann"), year, "facts")
    coding.merge_codes(workspace.by("ann"), ["facts", source])
    assert code_of(workspace, "no source cited") == "facts"
    coding.move_quote(workspace.by("ann"), noted[5].id, "no source cited", "sources")
    assert code_of(workspace, "no source cited") == "sources"
    with pytest.raises(BadInput, match="Merge the two"):
        coding.rename_code(workspace, "facts", "Sources")
    with pytest.raises(NotFound):
        coding.move_quote(workspace, noted[5].id, "never said", "x")
    made = coding.criterion_from_codes(workspace, ["facts", "sources"], name="Right facts")
    assert {item.output_id for item in made.evidence} >= {noted[3].output_id, noted[5].output_id}
    assert grading.saturation(workspace).kinds == len(coding.list_codes(workspace))
    editing.accept(workspace, made)
    assert "accepted criterion gathers" in sentence(grading.saturation(workspace).says)


def test_a_split_divides_the_evidence_and_undo_brings_the_whole_back(
    workspace: Workspace, noted: list[Grade]
) -> None:
    whole = criterion(workspace, "All", noted[:4])
    parts = [
        versions.SplitPart(name="Length", statement="Short."),
        versions.SplitPart(name="Year", statement="Right year.", quotes=(3,)),
    ]
    length, year = versions.split(workspace.by("ann"), whole.id, parts=parts)
    assert [len(length.evidence), len(year.evidence)] == [3, 1]
    assert find_criterion(workspace, whole.id).status == "dropped"
    assert [a.parents for a in versions.lineage(workspace)] == [(), (whole.id,), (whole.id,)]
    (back,) = versions.undo_change(workspace.by("ann"), length.id)
    assert (back.id, back.status, len(back.evidence)) == (whole.id, "accepted", 4)
    assert [c.status for c in editing.list_criteria(workspace)] == ["accepted", "dropped", "dropped"]
    for wrong in (
        [parts[0]],
        [parts[0], parts[0]],
        [parts[0], versions.SplitPart(name="x", statement="", quotes=(9,))],
    ):
        with pytest.raises(BadInput):
            versions.split(workspace, whole.id, parts=wrong)


def test_undo_takes_one_change_back_and_keeps_the_history(workspace: Workspace, noted: list[Grade]) -> None:
    short = criterion(workspace, "Short", noted[:2])
    editing.edit(workspace.by("ann"), short.id, statement="At most 50 words.")
    (back,) = versions.undo_change(workspace.by("bo"), short.id)
    assert (back.version, back.statement, back.author) == (3, "Short.", "bo")
    assert len(editing.history(workspace, short.id)) == 3
    fresh = criterion(workspace, "New", [])
    with pytest.raises(BadInput, match="never changed"):
        versions.undo_change(workspace, fresh.id)


@pytest.mark.parametrize("why", ["took version 2 back", "took version 1 back", "took version 9 back"])
def test_a_reason_that_reads_like_an_undo_is_only_a_reason(
    workspace: Workspace, noted: list[Grade], why: str
) -> None:
    short = criterion(workspace, "Short", noted[:2])
    editing.edit(workspace, short.id, statement="At most 50 words.", why=why)
    editing.edit(workspace, short.id, statement="At most 20 words.", why=why)
    for statement in ("At most 50 words.", "Short."):
        (back,) = versions.undo_change(workspace, short.id)
        assert back.statement == statement
    assert [version.restores for version in editing.history(workspace, short.id)] == [None, None, None, 2, 1]
    with pytest.raises(BadInput, match="never changed"):
        versions.undo_change(workspace, short.id)
    editing.edit(workspace, short.id, statement="At most 10 words.", why=why)
    assert find_criterion(workspace, short.id).restores is None


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    found = versions.difference(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after


@pytest.mark.parametrize(("total", "size"), [(1, 1), (10, 9), (30, 16), (100, 23), (1000, 28)])
def test_the_random_part_is_as_small_as_the_hypergeometric_allows(total: int, size: int) -> None:
    assert _enough(total) == pytest.approx(size, abs=2)


def answer(workspace: Workspace, criterion: Criterion, output: Output, value: str) -> None:
    grading.grade(workspace.by("ann"), output.id, value, criterion=criterion)


@pytest.mark.whole
def test_wording_keeps_grades_and_meaning_makes_them_stale_until_a_random_part_settles_it(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(40)))
    short = criterion(workspace, "Short", [])
    for at, output in enumerate(made):
        answer(workspace, short, output, "pass" if at % 2 else "fail")
    short = editing.edit(workspace, short.id, statement="Brief.", wording_only=True)
    assert drift.ledger(workspace, short.id).stage == "nothing stale"
    short = editing.edit(workspace.by("ann"), short.id, statement="At most 20 words.", why="clearer")
    found = drift.ledger(workspace, short.id)
    assert (found.stage, len(found.stale), found.changed_by) == ("random part", 40, "ann")
    assert found.flips.why_not and 10 < len(found.random) < 25
    assert found.probability == len(found.random) / 40
    for output_id in found.next:
        stale = found.stale[output_id]
        answer(workspace, short, next(o for o in made if o.id == output_id), "pass" if stale else "fail")
    found = drift.ledger(workspace, short.id)
    assert (found.stage, found.flips.value, found.next) == ("settled", 0, ())


@pytest.mark.whole
def test_a_change_that_is_taken_back_leaves_no_answer_stale_and_undo_goes_further_back(
    workspace: Workspace, add_outputs: Add
) -> None:
    short = criterion(workspace, "Short", [])
    for output in add_outputs(*(f"text {i}" for i in range(12))):
        answer(workspace, short, output, "pass")
    editing.edit(workspace, short.id, severity="should", why="less so")
    editing.edit(workspace, short.id, statement="At most 20 words.")
    assert len(drift.ledger(workspace, short.id).stale) == 12
    versions.undo_change(workspace, short.id)
    found = drift.ledger(workspace, short.id)
    assert (found.stage, found.stale) == ("nothing stale", {})
    (back,) = versions.undo_change(workspace, short.id)
    assert (back.severity, back.version) == ("must", 5)
    with pytest.raises(BadInput, match="never changed"):
        versions.undo_change(workspace, short.id)


@pytest.mark.whole
def test_alignment_and_ledger_agree_on_what_is_stale_also_after_an_undo(
    workspace: Workspace, add_outputs: Add
) -> None:
    short = criterion(workspace, "Short", [])
    for at, output in enumerate(add_outputs(*(f"text {i}" for i in range(20)))):
        value = "pass" if at % 2 else "fail"
        answer(workspace, short, output, value)
        grading.grade(workspace.by("ann"), output.id, value)

    def seen() -> tuple[int, int]:
        measured = grading.human_labels(workspace).on
        return len(drift.ledger(workspace, short.id).stale), len(measured.get(short.id, {}))

    assert seen() == (0, 20)
    editing.edit(workspace, short.id, statement="At most 20 words.")
    assert seen() == (20, 0)
    versions.undo_change(workspace, short.id)
    assert seen() == (0, 20)


@pytest.mark.whole
def test_unsure_answers_and_silent_repeats_neither_count_nor_hold_the_ledger_up(
    workspace: Workspace, add_outputs: Add
) -> None:
    made = add_outputs(*(f"text {i}" for i in range(12)))
    short = criterion(workspace, "Short", [])
    for output in made:
        answer(workspace, short, output, "pass")
    short = editing.edit(workspace, short.id, statement="At most 20 words.")
    for key in drift.ledger(workspace, short.id).next:
        answer(workspace, short, next(o for o in made if o.id == key), "unsure")
    found = drift.ledger(workspace, short.id)
    assert found.undecided > 0 and len(found.stale) == 12 - found.undecided
    assert not set(found.next) - set(found.stale)


@pytest.mark.whole
def test_flips_ask_for_the_doubtful_ones_and_many_for_all(workspace: Workspace, add_outputs: Add) -> None:
    made = add_outputs(*(f"text {i}" for i in range(40)))
    short = criterion(workspace, "Short", [])
    for output in made:
        answer(workspace, short, output, "pass")
    short = editing.edit(workspace, short.id, statement="At most 20 words.")
    drawn = drift.ledger(workspace, short.id).random
    by_id = {output.id: output for output in made}
    for at, key in enumerate(drawn):
        answer(workspace, short, by_id[key], "fail" if at < 2 else "pass")
    found = drift.ledger(workspace, short.id)
    assert found.stage == "doubtful ones" and 0 < len(found.next) <= 10
    assert found.flips.n == len(drawn)
    for key in drawn:
        answer(workspace, short, by_id[key], "fail")
    found = drift.ledger(workspace, short.id)
    assert (found.stage, len(found.next)) == ("all", 40 - len(drawn))


def test_lint_names_each_weakness_with_its_counts(
    workspace: Workspace, noted: list[Grade], add_outputs: Add
) -> None:
    length = criterion(workspace, "Length", noted[:4], statement="The output is appropriate.")
    two = criterion(workspace, "Brevity", [*noted[:4], noted[7]], statement="Few words.")
    criterion(workspace, "Tone", [], statement="Polite.")
    made = add_outputs(*(f"judged {i}" for i in range(20)))
    for rule, flip in ((length, False), (two, True)):
        judge = tool(
            workspace,
            "j",
            id=f"j{rule.id}",
            judge_id=f"j{rule.id}",
            kind="code",
            criterion_id=rule.id,
            criterion_version=1,
            spec={},
        )
        decides(
            workspace,
            judge.id,
            ((output.id, "fail" if (at % 2 == 0) is not flip else "pass") for at, output in enumerate(made)),
        )
    found = linting.lint(workspace)
    by_kind = {finding.kind: finding for finding in found.findings}
    assert "appropriate" in sentence(by_kind["vague"].says)
    assert "4 of the 5 that either fails" in sentence(by_kind["overlapping"].says)
    assert "phi -1.00 on 20 outputs" in sentence(by_kind["contradictory"].says)
    assert by_kind["never fires"].names == ("Tone",)
    assert found.covering == (two.id,) and by_kind["not needed"].names == ("Length",)
    assert found.explained == 5


def test_two_demands_in_one_are_shown_by_the_quotes_of_each(workspace: Workspace, noted: list[Grade]) -> None:
    criterion(workspace, "Both", noted[:5], statement="The answer is not too long and the year is right.")
    (found,) = [finding for finding in linting.lint(workspace).findings if finding.kind == "compound"]
    says = sentence(found.says)
    assert "3 quotes speak of" in says and "2 of" in says


@pytest.mark.parametrize(
    ("rule", "detector", "side", "threshold"),
    [
        ("Use at most 50 words.", "words", "above", 50),
        ("Write fewer than 3 sentences", "sentences", "above", 2),
        ("不超过100字", "characters", "above", 100),
        ("Give at least two bullet points", "bullets", "below", 2),
        ("Answer in 5 sentences or less.", "sentences", "above", 5),
        ("more than 3 paragraphs", "paragraphs", "below", 4),
        ("Use no more than 100 words", "words", "above", 100),
        ("Never write more than 100 words", "words", "above", 100),
        ("回答不得超过100字", "characters", "above", 100),
        ("not less than 50 words", "words", "below", 50),
        ("Do not use fewer than 3 bullets", "bullets", "below", 3),
        ("不能超过50字", "characters", "above", 50),
    ],
)
def test_a_rule_on_lengths_is_read_as_a_check(rule: str, detector: str, side: str, threshold: int) -> None:
    spec = check_of(rule)
    assert spec is not None
    assert (spec.detector, spec.side, spec.threshold) == (detector, side, threshold)


def test_a_sentence_that_negates_something_else_is_no_check() -> None:
    assert check_of("Do not answer with at most 3 words") is None


@given(text=st.text(max_size=300))
def test_any_prompt_can_be_read(text: str) -> None:
    for rule in read_rules(text)[0]:
        check_of(rule)
        assert rule in text


@pytest.mark.whole
def test_rules_of_the_prompt_say_what_the_grades_contradict(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    for output in add_outputs(*(f"one two three four five {i}" for i in range(20))):
        give(output, "pass")
    prompt = "You are a helpful bot.\n- Use at most 3 words.\n- Never mention prices.\n{question}"
    made = prompting.propose_from_prompt(workspace.by("ann"), prompt=prompt).proposed
    assert [criterion.statement for criterion in made] == ["Use at most 3 words.", "Never mention prices."]
    assert {criterion.origin for criterion in made} == {"prompt"}
    assert prompting.propose_from_prompt(workspace, prompt=prompt).proposed == ()
    first, other = prompting.prompt_rules(workspace)
    says = sentence(first.says)
    assert first.contradicted and "100%" in says and "no expert ever failed" in says
    assert not other.contradicted and other.breaks.why_not
    with pytest.raises(BadInput):
        prompting.propose_from_prompt(workspace, prompt=" ")


@pytest.mark.parametrize("change", ["merge", "split", "undo a split", "undo a merge"])
def test_a_change_of_several_criteria_that_fails_on_its_way_stores_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    first, other = criterion(workspace, "Length", []), criterion(workspace, "Year", [])
    parts = [versions.SplitPart(name=name, statement="It is so.") for name in ("One", "Two")]
    changes: dict[str, Callable[[], object]] = {
        "merge": lambda: editing.merge(workspace, [first, other], name="Both"),
        "split": lambda: versions.split(workspace, first, parts=parts),
    }
    if change.startswith("undo"):
        made = changes[change.removeprefix("undo a ")]()
        child = made[0] if isinstance(made, list) else made
        changes[change] = lambda: versions.undo_change(workspace, child)
    before = editing.list_criteria(workspace)
    acts = audit.all_of(workspace.db, workspace.project.id)
    save = criterion_table.save
    stored: list[Any] = []

    def once(db: Database, criteria: Sequence[Criterion]) -> None:
        if stored:
            raise OSError("the disk is full")
        save(db, criteria)
        stored.extend(criteria)

    monkeypatch.setattr(criterion_table, "save", once)
    with pytest.raises(OSError, match="full"):
        changes[change]()
    monkeypatch.undo()
    assert stored
    assert editing.list_criteria(workspace) == before
    assert all(len(editing.versions_of(workspace, c.id)) == c.version for c in before)
    assert audit.all_of(workspace.db, workspace.project.id) == acts
    changes[change]()
    assert editing.list_criteria(workspace) != before
