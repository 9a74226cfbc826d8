"""PromptLayer: requests with their whole prompt, the last message of which is the answer."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, tool
from labelcore.store.formats.fields import Said, at, each, exchange, first, likeness, made
from labelcore.wording import Wording, in_chinese

_WRAPPINGS = ("", "items", "requests")
_MESSAGES = "prompt_blueprint.prompt_template.messages"


def _is_request(record: Record) -> bool:
    return "request_id" in record and isinstance(at(record, _MESSAGES), list)


@tool(
    "promptlayer",
    "PromptLayer requests",
    get="With the API: POST /api/public/v2/requests/search finds the requests' ids, GET "
    "/api/public/v2/requests/ID gives each of them whole, a line each.",
    brings="The last answer of each request's messages becomes an output, those before it its conversation, "
    "with model, time, id and trace. Scores are not in these files.",
    recognise=likeness(_is_request, *_WRAPPINGS),
)
@each(_is_request, *_WRAPPINGS)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each request."""
    yield made(
        number,
        exchange("", {"messages": at(record, _MESSAGES)}),
        id=first(record, "request_id"),
        group=first(record, "trace_id"),
        model=first(record, "model", "prompt_blueprint.metadata.model.name"),
        at=first(record, "request_end_time", "request_start_time"),
        details={"provider": record.get("provider")},
        trouble=Wording("nobody answers in this chat"),
        raw=record,
    )


in_chinese(
    {
        "PromptLayer requests": "PromptLayer 请求",
        "With the API: POST /api/public/v2/requests/search finds the requests' ids, GET "
        "/api/public/v2/requests/ID gives each of them whole, a line each.": (
            "通过 API：POST /api/public/v2/requests/search 查到请求的编号，GET /api/public/v2/requests/ID "
            "逐个给出完整请求，每行一条。"
        ),
        "The last answer of each request's messages becomes an output, those before it its conversation, "
        "with model, time, id and trace. Scores are not in these files.": (
            "每个请求的消息中最后一个回答成为一条输出，此前的消息是其对话，附带模型、时间、编号和 trace。这"
            "些文件中没有分数。"
        ),
    }
)
