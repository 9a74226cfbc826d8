"""Whatever a record holds, a tool's format reads it or keeps it apart, and no two tools claim one file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from labelcore.models import RejectedRow
from labelcore.store.formats import every_tool, fields
from labelcore.store.formats.base import FormatRow
from tests.store.formats import (
    test_argilla,
    test_argilla_old,
    test_azure,
    test_bedrock_evaluation,
    test_benchmarks,
    test_botpress,
    test_chat_rows,
    test_deepeval,
    test_doccano,
    test_eval_items,
    test_experiments,
    test_galileo,
    test_honeyhive,
    test_humanloop,
    test_inspect,
    test_intercom,
    test_items_of_runs,
    test_label_studio,
    test_labelbox,
    test_langfuse,
    test_langsmith,
    test_message_trees,
    test_mlflow,
    test_openai,
    test_openinference,
    test_otlp,
    test_pairwise,
    test_patronus,
    test_potato,
    test_prodigy,
    test_promptfoo,
    test_promptlayer,
    test_providers,
    test_ragas,
    test_rasa,
    test_runs_and_crowds,
    test_sessions,
    test_sharegpt,
    test_trulens,
    test_ultrafeedback,
    test_vellum,
    test_weave,
    test_zendesk,
)
from tests.store.formats.source import document, lines

FILES: dict[str, list[Any]] = {
    "argilla": [test_argilla.RECORDS, test_argilla.OLDER, test_argilla.FLAT],
    "argilla_old": [[test_argilla_old.LABELLED]],
    "azure": [test_azure.ROWS, test_azure.TALKS],
    "bedrock_evaluation": [[test_bedrock_evaluation.RECORD]],
    "botpress": [test_botpress.LINES, test_botpress.NEWEST_FIRST],
    "braintrust": [test_experiments.BRAINTRUST],
    "chat_exports": [test_experiments.TREES],
    "chat_rows": [test_chat_rows.LOG, test_chat_rows.COZE],
    "crowd": [[test_runs_and_crowds.assignment("w1", **{"good.on": "true"})]],
    "deepeval": [test_deepeval.RUN, test_deepeval.CHATS],
    "doccano": [test_doccano.NEWER, test_doccano.OLDER],
    "eval_items": [[test_eval_items.ITEM]],
    "evalscope": [[test_runs_and_crowds.review(messages=[{"role": "user", "content": "2+2?"}])]],
    "galileo": [[test_galileo.TRACE], [test_galileo.ANNOTATED]],
    "helm": [test_benchmarks.STATES],
    "honeyhive": [test_honeyhive.WHOLE, test_honeyhive.PARTS],
    "humanloop": [[test_humanloop.LOG]],
    "inspect": [{"eval": test_inspect.EVAL, "samples": [test_inspect.PLAIN, test_inspect.EDITED]}],
    "intercom": [[test_intercom.CONVERSATION]],
    "label_studio": [test_label_studio.TASKS, test_label_studio.FLAT],
    "labelbox": [[test_labelbox.ROW]],
    "langfuse": [test_langfuse.TRACES, test_langfuse.OBSERVATIONS],
    "langsmith": [[test_langsmith.ROOT], [test_langsmith.CHILD], test_langsmith.EXAMPLES],
    "langsmith_feedback": [test_langsmith.NOTES],
    "lm_eval": [test_benchmarks.WRITTEN],
    "message_trees": [test_message_trees.FLAT, [test_message_trees.nested("a")]],
    "mlflow": [[test_mlflow.TRACE], [test_mlflow.OLDER], test_mlflow.EVALUATED],
    "mt_bench": [test_benchmarks.ANSWERS],
    "n8n": [[test_runs_and_crowds.execution(5, "Press it.")], [test_items_of_runs.of_items(paired=True)]],
    "openai": [test_openai.BATCH, test_openai.LOGS, [test_openai.RESPONSE]],
    "openai_evals": [test_benchmarks.EVENTS],
    "opencompass": [{"details": [test_items_of_runs.DETAIL]}, {"details": {"0": test_items_of_runs.DETAIL}}],
    "openinference": [test_openinference.TABLE, test_openinference.SPANS],
    "opik": [test_experiments.OPIK],
    "otlp": [test_otlp.NEWER, test_otlp.OLDER],
    "pairwise": [test_pairwise.PREFERRED, test_pairwise.CHATS, test_pairwise.ARENA, test_pairwise.LISTS],
    "patronus": [[test_patronus.EVALUATION]],
    "phoenix_examples": [test_experiments.EXAMPLES],
    "potato": [[test_potato.ITEM]],
    "potato_state": [[test_potato.STATE]],
    "prodigy": [test_prodigy.BINARY, test_prodigy.CHOICES, [test_prodigy.REVIEW]],
    "promptfoo": [test_promptfoo.NEWEST, test_promptfoo.RESULTS, test_promptfoo.TABLE],
    "promptlayer": [[test_promptlayer.REQUEST], [test_promptlayer.OPEN]],
    "providers": [test_providers.BATCH, test_providers.BEDROCK, test_providers.VERTEX],
    "ragas": [test_ragas.RESULTS, test_ragas.ANNOTATED],
    "rasa": [test_rasa.INTENTS, test_rasa.TRACKERS],
    "sessions": [test_sessions.CLAUDE, test_sessions.CODEX, test_sessions.STREAM, test_sessions.PI],
    "sharegpt": [test_sharegpt.CHATS],
    "trulens": [[test_trulens.RECORD], [test_trulens.TABLE]],
    "ultrafeedback": [[test_ultrafeedback.RATED], test_ultrafeedback.NAMED],
    "vellum": [[test_vellum.DEPLOYED], test_vellum.TESTED],
    "weave": [[test_weave.CALL], [test_weave.EXAMPLE]],
    "zendesk": [[test_zendesk.TICKET], test_zendesk.NEWEST_FIRST],
}
DEEP: Any = "x"
for _ in range(400):
    DEEP = [{"text": DEEP}]
ODD = [
    None,
    True,
    3,
    float("nan"),
    "",
    "[" * 5000,
    "\ud800",
    [],
    {},
    [None],
    [[1]],
    ["text"],
    {"a": {"b": []}},
    {"": None},
    DEEP,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything that stands in a value."""
    if len(path) > 12:
        return [path]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in pairs for found in places(inner, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], odd)
    return copy


@pytest.mark.in_part(2)
@pytest.mark.parametrize("name", FILES)
@given(st.data())
@settings(max_examples=15, deadline=None)
def test_no_record_is_too_odd(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(FILES[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed(
            value, data.draw(st.sampled_from(places(value)[:400])), data.draw(st.sampled_from(ODD))
        )
    for source in (document(value), lines(value if isinstance(value, list) else [value])):
        for other in every_tool().values():
            assert 0 <= other.recognise(source.head) <= 1
        tool = every_tool()[name]
        for row in tool.rows(source):
            assert isinstance(row, RejectedRow) or (
                isinstance(row, FormatRow) and (tool.alone or row.output.strip())
            )
            texts = (row.raw,) if isinstance(row, RejectedRow) else (row.output, row.input, row.id, row.model)
            assert all(isinstance(text, str) and text.encode() is not None for text in texts)


def test_only_the_tool_itself_is_sure_of_its_file() -> None:
    for name, files in FILES.items():
        for value in files:
            sure = {key: tool.recognise(document(value).head) for key, tool in every_tool().items()}
            assert [key for key, share in sure.items() if share >= 0.5] == [name], (name, sure)


def test_what_people_read_says_how_to_get_the_file_and_what_comes_along() -> None:
    for tool in every_tool().values():
        assert tool.title and tool.get.endswith((".", "l")) and tool.brings.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "Please see the attached invoice.pdf",
        "Look at https://x.org/a.pdf and then at b.pdf",
        "https://x.org shows the invoice.pdf",
        "/data/a.png, /data/b.png",
        "请看附件里的发票.pdf",
        "The cat, the hat (cat.png).",
    ],
)
def test_words_that_end_with_a_files_name_are_words(text: str) -> None:
    assert fields.no_words({"text": text}) == ""


@pytest.mark.parametrize(
    "text",
    [
        "invoice.pdf",
        "https://x.org/a.PNG?size=2",
        "/data/a cat (1).jpg",
        "C:\\My files\\发票.pdf",
        "s3://scans/page 1.tiff",
        "文件/发票.pdf",
        "../a.mp3",
        "data:image/png;base64,AAAA",
    ],
)
def test_one_place_of_a_picture_a_recording_or_a_document_is_no_text(text: str) -> None:
    assert fields.no_words({"text": text}) != ""
