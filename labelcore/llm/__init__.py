"""The only place that speaks to a model provider: structured answers from any OpenAI-compatible one."""

from labelcore.llm.choosing import (
    Answerer,
    asked_key,
    asking_for,
    client_for,
    client_from_settings,
    endpoint_for,
)
from labelcore.llm.parsing import parse
from labelcore.llm.protocol import Answer, Message, ModelClient, Weighed

__all__ = [
    "Answer",
    "Answerer",
    "Message",
    "ModelClient",
    "Weighed",
    "asked_key",
    "asking_for",
    "client_for",
    "client_from_settings",
    "endpoint_for",
    "parse",
]
