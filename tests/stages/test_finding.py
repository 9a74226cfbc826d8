"""A word finds a judge, a criterion, a code or a probe by one rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from labelcore import messages
from labelcore.errors import LabelcoreError, NotFound
from labelcore.messages.catalogue import chinese
from labelcore.models import Code, Criterion, ImportBatch, JudgeVersion, Output, ProbeCase, Quote
from labelcore.stages import finding, judging
from labelcore.stages.deriving import coding
from labelcore.stages.finding import Ambiguous
from labelcore.stages.judging.testing import probe_cases
from labelcore.store import (
    codes as code_table,
    criteria as criterion_table,
    judges as judge_table,
    outputs as output_table,
    probes as probe_table,
)
from labelcore.workspace import Workspace


@dataclass(frozen=True)
class Shelf:
    """One kind: how its things are found, and the command that lists them."""

    find: Callable[[Workspace, str], Any]
    listing: str
    prefix: str


SHELVES = {
    "judge": Shelf(judging.find_judge, "labelcore judge list", "judge_"),
    "criterion": Shelf(finding.find_criterion, "labelcore criteria list", "criterion_"),
    "code": Shelf(coding.find_code, "labelcore codes list", "code_"),
}
NAMES = {"aa1": "Tone", "aa2": "Invented price", "bb1": "Invented date", "bb2": "Twin", "bb3": "Twin"}


@pytest.fixture(autouse=True)
def stored(workspace: Workspace) -> None:
    """Five judges, criteria and codes with the same names and endings of ids, and two probes."""
    mine = workspace.project.id
    judge_table.save(
        workspace.db,
        [
            JudgeVersion(
                id=f"j_{key}",
                judge_id=f"judge_{key}",
                project_id=mine,
                name=name,
                kind="code",
                version=1,
                criterion_id=None,
                criterion_version=None,
                spec={"detector": key},
                description="",
            )
            for key, name in NAMES.items()
        ],
    )
    criteria = [
        Criterion(id=f"criterion_{key}", project_id=mine, version=1, name=name, statement=f"Has {key}.")
        for key, name in NAMES.items()
    ]
    criterion_table.save(workspace.db, criteria)
    codes = [Code(id=f"code_{key}", project_id=mine, label=name) for key, name in NAMES.items()]
    quote = Quote(project_id=mine, grade_id="g1", output_id="o1", text="too short", code_id="code_aa1")
    code_table.save(workspace.db, codes, [quote])
    output_table.add(workspace.db, [Output(id="o1", project_id=mine, text="All is well.")])
    probe_table.save(
        workspace.db,
        [
            ProbeCase(
                id=f"probe_{key}",
                project_id=mine,
                criterion_id="criterion_aa1",
                criterion_version=1,
                output_id="o1",
                defect="padded",
                text=key,
                where="",
                seed=0,
            )
            for key in ("aa1", "aa2", "bb1")
        ],
    )


@pytest.mark.parametrize("kind", SHELVES)
def test_an_id_a_name_in_any_case_and_the_beginning_of_an_id_find_it(workspace: Workspace, kind: str) -> None:
    shelf = SHELVES[kind]
    tone = shelf.find(workspace, "Tone")
    for word in (f"{shelf.prefix}aa1", "tone", "TONE"):
        assert shelf.find(workspace, word) == tone
    price = shelf.find(workspace, "invented price")
    assert shelf.find(workspace, f"{shelf.prefix}aa2") == price
    assert shelf.find(workspace, f"{shelf.prefix}bb1") == shelf.find(workspace, "invented date")


@pytest.mark.parametrize("kind", SHELVES)
def test_what_means_several_says_which(workspace: Workspace, kind: str) -> None:
    shelf = SHELVES[kind]
    with pytest.raises(Ambiguous) as twins:
        shelf.find(workspace, "twin")
    assert twins.value.what.startswith(
        f"No single {kind} is called 'twin', 2 are: 'Twin' ({shelf.prefix}bb2)"
    )
    assert shelf.listing in str(twins.value)
    with pytest.raises(Ambiguous, match=f"2 are: .*'Tone' .{shelf.prefix}aa1."):
        shelf.find(workspace, f"{shelf.prefix}aa")


@pytest.mark.parametrize("kind", SHELVES)
@pytest.mark.parametrize("word", ["", "{prefix}", "{prefix}zz", "Tonne"])
def test_what_finds_nothing_names_the_nearest_and_the_command(
    workspace: Workspace, kind: str, word: str
) -> None:
    shelf = SHELVES[kind]
    with pytest.raises(NotFound) as missing:
        shelf.find(workspace, word.format(prefix=shelf.prefix))
    assert not isinstance(missing.value, Ambiguous)
    assert shelf.listing in str(missing.value)
    assert (word == "Tonne") == ("nearest: 'Tone'" in missing.value.what)


def test_a_judge_is_found_by_its_versions_id(workspace: Workspace) -> None:
    assert judging.find_judge(workspace, "j_aa2").name == "Invented price"
    assert judging.find_judge(workspace, "j_bb1").judge_id == "judge_bb1"


def test_a_probe_is_found_by_its_id_or_the_beginning_of_it(workspace: Workspace) -> None:
    assert probe_cases.find_probe(workspace, "probe_aa2").text == "aa2"
    assert probe_cases.find_probe(workspace, "probe_b").text == "bb1"
    with pytest.raises(Ambiguous, match="2 are: 'probe_aa1'"):
        probe_cases.find_probe(workspace, "probe_aa")
    with pytest.raises(LabelcoreError, match="labelcore probe list"):
        probe_cases.find_probe(workspace, "")


def test_no_word_finds_nothing_where_what_is_looked_for_has_no_name(workspace: Workspace) -> None:
    (probe, *_) = probe_table.all_of(workspace.db, workspace.project.id)
    counts = dict.fromkeys(("rows_read", "outputs_new", "outputs_known", "rows_rejected"), 0)
    batch = ImportBatch(
        id="batch_aa1", project_id=workspace.project.id, file_name="", sha256="", mapping={}, **counts
    )
    with pytest.raises(NotFound):
        finding.find_named([probe], "", probe_cases.PROBES)
    with pytest.raises(NotFound):
        finding.find_named([batch], "", finding.IMPORTS)


def test_no_chinese_is_loaded_to_say_that_an_english_name_is_not_known(workspace: Workspace) -> None:
    chinese.cache_clear()
    with pytest.raises(NotFound):
        finding.find_criterion(workspace, "Tonne")
    assert chinese.cache_info().currsize == 0
    with pytest.raises(NotFound):
        finding.find_criterion(workspace, "语气")
    assert chinese.cache_info().currsize == 1


def test_a_label_that_means_several_codes_makes_no_further_one(workspace: Workspace) -> None:
    before = code_table.current(workspace.db, workspace.project.id)
    with pytest.raises(Ambiguous):
        coding.move_quote(workspace, "g1", "too short", "Twin")
    assert code_table.current(workspace.db, workspace.project.id) == before


@pytest.mark.parametrize(("stored", "shown"), [("en", "zh"), ("zh", "en")])
def test_a_name_that_a_command_shows_in_another_language_finds_what_it_names(
    workspace: Workspace, stored: messages.Language, shown: messages.Language
) -> None:
    names = {"en": "Leaves something out", "zh": "漏掉了内容"}
    mine = workspace.project.id
    made = Criterion(
        id="criterion_cc1", project_id=mine, version=1, name=names[stored], statement="It is whole."
    )
    criterion_table.save(workspace.db, [made])
    assert messages.say_in(shown, names[stored]) == names[shown]
    assert finding.find_criterion(workspace, names[shown]).id == made.id
    with pytest.raises(NotFound):
        finding.find_criterion(workspace, "漏掉了什么")
