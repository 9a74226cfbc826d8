"""The only place that speaks to a model provider: structured answers from any OpenAI-compatible one."""

from labelcore.llm.protocol import Answer, Message, ModelClient

__all__ = ["Answer", "Message", "ModelClient", "client_from_settings"]


def client_from_settings() -> ModelClient:
    """A client for the endpoint that the settings name.

    Raises:
        ModelTrouble: none is configured.
    """
    from labelcore.llm.openai_client import OpenAIClient

    return OpenAIClient.from_settings()
