"""Terms of the domain: kept, found in notes, marked where they occur, told to judges."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, strategies as st

from labelcore.cli import command_tree
from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput, NotFound
from labelcore.judges.identity import version_id
from labelcore.judges.judge_prompt import AskingOptions, make_spec
from labelcore.judges.kinds.llm import JudgeAnswer, LlmKind
from labelcore.llm import ModelAnswer
from labelcore.messages.card import pack_page
from labelcore.models import Criterion, Grade, Output, Term
from labelcore.stages import deriving, grading, projects
from labelcore.stages.deriving import glossary
from labelcore.stages.grading import labels
from labelcore.stages.grading.presses import card_items
from labelcore.stats.splits import split_of
from labelcore.text.terms import marks, occurring
from labelcore.workspace import Workspace
from pages.widgets.grading_session import pair_items

Add = Callable[..., list[Output]]
Give = Callable[..., Grade]


def newest(workspace: Workspace) -> Workspace:
    return workspace.with_project(projects.open_project(workspace.db, workspace.project.name))


def test_terms_are_kept_with_their_scope_and_replaced_by_term_and_scope(workspace: Workspace) -> None:
    old = workspace.project
    for meaning, scope in (("first", None), ("branch", {"city": "Hangzhou"}), ("second", {})):
        glossary.set_term(workspace.with_project(old).by("ann"), " 杭\n分 ", meaning, scope=scope)
    workspace = workspace.with_project(projects.open_project(workspace.db, "test"))
    found = [(term.term, term.meaning, term.scope, term.author) for term in glossary.terms(workspace.project)]
    assert found == [("杭 分", "second", {}, "ann"), ("杭 分", "branch", {"city": "Hangzhou"}, "ann")]
    glossary.drop_term(workspace, "杭 分", scope={})
    workspace = newest(workspace)
    assert [term.meaning for term in glossary.terms(workspace.project)] == ["branch"]
    with pytest.raises(NotFound, match="There are: 杭 分"):
        glossary.drop_term(workspace, "杭分")
    assert glossary.drop_term(workspace, "杭 分").left == 0
    assert glossary.list_terms(newest(workspace)) == []


def test_the_older_dictionary_counts_as_terms_without_a_scope(workspace: Workspace) -> None:
    workspace = workspace.with_project(
        projects.update_project(workspace, glossary={"KPI": "key figure", "SLA": "promise"})
    )
    assert [(term.term, term.scope) for term in glossary.terms(workspace.project)] == [
        ("KPI", {}),
        ("SLA", {}),
    ]
    glossary.set_term(workspace.by("ann"), "KPI", "another")
    workspace = newest(workspace)
    assert [term.meaning for term in glossary.terms(workspace.project)] == ["another", "promise"]
    glossary.drop_term(workspace, "SLA")
    workspace = newest(workspace)
    assert [term.term for term in glossary.terms(workspace.project)] == ["KPI"]


@pytest.mark.parametrize(
    ("term", "meaning", "scope"),
    [
        (" ", "x", {}),
        ("x", "\n", {}),
        ("x" * 81, "x", {}),
        ("x", "y" * 501, {}),
        ("x", "y", {"": "z"}),
        ("x", "y", {"city": " "}),
        ("x", "y", {str(n): "z" for n in range(11)}),
    ],
)
def test_what_is_empty_or_too_long_is_refused(
    workspace: Workspace, term: str, meaning: str, scope: dict[str, str]
) -> None:
    with pytest.raises(BadInput) as trouble:
        glossary.set_term(workspace.by("ann"), term, meaning, scope=scope)
    assert trouble.value.next_step
    assert glossary.terms(projects.open_project(workspace.db, "test")) == []


def test_people_who_add_terms_at_once_lose_none(workspace: Workspace) -> None:
    threads = [
        threading.Thread(target=glossary.set_term, args=(workspace.by("a"), f"T{n}", "x")) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(glossary.terms(projects.open_project(workspace.db, "test"))) == 8


@pytest.mark.parametrize(
    ("term", "text", "places"),
    [
        ("API", "API, api; APIs 用API写 API_KEY (API)", [0, 16, 30]),
        ("refund", "Refund refunds no-refund", [0, 18]),
        ("杭分", "由杭分公司和杭分办理", [1, 6]),
        ("C++", "C++ and C++11, aC++", [0, 8]),
        ("us", "US us bus", [0, 3]),
        ("cafe", "cafe cafe\u0301 caf\u00e9", [0]),
        ("a.b", "axb a.b", [4]),
    ],
)
def test_whole_words_in_latin_script_and_any_place_in_chinese(
    term: str, text: str, places: list[int]
) -> None:
    assert [mark.start for mark in marks(text, [term])] == places


def test_longer_terms_come_first_and_nothing_overlaps() -> None:
    found = marks("杭州分公司 杭州 order value", ["杭州", "杭州分公司", "value", "order value"])
    assert [(mark.start, mark.term) for mark in found] == [(0, "杭州分公司"), (6, "杭州"), (9, "order value")]


names = st.text(max_size=6) | st.sampled_from(["API", "api", "杭分", "分", "İ", "ß", "(", "é", "🇨🇳"])


@given(st.lists(names, max_size=6), st.lists(names | st.text(max_size=9), max_size=12).map("".join))
def test_marks_lie_inside_the_text_and_never_overlap(known: list[str], text: str) -> None:
    terms = [Term(term=term, meaning="m") for term in known]
    found = marks(text, known)
    ends = [0, *(mark.end for mark in found)]
    for end, mark in zip(ends, found, strict=False):
        assert end <= mark.start < mark.end <= len(text)
        assert text[mark.start : mark.end].lower() == mark.term.lower() or "İ" in known
    assert {term.term for term in occurring(terms, text, {})} == {mark.term for mark in found}


def test_a_scope_holds_where_every_field_is_equal_and_the_narrowest_meaning_counts() -> None:
    known = [
        Term(term="杭分", meaning="branch", scope={"city": "Hangzhou"}),
        Term(term="杭分", meaning="any"),
        Term(term="P1", meaning="urgent", scope={"city": "Hangzhou", "level": "1"}),
    ]

    def meanings(metadata: dict[str, Any]) -> list[str]:
        return [term.meaning for term in occurring(known, "杭分 P1", metadata)]

    assert meanings({}) == ["any"]
    assert meanings({"city": "Hangzhou", "level": 1}) == ["urgent", "branch"]
    assert meanings({"city": "Hangzhou", "level": 2}) == ["branch"]
    assert meanings({"city": None}) == ["any"]


def test_candidates_come_with_counts_quotes_and_the_meaning_of_most_notes(
    workspace: Workspace, add_outputs: Add, give: Give
) -> None:
    made = add_outputs(*(f"AOV of K8s rose, KYC is NOT done {n}" for n in range(4)))
    give(made[0], "fail", "AOV means average order value")
    give(made[1], "fail", "AOV means amount of value")
    give(made[2], "fail", "AOV = average order value")
    give(made[3], "pass", "杭分即杭州分公司; not so clear")
    add_outputs("it is not done", "nor not that", "not", "or not", "not here", "SOLO once")
    glossary.set_term(workspace.by("ann"), "KYC", "know your customer")
    workspace = newest(workspace)
    found = glossary.find_terms(workspace)
    assert [(candidate.term, candidate.meaning, candidate.count) for candidate in found] == [
        ("AOV", "average order value", 4),
        ("杭分", "杭州分公司", 1),
        ("K8s", "", 4),
    ]
    assert [quote.output_id for quote in found[0].quotes] == [output.id for output in made[:3]]
    assert found[0].quotes[0].text == "AOV means average order value"
    assert found[2].quotes[0].text.startswith("AOV of K8s")
    assert len(glossary.find_terms(workspace, limit=1)) == 1


def test_notes_and_outputs_of_the_sealed_test_are_not_read(
    workspace: Workspace, add_outputs: Add, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "SEAL_FROM_GRADES", 20)
    monkeypatch.setattr(labels, "SEAL_FROM_FAILS", 1)
    made = add_outputs(*(f"text {n}" for n in range(40)))
    for n, output in enumerate(made):
        give(output, "fail", f"T{n}A means thing {n} of it")
    assert grading.sealed_splits(workspace) == {"test"}
    found = {candidate.term for candidate in glossary.find_terms(workspace, limit=100)}
    open_ = {
        f"T{n}A" for n, output in enumerate(made) if split_of(workspace.project.id, output.group) != "test"
    }
    assert found == open_
    assert 0 < len(open_) < 40


CRITERION = Criterion(id="c", project_id="p", version=1, name="Short", statement="It is short.")


class Listener:
    """A model that keeps what it is asked."""

    def __init__(self) -> None:
        self.prompt = ""

    async def answer(self, messages: list[dict[str, str]], _: Any) -> ModelAnswer[Any]:
        self.prompt = messages[1]["content"]
        parsed = JudgeAnswer(reason="r", verdict="pass")
        return ModelAnswer(
            parsed=parsed,
            text="",
            model="m",
            tokens_in=1,
            tokens_out=1,
            cost_usd=0.0,
            latency_ms=1.0,
            requests=1,
        )


def asked(spec: dict[str, Any], output: Output) -> str:
    listener = Listener()
    asyncio.run(LlmKind(spec).ask(output, listener))
    return listener.prompt


def test_a_judge_is_told_the_terms_that_occur_and_hold() -> None:
    known = [
        Term(term="杭分", meaning="branch in Hangzhou", scope={"city": "Hangzhou"}),
        Term(term="US", meaning="United States"),
        Term(term="short", meaning="below 20 words"),
        Term(term="GMV", meaning="never said"),
    ]
    spec = make_spec(CRITERION, AskingOptions("mock"), known)
    inside = Output(id="o", project_id="p", text="杭分 tells us", metadata={"city": "Hangzhou"})
    prompt = asked(spec, inside)
    assert "杭分 = branch in Hangzhou" in prompt
    assert "short = below 20 words" in prompt
    assert "United States" not in prompt and "GMV" not in prompt
    outside = inside.model_copy(update={"metadata": {"city": "Ningbo"}, "input": "In the US?"})
    prompt = asked(spec, outside)
    assert "branch" not in prompt and "US = United States" in prompt


def test_a_version_without_scopes_keeps_its_hash_and_older_specs_are_read() -> None:
    def version(*known: Term) -> str:
        spec = make_spec(CRITERION, AskingOptions("mock"), known)
        return version_id("p", "c", "llm", spec | {"prompt_version": "judge-v1"})

    assert version() == "j_507a911084d8134f6e03668c"
    assert version(Term(term="KPI", meaning="key figure")) == "j_573f7b2b74cc6eae41877633"
    scoped = Term(term="KPI", meaning="key figure", scope={"a": "b"}), Term(term="A", meaning="b")
    assert version(*scoped) == version(*reversed(scoped))
    spec = make_spec(CRITERION, AskingOptions("mock"), ()) | {"glossary": {"KPI": "key figure"}}
    assert "KPI = key figure" in asked(spec, Output(id="o", project_id="p", text="the KPI"))
    assert "glossary" not in asked(spec, Output(id="o", project_id="p", text="KPIs"))


def test_cards_carry_the_terms_that_hold_for_them(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs("由杭分办理", metadata={"city": "Hangzhou"}, input="GMV?")
    add_outputs("由杭分办理。", metadata={"city": "Ningbo"})
    glossary.set_term(workspace.by("a"), "杭分", "杭州分公司", scope={"city": "Hangzhou"})
    workspace = newest(workspace)
    glossary.set_term(workspace.by("a"), "GMV", "成交总额")
    workspace = newest(workspace)
    queue = grading.grading_queue(workspace.by("ann"))
    cards = {card.metadata["city"]: card for card in card_items(workspace.by("ann"), queue)}
    assert [term.term for term in cards["Hangzhou"].terms] == ["GMV", "杭分"]
    assert cards["Hangzhou"].as_data()["terms"][1] == {"term": "杭分", "meaning": "杭州分公司"}
    assert cards["Ningbo"].terms == ()


def test_a_pair_has_the_terms_that_hold_on_both_sides_and_none_that_tells_the_version(
    workspace: Workspace, add_outputs: Add
) -> None:
    for version in ("v1", "v2"):
        add_outputs(
            f"GMV of 杭分 in {version}", input="KPI?", prompt_version=version, metadata={"v": version}
        )
    for term, scope in (("GMV", {}), ("KPI", {}), ("杭分", {"v": "v1"})):
        glossary.set_term(workspace.by("a"), term, "a meaning", scope=scope)
    workspace = workspace.with_project(grading.set_rules(workspace, compare=("v1", "v2")))
    (card,) = pair_items(workspace.project, grading.comparing_queue(workspace.by("ann")))
    assert {term.term for term in card.terms} == {"GMV", "KPI"}
    glossary.set_term(workspace.by("a"), "GMV", "turnover")
    workspace = newest(workspace)
    (card,) = pair_items(workspace.project, grading.comparing_queue(workspace.by("ann")))
    assert {term.meaning for term in card.terms if term.term == "GMV"} == {"turnover"}


def test_a_pack_carries_the_terms_that_hold_for_each_output(workspace: Workspace, add_outputs: Add) -> None:
    add_outputs("由杭分办理", metadata={"city": "Hangzhou"}, input="GMV?")
    add_outputs("由杭分办理。", metadata={"city": "Ningbo"})
    glossary.set_term(workspace.by("a"), "杭分", "</script>杭州分公司", scope={"city": "Hangzhou"})
    workspace = newest(workspace)
    glossary.set_term(workspace.by("a"), "GMV", "成交总额")
    workspace = newest(workspace)
    page = pack_page(grading.make_pack(workspace, "ann"))
    data = page.split('id="pack">')[1].split("</script>")[0]
    found = {item["text"]: item["terms"] for item in json.loads(data)["items"]}
    assert [term["term"] for term in found["由杭分办理"]] == ["GMV", "杭分"]
    assert found["由杭分办理"][1]["meaning"] == "</script>杭州分公司"
    assert found["由杭分办理。"] == []


def test_the_operations_list_set_drop_and_find(workspace: Workspace, add_outputs: Add, give: Give) -> None:
    (output,) = add_outputs("text")
    give(output, "fail", "AOV means average order value")

    def do(name: str, **arguments: Any) -> Any:
        request = Request(operation=f"glossary {name}", project="test", arguments=arguments)
        return execute(workspace.db, request)

    (found,) = do("find", limit=5).document["candidates"]
    assert (found["term"], found["meaning"], found["count"]) == ("AOV", "average order value", 1)
    term = do("set", term="AOV", meaning=found["meaning"], scope={"city": "X"}, from_notes=True)
    assert term.lines == ("AOV = average order value (where city is X)",)
    assert term.document["origin"] == "notes"
    assert len(do("list").document["terms"]) == 1
    assert do("find").lines == ("Nothing that looks like a term was found.",)
    assert do("drop", term="AOV").document["left"] == 0
    assert do("list").lines == ("The glossary is empty.",)
    assert deriving.glossary is glossary


@pytest.mark.whole
def test_the_command_line_reads_scopes(tmp_path: Any) -> None:
    def run(*words: str) -> Any:
        return CliRunner().invoke(command_tree(), ["glossary", *words, "--db", str(tmp_path / "x.duckdb")])

    done = run("set", "杭分", "杭州分公司", "--scope", "city=Hangzhou")
    assert done.exit_code == 0, done.output
    assert "(where city is Hangzhou)" in run("list").output
    assert isinstance(run("set", "a", "b", "--scope", "city").exception, BadInput)
    assert isinstance(run("drop", "杭分", "--everywhere").exception, NotFound)
    assert "0 terms are left" in run("drop", "杭分", "--scope", "city=Hangzhou").output


def test_notes_on_criteria_define_terms_too(
    workspace: Workspace, add_outputs: Add, criterion: Criterion
) -> None:
    (output,) = add_outputs("plain")
    grading.grade(
        workspace.by("ann"), output.id, "fail", note="AOV means average order value", criterion=criterion
    )
    (found,) = glossary.find_terms(workspace)
    assert (found.term, found.meaning) == ("AOV", "average order value")
