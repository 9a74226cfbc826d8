"""Structured outputs against the schema that the project gives."""

from __future__ import annotations

from typing import Any

from labelcore.judges import schema
from labelcore.judges.detectors import register
from labelcore.models import Output

_SHOWN = 3


def faults_in_words(output: Output, parameters: dict[str, Any]) -> str:
    """The first faults with their places."""
    faults = schema.text_faults(parameters["schema"], output.text)
    words = [f"at {fault.path}: {fault.says}" if fault.path else fault.says for fault in faults[:_SHOWN]]
    more = f" (and {len(faults) - _SHOWN} more)" if len(faults) > _SHOWN else ""
    sentence = f"{'; '.join(words)}{more}."
    return sentence[0].upper() + sentence[1:]


@register(
    "schema faults",
    "faults against the project's schema",
    "high",
    "json yaml schema key field format structure parse 字段 格式 结构 解析",
    needs="schema",
    parameter="schema",
    explain=faults_in_words,
)
def schema_faults(output: Output, parameters: dict[str, Any]) -> float | None:
    expected = parameters.get("schema")
    try:
        return float(len(schema.text_faults(expected, output.text))) if expected else None
    except schema.TooMuchWork:
        return None
