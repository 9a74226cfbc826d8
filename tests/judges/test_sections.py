"""Sections that outputs share are found, measured and named, however they are written."""

from __future__ import annotations

import json
import random
import time

import numpy as np
import pytest

from labelcore.judges import kinds
from labelcore.judges.code_checks import CodeSpec, fitted_thresholds
from labelcore.judges.detectors import REGISTRY
from labelcore.judges.features import GradedRows, TrainingData
from labelcore.judges.kinds.code import CodeKind, decide
from labelcore.models import Output
from labelcore.text.sections import says_nothing, sections


def output(text: str, number: int = 0, **fields: str) -> Output:
    return Output(id=f"o{number}", project_id="p", text=text, **fields)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "# Summary\nAll is well.\n\n## Next steps\n- call\n- write\n",
            {"summary": "All is well.", "next steps": "call"},
        ),
        (
            "Summary: All is well.\nNext steps:\n- call\n- write",
            {"summary": "All is well.", "next steps": "write"},
        ),
        (
            "**Summary:** All is well.\n\n**Next steps**\n1. call",
            {"summary": "All is well.", "next steps": "call"},
        ),
        (
            "1. **Summary**: All is well.\n2. Next steps: call",
            {"summary": "All is well.", "next steps": "call"},
        ),
        (
            '{"summary": "All is well.", "nextSteps": ["call"]}',
            {"summary": "All is well.", "next steps": "call"},
        ),
        ('```json\n{"next_steps": {"first": "call"}}\n```', {"next steps": "call", "first": "call"}),
        (
            "| Summary | All is well. |\n| Next steps | call |",
            {"summary": "All is well.", "next steps": "call"},
        ),
        ("【总结】一切正常。\n【下一步】\n打电话", {"总结": "一切正常。", "下一步": "打电话"}),
        ("总结：一切正常。\n\n下一步：打电话", {"总结": "一切正常。", "下一步": "打电话"}),
        ("一、总结：一切正常。\n**下一步**：打电话", {"总结": "一切正常。", "下一步": "打电话"}),
    ],
)
def test_labels_of_every_form_are_read(text: str, found: dict[str, str]) -> None:
    read = sections(text)
    assert set(read) >= set(found)
    for label, body in found.items():
        assert body in read[label].body


def test_a_list_under_a_label_belongs_to_it_though_its_items_have_labels() -> None:
    text = "Next steps:\n- Monday: call\n- Tuesday: write\n\nOwner: Nora"
    assert sections(text)["next steps"].body == "- Monday: call\n- Tuesday: write"
    assert sections(text)["owner"].body == "Nora"


def test_sentences_and_addresses_are_no_labels() -> None:
    for text in (
        "We met at 10:30 and left.",
        "see https://a.example/x",
        "He said, in short: no.",
        "Dear Nora,\nhi",
        "Here is a short summary:\nall is well",
    ):
        assert not sections(text), text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "-",
        "N/A",
        "n/a.",
        "None",
        "None mentioned.",
        "not specified",
        "To be determined",
        "TBD",
        "Not discussed in the call.",
        "No next steps were mentioned",
        "- none\n- N/A",
        "[insert text]",
        "unknown at this time",
        "The transcript does not mention any medication.",
        "Information not provided",
        "**None**",
        "Doctor: N/A\nNurse: none",
        "no specific date given",
        "No information available.",
        "无",
        "暂无",
        "暂无。",
        "未提及",
        "没有提到",
        "待定",
        "不详",
        "原文未提及相关信息。",
        "暂时没有具体安排",
        "无相关内容",
        "（无）",
        "患者未提供",
        "待补充",
        "未明确说明",
    ],
)
def test_placeholders_of_any_wording_say_nothing(body: str) -> None:
    assert says_nothing(body)


@pytest.mark.parametrize(
    "body",
    [
        "Call Nora by Friday.",
        "No",
        "Not today, on Friday",
        "No fever, no cough",
        "Nothing beats this jacket",
        "Send the report with the data that were not included last time, then ask finance for a new budget",
        "Denies any known drug allergies",
        "12",
        "无糖饮料一箱",
        "- **good soup**\n- **thin manual**",
        "周五前发报告",
        "没有发烧，咳嗽三天",
        "待客热情",
        "none of the users could log in",
    ],
)
def test_what_says_something_is_not_taken_for_a_placeholder(body: str) -> None:
    assert not says_nothing(body)


def notes_of_visits(count: int = 40) -> tuple[list[Output], list[str], np.ndarray]:
    """Visit notes; every fourth leaves its next steps open in one of many wordings."""
    chance = random.Random(1)
    made, notes = [], []
    fails = np.zeros(count, dtype=bool)
    for i in range(count):
        steps = f"- call the patient on day {i}\n- repeat the blood test"
        if i % 4 == 0:
            steps = ("N/A", "None mentioned.", "to be decided", "-")[i // 4 % 4]
        mood = chance.choice(["good", "low"])
        reason = f"a cough for {i} days{' and a fever' * (i % 2)}"
        text = f"**Reason**: {reason}\n\n**Next steps**:\n{steps}\n\n**Mood**: {mood}"
        made.append(output(text, i))
        fails[i] = i % 4 == 0
        notes.append("the next steps are empty" if fails[i] else "")
    return made, notes, fails


def test_an_empty_section_is_found_and_explained_in_words() -> None:
    made, notes, fails = notes_of_visits()
    data = TrainingData.of(made, notes)
    best = fitted_thresholds(data, GradedRows(np.arange(len(made)), fails), 1, guided=True)[0]
    judge = CodeKind(best.spec.model_dump())
    assert judge.describe() == "Fails an output where the section “Next steps” is empty."
    decision = decide(judge.spec, output("**Reason**: x\n**Next steps**: nothing was discussed"))
    assert (decision.value, decision.reason) == ("fail", "The section “Next steps” is empty.")
    assert decide(judge.spec, output("## Next Steps\ncall Nora")).value == "pass"
    assert (
        decide(judge.spec, output("no sections")).reason
        == "There is no such section, or nothing to compare it with."
    )
    assert kinds.fault("code", judge.leaving()) is None


def test_a_note_talks_about_the_section_that_it_names() -> None:
    made, _, _ = notes_of_visits()
    notes = ["Next steps is empty", "mood too long", "reasons?", "far too long", "empty"] + [""] * (
        len(made) - 5
    )
    data = TrainingData.of(made, notes)
    told = [{data.table.columns[j].key for j in np.flatnonzero(row)} for row in data.mentions[:5]]
    named = [{key for key in keys if "“" in key} for keys in told]
    assert named[0] == {"empty section “next steps”"}
    assert "lines in a section “next steps”" not in named[0]
    assert all("“mood”" in key for key in named[1])
    assert "words in a section “reason”" in named[2]
    assert named[3] == named[4] == set()


def test_a_missing_section_fails_and_only_where_it_belongs() -> None:
    replies = [output(f"Dear {i}, we are sorry.", i) for i in range(30)]
    full = "# Facts\nf{0}\n# Plan\np{0}\n# Risks\nr{0}"
    reports = [
        output((full if i % 3 else "# Facts\nf{0}\n# Plan\np{0}").format(i), 100 + i) for i in range(18)
    ]
    data = TrainingData.of([*replies, *reports], [""] * 48)
    columns = {column.key: at for at, column in enumerate(data.table.columns)}
    values = data.table.values[:, columns["missing section “risks”"]]
    assert np.isnan(values[:30]).all()
    assert values[30:].tolist() == [float(i % 3 == 0) for i in range(18)]
    alone = TrainingData.of(reports, [""] * 18)
    assert "missing section “facts”" not in {column.key for column in alone.table.columns}  # it never varies


def test_what_recurs_in_place_of_longer_texts_is_filler() -> None:
    plan = "we shall call the patient again on day {} and decide"
    made = [output(f"Plan: {plan.format(i) if i % 3 else 'see the chart'}", i) for i in range(18)]
    data = TrainingData.of(made, [""] * 18)
    columns = {column.key: column for column in data.table.columns}
    assert columns["empty section “plan”"].parameters["filler"] == ["see the chart"]
    feelings = [output(f"Mood: {'good' if i % 2 else 'low'}", i) for i in range(18)]
    assert "empty section “mood”" not in {c.key for c in TrainingData.of(feelings, [""] * 18).table.columns}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"section": ""},
        {"section": ["a"]},
        {"section": "a", "filler": "x"},
        {"section": "a", "beside": [1]},
        {"section": "a", "title": 3},
        {"section": "a", "phrase": ["b"]},
    ],
)
def test_a_section_that_came_by_file_is_checked(parameters: dict[str, object]) -> None:
    spec = CodeSpec(detector="empty section", side="above", threshold=0, parameters=parameters).model_dump()
    assert kinds.fault("code", spec)


@pytest.mark.parametrize(
    "text",
    [
        "# a\n" * 20_000,
        "a: " * 20_000,
        "[" * 50_000,
        '{"a":' * 20_000,
        "- " * 30_000,
        "**a" * 20_000,
        "no " * 20_000,
    ],
)
def test_no_text_makes_reading_sections_slow(text: str) -> None:
    started = time.process_time()
    for section in sections(text).values():
        says_nothing(section.body)
    says_nothing(text)
    assert time.process_time() - started < 2


def test_deep_json_is_read_as_far_as_it_goes() -> None:
    deep = json.loads('{"a":' * 50 + "1" + "}" * 50)
    assert "a" in sections(json.dumps(deep))


def test_every_detector_of_a_section_says_nothing_without_it() -> None:
    for detector in REGISTRY.values():
        if detector.parameter == "section":
            found = detector.feature(output("plain text"), {"section": "a", "beside": ["b"]})
            assert found is None, detector.name
