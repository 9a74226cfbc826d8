"""What points at a person is found, becomes a stand-in, and comes back to the character."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from labelcore.text import personal
from labelcore.text.personal import BUILT_IN, Find
from labelcore.text.redaction import Key, Redactor, restored_document

NAMES = ("John Smith", "Ann", "May", "José Díaz", "张三", "李", "欧阳修")
ALL = (personal.names(NAMES), *BUILT_IN.values())


def hidden(text: str, *finders: personal.Finder) -> str:
    return Redactor(finders or ALL, Key()).redacted(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail zhang.san+x@mail.example.co.uk.", "Mail [EMAIL-1]."),
        ("邮箱是zhang@qq.com，谢谢", "邮箱是[EMAIL-1]，谢谢"),
        ("not@home, @mention, a@b", "not@home, @mention, a@b"),
        ("手机13800138000，或 138 0013 8000", "手机[PHONE-1]，或 [PHONE-1.2]"),
        ("call +49 30 901820 or (415) 555-2671", "call [PHONE-1] or [PHONE-2]"),
        ("415-555-2671 415-555-2672, 020 7946 0958", "[PHONE-1] [PHONE-2], [PHONE-3]"),
        ("座机010-62781234", "座机[PHONE-1]"),
        ("on 2024-05-12 10:30, order 4155552671", "on 2024-05-12 10:30, order 4155552671"),
        (
            "card 4111 1111 1111 1111, no card 4111 1111 1111 1112",
            "card [CARD-1], no card 4111 1111 1111 1112",
        ),
        ("p = 0.4111111111111111", "p = 0.4111111111111111"),
        ("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [IBAN-1] please"),
        ("IBAN DE89 3704 0044 0532 0130 01", "IBAN DE89 3704 0044 0532 0130 01"),
        ("GB82WEST12345698765432", "[IBAN-1]"),
        ("身份证11010519491231002X。", "身份证[ID-1]。"),
        ("110105194912310021 and 110105194913310026", "110105194912310021 and 110105194913310026"),
        ("SSN 078-05-1120, 000-05-1120", "SSN [ID-1], 000-05-1120"),
        (
            "10.1.2.3:80 and fe80::1, not 1.2.3.4.5, std::vector, 10:20:30",
            "[IP-1]:80 and [IP-2], not 1.2.3.4.5, std::vector, 10:20:30",
        ),
        ("Annabel and Ann's aunt may call in May", "Annabel and [PERSON-1]'s aunt may call in [PERSON-2]"),
        ("JOHN  SMITH met John Smith and john\nsmith", "[PERSON-1] met [PERSON-1.2] and [PERSON-1.3]"),
        ("José Díaz, Jose\u0301 Di\u0301az", "[PERSON-1], [PERSON-1.2]"),
        ("张三说Ann和李四见了张三", "[PERSON-1]说[PERSON-2]和李四见了[PERSON-1]"),
    ],
)
def test_what_is_found_and_what_is_not(text: str, expected: str) -> None:
    assert hidden(text) == expected


def test_the_longest_of_overlapping_finds_hides_all_that_any_found() -> None:
    assert hidden("Write to Ann@example.com") == "Write to [EMAIL-1]"
    order = personal.patterns({"ORDER": r"no (\d+ x)"})[0]
    assert hidden("no 13800138000 x", order, BUILT_IN["phone"]) == "no [ORDER-1]"


def test_a_chosen_region_makes_bare_national_numbers_count() -> None:
    assert hidden("call 4155552671", personal.phones(["us"])) == "call [PHONE-1]"


def test_a_pattern_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="no pattern"):
        personal.patterns({"X": "(unclosed"})


def test_escapes_hide_nothing_and_json_stays_json() -> None:
    inner = json.dumps({"n": "张三"})
    text = json.dumps({"a": "张三", "phone": 13800138000, "b": "x\n13800138000", "args": inner})
    redactor = Redactor(ALL, Key())
    shown = redactor.redacted(text)
    assert set(json.loads(shown)) == {"a", "phone", "b", "args"}
    assert "5f20" not in shown and "138" not in shown
    assert redactor.key.restored(shown) == text
    structure = redactor.structured(text)
    assert restored_document(json.loads(structure), redactor.key) == json.loads(text)


def test_what_looks_like_a_stand_in_is_told_from_one() -> None:
    redactor = Redactor(ALL, Key())
    texts = ["see [PERSON-1] of Ann", "Ann [PERSON-2] [PERSON-1]", "[TEXT-1]"]
    shown = [redactor.redacted(text) for text in texts]
    assert shown == ["see [PERSON-1] of [PERSON-2]", "[PERSON-2] [TEXT-1] [PERSON-1]", "[TEXT-2]"]
    assert [redactor.key.restored(text) for text in shown] == texts


def test_a_key_that_was_read_again_goes_on() -> None:
    first = Redactor(ALL, Key())
    first.redacted("Ann, +8613800138000 and [PERSON-2]")
    second = Redactor(ALL, Key(first.key.fresh))
    assert second.redacted("ANN, 13800138000, 张三") == "[PERSON-1.2], [PHONE-1.2], [PERSON-3]"


PIECES = st.lists(
    st.sampled_from(
        [
            *NAMES,
            "[PERSON-1]",
            '"[PHONE-1.2]"',
            "13800138000",
            "a@b.cn",
            '{"a": "',
            '"}',
            "\\u5f20\\u4e09",
            "\\n",
            " ",
            "[",
        ]
    )
    | st.text(max_size=6)
).map("".join)


@given(st.lists(PIECES, max_size=4))
def test_every_text_comes_back(texts: list[str]) -> None:
    redactor = Redactor(ALL, Key())
    shown = [redactor.redacted(text) for text in texts]
    again = Key(redactor.key.fresh)
    assert [again.restored(text) for text in shown] == texts
    assert [Redactor(ALL, redactor.key).redacted(text) for text in texts] == shown or not redactor.key.fresh


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(13800138000) | PIECES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON), st.booleans())
def test_every_structure_comes_back(document: dict[str, object], ascii_only: bool) -> None:
    redactor = Redactor(ALL, Key())
    text = json.dumps(document, ensure_ascii=ascii_only)
    assert restored_document(json.loads(redactor.structured(text)), redactor.key) == document
    shown = redactor.redacted(text)
    json.loads(shown)
    assert redactor.key.restored(shown) == text


@given(st.text(), st.data())
def test_any_finds_come_back(text: str, data: st.DataObject) -> None:
    size = len(text.encode())
    places = data.draw(st.lists(st.tuples(st.integers(0, size), st.integers(0, size)), max_size=6))
    borders = {len(text[:place].encode()) for place in range(len(text) + 1)}
    finds = [Find(a, b, "X", str(a)) for a, b in places if a < b and {a, b} <= borders]
    redactor = Redactor([lambda raw: iter(finds if raw == text.encode() else ())], Key())
    assert redactor.key.restored(redactor.redacted(text)) == text
