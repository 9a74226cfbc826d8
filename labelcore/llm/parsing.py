"""Reading a structured answer strictly: what stands around the JSON may be wrapping, nothing else."""

from __future__ import annotations

import re

from labelcore.llm.protocol import Schema

_WRAPPING = re.compile(r"^\s*(?:<think>.*?</think>)?\s*(?:```(?:json)?)?\s*|\s*(?:```)?\s*$", re.S)


def parse(text: str, schema: type[Schema]) -> Schema:
    """The answer; a code fence around it and a model's thoughts before it are left out.

    Raises:
        ValidationError: it is not JSON that fits the schema.
    """
    return schema.model_validate_json(_WRAPPING.sub("", text))
