"""Judges' descriptions and reasons are said in the reader's language where their kind words them."""

from __future__ import annotations

import pytest

from labelcore.judges.kinds import deciding, kind_of
from labelcore.messages import document_of, lines_of
from labelcore.messages.catalogue import calling, speaking
from labelcore.messages.verdicts import decision_words, description_words, reason_words
from labelcore.models import Decision, JudgeVersion, Noun, Output
from labelcore.operations import find_operation
from labelcore.stages.judging import list_judges
from labelcore.stages.judging.testing.suspecting import JudgesOverview
from labelcore.workspace import Workspace

OUTPUT = Output(id="o", project_id="p", text="- one\n- two\n- three\n- four")


def judge(description: str = "", **parameters: object) -> JudgeVersion:
    spec = {"detector": "bullets", "side": "above", "threshold": 3.0, "parameters": parameters}
    return JudgeVersion(
        id="v",
        judge_id="j",
        project_id="p",
        name="overall · bullets",
        kind="code",
        version=1,
        criterion_id=None,
        criterion_version=None,
        spec=spec,
        description=description,
    )


@pytest.mark.parametrize(
    ("parameters", "english", "chinese"),
    [
        ({}, "Fails an output with more than 3 list items.", "列表项数多于 3 的输出判为不通过。"),
        (
            {"flipped": True},
            "Passes an output with more than 3 list items.",
            "列表项数多于 3 的输出判为通过。",
        ),
    ],
)
def test_a_description_is_said_in_both_languages(
    parameters: dict[str, object], english: str, chinese: str
) -> None:
    version = judge(english, **parameters)
    assert kind_of(version).describe() == english
    assert description_words(version) == english
    with calling(Noun(one="reply", several="replies")):
        assert description_words(version) == english.replace("an output", "a reply")
    with speaking("zh"):
        assert description_words(version) == chinese
        assert (
            description_words(version.model_copy(update={"description": f"{english} It caught 3."}))
            == chinese
        )


@pytest.mark.parametrize(
    ("kind", "spec", "chinese"),
    [
        ("llm", {"name": "A", "statement": "It is short.", "model": "m"}, "请 m 判断：It is short."),
        ("imported", {}, "其他工具的判定，随输出一同导入。"),
        ("feedback", {"signal": "thumb"}, "产品用户通过“thumb”表达的意见；用户没有表示时弃权。"),
        (
            "code",
            {"source": "def check(output, input, context, metadata):\n    return True"},
            "用 Python 写的检查。",
        ),
    ],
)
def test_every_kind_is_described_in_both_languages(kind: str, spec: dict[str, object], chinese: str) -> None:
    version = judge().model_copy(update={"kind": kind, "spec": spec})
    described = version.model_copy(update={"description": str(kind_of(version).describe())})
    assert description_words(described) == described.description
    with speaking("zh"):
        assert description_words(described) == chinese


def test_a_reason_is_said_in_both_languages() -> None:
    version = judge()
    (decision,) = deciding(version).decide([OUTPUT])
    assert isinstance(decision, Decision)
    assert reason_words(version, OUTPUT, decision.reason) == "list items: 4, more than 3."
    with speaking("zh"):
        assert reason_words(version, OUTPUT, decision.reason) == "列表项数为 4：多于 3。"


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("llm", {"prompt_version": "judge-v2", "name": "Price", "statement": "Names it.", "model": "m"}),
        ("code", {"source": "def check(row):\n    return True\n"}),
    ],
)
def test_why_an_output_without_the_field_is_not_decided_is_said_in_both_languages(
    kind: str, spec: dict[str, object]
) -> None:
    version = judge().model_copy(update={"kind": kind, "spec": {**spec, "field": "/price"}})
    decision = Decision(value="abstain", reason="The output has no field /price.")
    assert decision_words(version, OUTPUT, decision) == "abstain. The output has no field /price."
    with speaking("zh"):
        assert decision_words(version, OUTPUT, decision) == "弃权。这条输出没有字段 /price。"


def test_old_and_foreign_sentences_stand_as_they_are_kept() -> None:
    library = judge("Fails an output with more than 3 list items. It came by file.")
    library.spec["library"] = {}
    with speaking("zh"):
        assert description_words(judge("As an earlier release put it.")) == "As an earlier release put it."
        assert description_words(library) == library.description
        assert reason_words(judge(), OUTPUT, "As before.") == "As before."
        assert reason_words(judge().model_copy(update={"kind": "imported", "spec": {}}), OUTPUT, "x") == "x"


def test_the_list_of_judges_says_what_the_page_says(workspace: Workspace) -> None:
    english = "Fails an output with more than 3 list items."
    told = judge(f"{english} On other grades it catches 4 of 7.")
    version = told.model_copy(update={"project_id": workspace.project.id})
    found = JudgesOverview(judges=list_judges(workspace, [version]), suspects=(), learned=())
    operation = find_operation("judge list")
    assert lines_of(operation, workspace, found) == (f"overall · bullets (code): {version.description}",)
    with speaking("zh"):
        (line,) = lines_of(operation, workspace, found)
        assert line == f"整体 · 列表项（代码）：{description_words(version)}"
    assert english not in line
    assert "shown" not in document_of(operation, found)["judges"][0]
