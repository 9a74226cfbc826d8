"""Rubric files of strangers: what is wrong is said in one sentence, and nothing harmful is stored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.dispatch import Request, execute
from labelcore.errors import BadInput
from labelcore.stages import sharing
from labelcore.stages.deriving import editing
from labelcore.stages.sharing import yaml_text
from labelcore.store import judges as judge_table
from labelcore.workspace import Workspace

SECRET = "sk-very-secret"
HEAD = "format: labelcore-rubric\nversion: 1\nproject: p\nexported_at: 2026-11-21T10:00:00Z\n"
ONE = f"{HEAD}criteria:\n- name: Short\n  statement: It is short.\n"
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
JUDGED = (
    f"{ONE}  judges:\n  - name: J\n    kind: code\n    spec: {{detector: words, side: above, threshold: 9}}\n"
)


def counts(workspace: Workspace) -> tuple[int, int]:
    return len(editing.list_criteria(workspace)), len(judge_table.current(workspace.db, workspace.project.id))


@pytest.mark.whole
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object/apply:os.system ['touch /tmp/hacked']", "tags such as"),
        (ONE + "  keywords: !!set {a, b}", "line 8: tags such as"),
        (LAUGHS, "anchors and aliases"),
        (ONE + "<<: *x", "anchors and aliases"),
        (HEAD + "criteria: " + "[" * 100_000, "nested deeper than 40"),
        (HEAD + "criteria: [" + "1, " * 600_000 + "]", "more than 500,000 values"),
        (HEAD + "criteria: [a", "line"),
        (ONE + "  name: Twice", "'name' stands twice"),
        (ONE + "---\nformat: x", "more than one document"),
        (ONE + "  ? [a]\n  : 2", "not a text"),
        ("", "is not a rubric"),
        ("just words", "is not a rubric"),
        ("\x00\x01", "control characters|special characters|cannot be read"),
        (HEAD.replace("labelcore-rubric", "other"), "is not a rubric"),
        (ONE.replace("version: 1", "version: 2"), "has version '2'"),
        (ONE.replace("version: 1\n", ""), "has version 'None'"),
        (ONE.replace("version: 1", "version: true"), "has version 'True'"),
        (HEAD, "criteria: Field required"),
        (HEAD + "criteria: []", "neither a criterion"),
        (ONE.replace("project: p\n", ""), "project: Field required"),
        (ONE.replace("2026-11-21T10:00:00Z", "soon"), "exported_at: "),
        (ONE + "- name: B\n- name: C", r"criteria\[1\].statement: Field required"),
        (
            ONE + "- {name: B, statement: b}\n- {name: C, statement: c, severity: maybe}",
            r"criteria\[2\].severity",
        ),
        (ONE + "  max_false_failure_rate: 2", r"criteria\[0\].max_false_failure_rate"),
        (ONE + "  max_false_failure_rate: .nan", r"criteria\[0\].max_false_failure_rate"),
        (ONE + "  max_false_failure_rate: 1e9999", "not finite"),
        (ONE + "  max_false_failure_rate: '0.1'", r"criteria\[0\].max_false_failure_rate"),
        (ONE + "  version: " + "9" * 5_000, r"criteria\[0\].version"),
        (ONE + "  keywords: short", r"criteria\[0\].keywords"),
        (ONE + "  keywords: [1]", r"criteria\[0\].keywords\[0\]"),
        (ONE + "  secret: 1", r"criteria\[0\].secret: Extra"),
        (ONE.replace("name: Short", 'name: "a\\e[2Jb"'), r"criteria\[0\].name"),
        (ONE.replace("name: Short", "name: 5"), r"criteria\[0\].name"),
        (JUDGED + "    figures: {tpr: {value: 3}}", r"judges\[0\].figures.tpr.value"),
        (JUDGED + "    figures: {tpr: {value: 0.5, low: 0.6, high: 0.9}}", "lies in its interval"),
        (JUDGED + "    figures: {tpr: {n: 5}}", "says why_not"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_stored(
    workspace: Workspace, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=said) as found:
        sharing.load_rubric(workspace.by("lea"), file)
    assert found.value.next_step and "\n" not in found.value.what
    assert len(found.value.what) < 300 and found.value.what.startswith("bad.yaml")
    assert counts(workspace) == (0, 0) and not Path("/tmp/hacked").exists()


def test_files_that_cannot_be_read(workspace: Workspace, tmp_path: Path) -> None:
    huge, latin = tmp_path / "huge.yaml", tmp_path / "latin.yaml"
    huge.write_bytes(ONE.encode() + b"# " + b"x" * 5_000_000)
    latin.write_bytes(ONE.encode() + b"# \xe9")
    for file, reason in ((huge, "larger than"), (latin, "UTF-8"), (tmp_path, "no file")):
        with pytest.raises(BadInput, match=reason):
            sharing.load_rubric(workspace.by("lea"), file)
    assert counts(workspace) == (0, 0)


def test_plain_values_stay_what_they_look_like(tmp_path: Path) -> None:
    file = tmp_path / "plain.yaml"
    file.write_text(ONE + "  keywords: [no, 1:20, 0123, 2026-11-21, '1']", "utf-8")
    (criterion,) = sharing.loading.read_rubric(file).criteria
    assert criterion.keywords == ("no", "1:20", "0123", "2026-11-21", "1")


def wrong_specs() -> list[tuple[str, dict[str, Any], str]]:
    code = {"detector": "words", "side": "above", "threshold": 9}
    phrase = code | {"detector": "phrase"}
    llm = {"prompt_version": "judge-v1", "name": "n", "statement": "s"}
    linear = {
        "knots": [[[1], [0]]],
        "weight": [1],
        "mean": [],
        "axes": [],
        "coefficients": [1],
        "intercept": [0],
    }
    learned = {"columns": [["words", {}]], "with_vectors": False, "model": linear, "checks": [], "cut": 0.5}
    return [
        ("oracle", {}, "kind 'oracle' is not known"),
        ("imported", {}, "kind 'imported' is not known"),
        ("code", code | {"detector": "mind_reader"}, "there is no detector 'mind_reader'"),
        ("code", code | {"threshold": "nan"}, "threshold"),
        ("code", code | {"library": {}}, "reserved key"),
        ("code", code | {"more": 1}, "more: Extra"),
        ("code", phrase, "it needs one"),
        ("code", phrase | {"parameters": {"phrase": "abc"}}, "a phrase is a list of words"),
        ("llm", llm | {"api_key": SECRET}, "api_key: Extra"),
        ("llm", llm | {"prompt_version": "judge-v9"}, "judge-v9"),
        ("learned", learned | {"model": linear | {"weight": [1] * 9}}, "do not fit"),
        ("learned", learned | {"model": linear | {"weight": [1e300]}}, "weight"),
        ("learned", learned | {"columns": [["mind_reader", {}]]}, "mind_reader"),
        ("learned", learned | {"columns": []}, "more detectors than columns"),
        ("learned", learned | {"checks": [[code | {"detector": "sentences"}, 1, 1]]}, "check"),
        ("learned", learned | {"cross_fitted": {"some output": 0.2}}, "cross_fitted"),
    ]


def test_judges_that_cannot_work_are_left_out_by_name_and_the_rest_goes_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    judges = [
        {"name": f"bad {i}", "kind": kind, "spec": spec} for i, (kind, spec, _) in enumerate(wrong_specs())
    ]
    good = {"name": "good", "kind": "code", "spec": {"detector": "words", "side": "above", "threshold": 9}}
    document = yaml_text.read(ONE, "one")
    document["criteria"][0]["judges"] = [*judges, good, good]
    file = tmp_path / "mixed.yaml"
    file.write_text(yaml_text.write(document), "utf-8")
    loaded = sharing.load_rubric(workspace.by("lea"), file)
    assert [judge.name for judge in loaded.judges] == ["good (library)"]
    assert [refusal.judge for refusal in loaded.refused] == [*(judge["name"] for judge in judges), "good"]
    for refusal, (_, _, reason) in zip(loaded.refused, wrong_specs(), strict=False):
        assert re.search(reason, refusal.reason), refusal
        assert SECRET not in refusal.reason
    execute(
        workspace.db, Request(operation="judge show", project="test", arguments={"judge": "good (library)"})
    )


plain_texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(" \n\t\r\x85\u2028:#-'\"|>%@&*!{}[],?~=0123456789eE."),
    ),
    max_size=120,
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_texts, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(document=st.dictionaries(plain_texts, values, max_size=3))
def test_what_is_written_is_what_is_read(document: dict[str, Any]) -> None:
    assert repr(yaml_text.read(yaml_text.write(document), "f")) == repr(document)
