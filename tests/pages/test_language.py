"""The experts' pages speak both languages completely."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from labelcore.messages import say, speaking
from labelcore.messages.__main__ import PLACES, Message, used
from labelcore.messages.catalogue import CATALOGUE
from labelcore.messages.lines.people import change as change_of
from labelcore.messages.phrases import OF_STREAMLIT, STREAMLIT
from labelcore.models import Role
from labelcore.settings import settings
from labelcore.stages.people import PersonChange
from labelcore.store import close_database
from labelcore.wording import BROUGHT
from pages.widgets import keys, shell
from tests.pages.opening import SECONDS

ROOT = Path(__file__).parents[2]


def catalogue() -> dict[Message, tuple[str, ...]]:
    with CATALOGUE.open("rb") as file:
        entries = [entry for entry in read_po(file, locale="zh") if entry.id]
    brought: dict[Message, tuple[str, ...]] = {english: (chinese,) for english, chinese in BROUGHT.items()}
    return brought | {
        entry.id if isinstance(entry.id, str) else (entry.id[0], entry.id[1]): (entry.string,)
        if isinstance(entry.string, str)
        else tuple(entry.string)
        for entry in entries
    }


def test_every_message_is_there_in_chinese_and_none_that_nobody_says() -> None:
    wanted = used(ROOT)  # with it all parts are there that bring their words along
    known = catalogue()
    assert sorted(wanted - known.keys(), key=str) == []
    assert sorted(known.keys() - wanted, key=str) == []
    assert [message for message, strings in known.items() if not all(strings)] == []


def test_a_translation_has_the_places_to_fill_of_its_message() -> None:
    for message, strings in catalogue().items():
        english = places(message if isinstance(message, str) else message[1])
        for string in strings:
            assert places(string) == english, message


def places(string: str) -> set[str]:
    """What is filled in, with its format; a date is written otherwise in another language."""
    return {re.sub(":%.*}", ":date}", place) for place in PLACES.findall(string)}


TERMS = {
    r"\bverdicts?\b": "判定",
    r"\bnotes?\b": "备注",
    r"\bcriteri(?:on|a)\b": "标准",
    r"\brulings?\b": "裁定",
    r"\bthe judges\b": "评判器",
    r"\bfailed outputs?\b": "不通过",
    r"95 ?% (?:interval|sure)": "95% 置信区间",
}
"""The one Chinese word of what everybody reads on every page."""
OTHER_WORDS = re.compile("不合格|未通过|笔记|评语|注释|裁决|判决|评审器|裁判|置信度区间|95 % |95% 区间")
_NO_WORDS = re.compile(r"\{[^}]*\}|`[^`]*`|'[^']*'|--\S+|labelcore .*")


@pytest.mark.parametrize(("english", "word"), TERMS.items())
def test_a_term_has_one_word_in_chinese(english: str, word: str) -> None:
    for message, strings in catalogue().items():
        told = message if isinstance(message, str) else " ".join(message)
        if re.search(english, _NO_WORDS.sub("", told), re.IGNORECASE):
            assert [string for string in strings if word not in string] == []


def test_no_other_word_stands_for_a_term() -> None:
    said = [string for strings in catalogue().values() for string in strings]
    assert [string for string in said if OTHER_WORDS.search(string)] == []


def test_the_switch_changes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=SECONDS).run()
    app.selectbox(key=keys.LANGUAGE).set_value("zh").run()
    assert not app.exception
    assert "没有已评的输出" in app.subheader[0].value
    app.selectbox(key=keys.LANGUAGE).set_value("en").run()
    assert "there are no graded outputs" in app.subheader[0].value
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()


def test_a_page_that_stops_before_its_menu_says_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABELCORE_DB", str(tmp_path / "app.duckdb"))
    settings.cache_clear()
    said: list[str] = []
    monkeypatch.setattr(shell, "attend", said.append)
    app = AppTest.from_file(ROOT / "pages" / "0_home.py", default_timeout=SECONDS)
    app.query_params |= {keys.PROJECT: "unknown", keys.LANGUAGE: "zh"}
    app.run()
    assert "unknown" in app.error[0].value and said == ["zh"]
    close_database(tmp_path / "app.duckdb")
    settings.cache_clear()


def test_words_of_streamlit_are_no_names_and_lead_back() -> None:
    with speaking("zh"):
        assert [say(name) for name in ("Open", "Empty", "close icon")] == ["Open", "Empty", "close icon"]
        told = [say(f"{STREAMLIT}{words}") for words in OF_STREAMLIT]
    assert len(set(told)) == len(told) and not any(STREAMLIT in words for words in told)


@pytest.mark.parametrize("role", [None, "expert"])
def test_what_somebody_is_and_that_nothing_is_left_are_said_in_words_that_fit(role: Role | None) -> None:
    change = PersonChange(name="Lea", role=role, did="role")
    with speaking("zh"):
        assert say("nothing") == "无" and say("no emphasis") == "不作强调"
        (told,) = change_of(change)
    assert ("没有角色" in told) == (role is None)
    assert list(change_of(change)) == [f"Lea {'is expert' if role else 'has no role'} here now."]
