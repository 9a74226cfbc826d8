"""Which tool's shape a prompt has: found by content, for the person who reads of it; nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class _Seen:
    source: str
    shown: str
    names: frozenset[str]

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.shown, re.IGNORECASE) is not None


FAMILIES: dict[str, Callable[[_Seen], bool]] = {
    "Ragas": lambda seen: (
        "ragas_version" in seen.source
        or bool(seen.names & {"user_input", "retrieved_contexts", "reference_contexts"})
        or (seen.has(r"-{4,}EXAMPLES-{4,}|complies with the following schema") and seen.has(r"\binput\b"))
    ),
    "Prometheus": lambda seen: seen.has(
        r"\[RESULT\]|#{2,3} ?Score Rubrics?|#{2,3} ?评分标准[\s\S]*\[(?:RESULT|结果)\]"
    ),
    "MT-Bench": lambda seen: seen.has(r"\[\[\s*(?:rating|score|\d+|[A-C]|评分|分数)\s*\]\]"),
    "G-Eval": lambda seen: (
        seen.has(r"evaluation steps|评估步骤|评测步骤")
        or bool(seen.names & {"evaluation_steps", "test_case_content"})
    ),
    "Braintrust": lambda seen: (
        re.search(r"choice_?scores|autoevals", seen.source, re.IGNORECASE) is not None
        and "choice_strings" not in seen.source
    ),
    "Phoenix": lambda seen: (
        re.search(r"optimi[sz]ation_?direction", seen.source, re.IGNORECASE) is not None
        or seen.has(r"\[BEGIN DATA\]")
        or (seen.has(r"LABEL\W") and seen.has(r"EXPLANATION"))
    ),
    "MLflow": lambda seen: "make_judge" in seen.source or seen.names >= {"inputs", "outputs", "expectations"},
    "OpenEvals": lambda seen: (
        (bool(seen.names & {"outputs", "reference_outputs"}) or seen.has(r"<rubric>[\s\S]*</rubric>"))
        and not seen.names & {"output"}
    ),
    "promptfoo": lambda seen: "rubricprompt" in seen.source.casefold() or seen.names >= {"output", "rubric"},
    "Inspect": lambda seen: "model_graded_" in seen.source or seen.has(r"GRADE\s*:\s*\$?(?:LETTER|[CIP]\b)"),
    "Vertex AI": lambda seen: (
        seen.has(r"#{1,3} ?(?:Rating Rubric|User Inputs and AI-generated Response|Evaluation Steps)")
        or "metric_prompt_template" in seen.source
    ),
    "HELM": lambda seen: seen.has(r"<short_explanation>[^<]{0,80}</"),
    "Langfuse": lambda seen: "generation" in seen.names and seen.has(r"score"),
}


def family_of(source: str, shown: str, names: Sequence[str]) -> str:
    """The tool whose shape it has, "" where it is none that is known. ``shown``: variables as ``⟨name⟩``."""
    prompt = _Seen(source, shown, frozenset(names))
    return next((family for family, fits in FAMILIES.items() if fits(prompt)), "")


_JUDGING = {
    "inspect_ai": "Inspect",
    "openevals": "OpenEvals",
    "ragas": "Ragas",
    "deepeval": "DeepEval",
    "autoevals": "Braintrust",
    "trulens": "TruLens",
    "azure.ai.evaluation": "Azure AI Evaluation",
}
"""Libraries that hardly do anything else: to import them is to ask with their words."""
_NAMES = "|".join(map(re.escape, _JUDGING))
_IMPORTED = re.compile(
    rf"^[ \t]*(?:from|import)[ \t]+(?P<module>{_NAMES})\b"
    rf"|(?:\bfrom|\brequire\()[ \t]*[\"'](?:@[\w-]+/)?(?P<package>{_NAMES})\b",
    re.MULTILINE,
)


def tool_used(program: str) -> str:
    """The tool from which a program takes judges and their words, by what it imports; "" for none of ours."""
    imported = _IMPORTED.search(program)
    return _JUDGING[imported["module"] or imported["package"]] if imported else ""
