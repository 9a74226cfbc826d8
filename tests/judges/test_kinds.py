"""Kinds of judges: what the store holds is read as ever, and nobody else tells kinds apart."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import labelcore
from labelcore.errors import NotFound
from labelcore.judges import kinds
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import AskingOptions, TrainExample, make_spec
from labelcore.judges.kinds import Kind, judge_of, kind_of, panel
from labelcore.judges.kinds.check import CheckSpec
from labelcore.judges.kinds.llm import asking
from labelcore.models import Criterion, Decision, JudgeVersion, Output, Term

SPECS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "stored_specs.json").read_text(encoding="utf-8")
)
"""A specification of each kind as it was made, and stored, before kinds were objects."""

STORED = {
    "code": ("code", "CodeKind", "j_2e4df5c8f424b034fde4b0e8"),
    "check": ("code", "CheckKind", "j_e50c226b720123657a2acaa3"),
    "llm plain": ("llm", "LlmKind", "j_68cee23d02945d9c4d4048c9"),
    "llm": ("llm", "LlmKind", "j_3530cd6b79b4ffaf123d3596"),
    "llm scoped": ("llm", "LlmKind", "j_c33c50a79069079c8d47972d"),
    "panel": ("llm", "PanelKind", "j_20106e160eb56aa5991aa304"),
    "learned": ("learned", "LearnedKind", "j_daf0ee5e28f854776cada73e"),
    "cascade": ("cascade", "CascadeKind", "j_291dd2555ace6be3bc31b168"),
    "imported": ("imported", "ImportedKind", "j_12673c2f26c9b86373832634"),
    "feedback": ("feedback", "FeedbackKind", "j_1ae09740c8ca62128bf37803"),
}
CRITERION = Criterion(
    id="c",
    project_id="p",
    version=1,
    name="Short",
    statement="It is short.",
    pass_examples=("yes",),
    fail_examples=("no, not at all",),
)


def version_of(name: str) -> JudgeVersion:
    stored, _, known = STORED[name]
    return JudgeVersion(
        id=known,
        judge_id=known,
        project_id="p",
        name=name,
        kind=stored,
        version=1,
        criterion_id="c",
        criterion_version=1,
        spec=SPECS[name],
    )


def outputs() -> list[Output]:
    texts = [
        "far too long and wordy text here " * (i % 4 + 1) if i % 3 == 0 else f"short {i}" for i in range(24)
    ]
    return [Output(id=f"o{i}", project_id="p", text=text) for i, text in enumerate(texts)]


def made_again(name: str) -> dict[str, Any]:
    """The specification of this name, made by the code of today."""
    teaching = [
        TrainExample(
            verdict=verdict,
            text=f"{verdict} {n}",
            note="why" if verdict == "fail" else "",
            output_id=f"{verdict}{n}",
            group=f"g{n}",
        )
        for verdict in ("pass", "fail")
        for n in range(3)
    ]
    term, scoped = Term(term="KPI", meaning="a figure"), {"site": "x"}
    make = {
        "code": lambda: CodeSpec(
            detector="words",
            side="above",
            threshold=12.5,
            guided=True,
            parameters={"field": "/a", "flipped": True},
        ).model_dump(),
        "check": lambda: CheckSpec(source=SPECS["check"]["source"]).model_dump(mode="json"),
        "llm plain": lambda: make_spec(CRITERION, AskingOptions("m")),
        "llm": lambda: make_spec(
            CRITERION,
            AskingOptions("m", shown=2, probability=True, variant="strict", endpoint="e"),
            [term],
            teaching,
        ),
        "llm scoped": lambda: make_spec(
            CRITERION,
            AskingOptions("m"),
            [term.model_copy(update={"scope": scoped}), Term(term="AOV", meaning="a mean")],
            teaching,
        ),
        "panel": lambda: panel.make_spec({"a": SPECS["llm"], "b": SPECS["llm plain"]}, "majority"),
    }
    return make[name]()


@pytest.mark.parametrize("name", STORED)
def test_a_stored_judge_keeps_its_id_and_is_read_by_its_kind(name: str) -> None:
    stored, kind, known = STORED[name]
    assert version_id("p", "c", stored, SPECS[name]) == known
    judge = judge_of(stored, SPECS[name])
    assert type(judge).__name__ == kind and judge.stored == stored
    assert judge.describe() and judge.spec is not None


@pytest.mark.parametrize(
    "name", [name for name in STORED if name not in {"learned", "cascade", "imported", "feedback"}]
)
def test_judges_of_today_are_those_of_before(name: str) -> None:
    """Byte by byte, so that nobody is asked again."""
    assert json.dumps(made_again(name)) == json.dumps(SPECS[name])


def test_a_stored_learned_judge_decides_as_before() -> None:
    new = Output(id="new", project_id="p", text="far too long and wordy text here")
    found = kinds.deciding(version_of("learned")).decide([*outputs()[:2], new])
    assert [(said.value, said.probability) for said in found if isinstance(said, Decision)] == [
        ("fail", 0.1393),
        ("pass", 0.9568),
        ("fail", 0.0923),
    ]


@pytest.mark.parametrize(
    "name", [name for name in STORED if name not in {"check", "cascade", "imported", "feedback"}]
)
def test_what_leaves_can_be_used_elsewhere(name: str) -> None:
    stored, _, _ = STORED[name]
    judge = judge_of(stored, SPECS[name])
    for leaving in (judge.leaving(), judge.leaving_bare()):
        assert kinds.fault(stored, leaving) is None
        judge_of(stored, judge.checked(leaving)).try_once()


def test_rewritten_prompts_change_nothing_else() -> None:
    for name in ("llm", "panel"):
        judge = judge_of("llm", SPECS[name])
        assert json.dumps(judge.rewritten(lambda prompt: dict(prompt.content))) == json.dumps(SPECS[name])
        turned = judge.rewritten(lambda prompt: prompt.turned("fail_option_first"))
        assert all(prompt.spec.fail_option_first for prompt in judge_of("llm", turned).prompts)
    assert kind_of(version_of("check")).rewritten(lambda _: {}) == SPECS["check"]


def test_what_a_kind_cannot_do_is_refused() -> None:
    imported = version_of("imported")
    with pytest.raises(TypeError, match="imported judges do not decide here"):
        kinds.deciding(imported)
    with pytest.raises(TypeError, match="imported judges ask no model"):
        asking(imported)
    with pytest.raises(ValueError, match="cannot be written to a file"):
        kind_of(imported).checked({})


def test_words_that_are_not_known_are_refused() -> None:
    with pytest.raises(NotFound, match="'oracle'"):
        judge_of("oracle", {})
    assert kinds.fault("oracle", {}) == "its kind 'oracle' is not known here"
    with pytest.raises(NotFound, match="'oracle'"):
        kinds.of_kind([], "oracle")
    assert kinds.words() == ("code", "llm", "learned", "cascade", "imported", "feedback")


def test_a_new_kind_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever registers is found by its word, without a list elsewhere; it must say what its judges do."""

    class OracleKind(Kind):
        stored = "oracle"

        def describe(self) -> str:
            return "It knows."

    monkeypatch.setattr(kinds, "REGISTERED", [*kinds.REGISTERED, OracleKind])
    kinds.every_kind.cache_clear()
    try:
        assert isinstance(judge_of("oracle", {}), OracleKind)
        assert kinds.words()[-1] == "oracle" and not kinds.kind_named("oracle").needs_model
        monkeypatch.setattr(OracleKind, "__abstractmethods__", frozenset({"describe"}))
        with pytest.raises(TypeError, match="describe"):
            judge_of("oracle", {})
    finally:
        kinds.every_kind.cache_clear()


_COMPARES = re.compile(
    r"\b(?:version|judge|own|first|then|member|proposal|old|new|v)\.kind (?:==|!=|in|not in) "
    r"|\bkind (?:==|!=) \"(?:code|llm|learned|cascade|imported)\""
    r"|\bspec(?:\[\"|\.get\(\")"
)


def test_nobody_else_tells_kinds_apart() -> None:
    """No word for a kind is compared, and no key of a specification read, outside the kinds."""
    house = Path(labelcore.__file__).parent
    places = [*house.rglob("*.py"), *(house.parent / "pages").rglob("*.py")]
    found = [
        f"{path.relative_to(house.parent)}:{number}: {line.strip()}"
        for path in places
        if path.parent != house / "judges" / "kinds"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _COMPARES.search(line)
    ]
    assert found == []
