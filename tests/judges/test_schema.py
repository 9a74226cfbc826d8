"""Outputs against a schema: what is wrong and where, and nothing hostile gets through."""

from __future__ import annotations

import time
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings, strategies as st

from labelcore.errors import BadInput
from labelcore.judges import fields, schema
from labelcore.judges.code_checks import CodeSpec
from labelcore.judges.kinds.code import decide, describe
from labelcore.models import Output
from tests.examples import examples

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["price", "name"],
    "additionalProperties": False,
    "properties": {
        "price": {"type": "number", "minimum": 0},
        "name": {"type": "string", "pattern": "^[A-Z]"},
        "tags": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
    },
}


def output(text: str) -> Output:
    return Output(id="o", project_id="p", text=text)


def said(text: str, against: dict[str, Any] = SCHEMA) -> tuple[str, str]:
    made = decide(
        CodeSpec(detector="schema faults", side="above", threshold=0, parameters={"schema": against}),
        output(text),
    )
    return made.value, made.reason


@pytest.mark.parametrize(
    "text", ['{"price": 3, "name": "Ab"}', "price: 3\nname: Ab", '```json\n{"price": 1, "name": "B"}\n```']
)
def test_json_and_yaml_that_fit_pass(text: str) -> None:
    assert said(text)[0] == "pass"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"price": -1, "name": "Ab"}', "At /price: -1 is less than the minimum of 0."),
        ('{"price": 1}', "'name' is a required property."),
        ('{"price": 1, "name": "ab"}', "At /name: 'ab' does not match '^[A-Z]'."),
        ('{"price": 1, "name": "A", "x": 1}', "Unexpected fields: 'x'."),
        ('{"price": 1, "name": "A", "tags": ["a", "a"]}', "At /tags: 1 of 2 items stand twice."),
        ("Sure! Here it is.", "It is a plain text, neither JSON nor YAML."),
        ('{"price": 1', "It is not JSON (Expecting ',' delimiter, line 1)."),
        ('{"price": NaN}', "NaN is not JSON."),
        ("a: &x [1]\nb: *x", "It has a YAML alias, which is not read."),
        ("[" * 30_000 + "]" * 30_000, "It is nested deeper than 60 levels."),
        ('{"price": ' + "9" * 6000 + "}", "It has a number that is too long."),
        ("!!python/object/apply:os.system ['true']", "It is neither JSON nor YAML, line 1."),
        ("x" * 300_000, "It is longer than 200,000 characters."),
    ],
)
def test_faults_name_their_place(text: str, reason: str) -> None:
    assert said(text) == ("fail", reason)


@settings(max_examples=examples(80), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["A", "b", "price"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["price", "name", "tags", "z"]), inner, max_size=4)
        ),
        max_leaves=6,
    )
)
def test_it_says_what_jsonschema_says(data: Any) -> None:
    assert (schema.faults(SCHEMA, data) == []) is jsonschema.Draft202012Validator(SCHEMA).is_valid(data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"$ref": "http://elsewhere.example/x"}', "nothing is loaded from elsewhere"),
        ('{"properties": {"a": {"$ref": "file:///etc/hostname"}}}', "at /properties/a/$ref"),
        ('{"$ref": "#"}', "refers to itself without end"),
        ('{"$ref": "#/nowhere"}', "which it does not have"),
        ('{"type": "thing"}', "not a JSON Schema"),
        ('{"pattern": "(?=a)b"}', "no look-around"),
        ('{"unevaluatedProperties": false}', "is not supported"),
        ("[1]", "A schema is a JSON object."),
        ("just words", "cannot be read"),
        ('{"a":' * 80 + "1" + "}" * 80, "nested deeper"),
        ('{"description": "' + "x" * 100_001 + '"}', "longer than 100,000"),
    ],
)
def test_schemas_that_cannot_be_used_are_refused(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason.replace("$", r"\$")):
        schema.parse(text)


@pytest.mark.slow
def test_nothing_makes_a_check_slow() -> None:
    started = time.process_time()
    schema.faults({"pattern": "^(a+)+$"}, "a" * 100_000 + "b")
    schema.faults({"patternProperties": {"(x+x+)+y": {}}}, {"x" * 20_000: 1})
    schema.faults({"uniqueItems": True}, [{"a": i} for i in range(20_000)])
    double: dict[str, Any] = {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}
    with pytest.raises(schema.TooMuchWork):
        schema.faults({"$defs": double | {"a40": {}}, "$ref": "#/$defs/a0"}, 1)
    assert time.process_time() - started < 20


def test_a_field_is_all_that_a_check_of_it_sees() -> None:
    spec = CodeSpec(detector="words", side="above", threshold=2, parameters={"field": "/items/0/na~1me"})
    assert describe(spec) == "Fails an output whose field /items/0/na~1me has more than 2 words."
    assert decide(spec, output('{"items": [{"na/me": "one two three"}]}')).value == "fail"
    assert decide(spec, output('{"items": [{"na/me": "one"}], "more": "a b c d e"}')).value == "pass"
    missing = decide(spec, output('{"items": []}'))
    assert (missing.value, missing.reason) == ("abstain", "The output has no field /items/0/na~1me.")
    with pytest.raises(BadInput, match="not a JSON pointer"):
        fields.parts("price")


def test_a_flipped_check_says_the_opposite() -> None:
    plain = CodeSpec(detector="words", side="above", threshold=2)
    flipped = plain.model_copy(update={"parameters": {"flipped": True}})
    for text in ("one", "one two three"):
        assert {decide(plain, output(text)).value, decide(flipped, output(text)).value} == {"pass", "fail"}
    assert describe(flipped).startswith("Passes an output with more than 2 words")
