"""Which of our slots a variable of another tool fills: by its name, and by what the prompt calls it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set

from labelcore.models import Frozen

_NAMES: dict[str, str] = {
    "input": (
        "質問 問題 入力 "
        "input inputs question questions query prompt user_input user_query user_question user_message "
        "user_prompt instruction orig_instruction task request user_request problem original_question "
        "question_text input_text customer_message 问题 输入 用户输入 用户问题 提问 题目 指令 用户提问 "
        "用户请求"
    ),
    "output": (
        "output outputs response responses resp answer answers completion prediction predictions submission "
        "actual_output pred generation result results student_answer student_response model_output "
        "model_response model_answer assistant_response assistant_answer ai_response ai_answer ai_output "
        "generated_answer "
        "generated_response generated_text generated_output generated_ans llm_output llm_response llm_answer "
        "bot_response candidate candidate_answer candidate_response candidate_output reply predicted_answer "
        "orig_response output_text response_text answer_text agent_response agent_output chatbot_response "
        "llm_message assistant_message bot_message evaluated_output final_answer 回答 输出 回复 答案 "
        "回答文 応答 出力 モデルの回答 模型回答 模型输出 模型回复 答复 学生答案 待评回答 助手回答"
    ),
    "reference": (
        "模範解答 正解例 正解 "
        "reference references reference_output reference_outputs reference_answer reference_answers "
        "reference_response orig_reference_answer expected expected_output expected_outputs expected_answer "
        "expected_response expectations expectation ground_truth groundtruth ideal ideal_answer "
        "ideal_response gold gold_answer golden_answer golden target target_answer correct_answer "
        "ref true_answer ref_answer reference_text 参考 参考答案 标准答案 期望输出 参考回答 正确答案 期望答案"
    ),
    "context": (
        "文脈 参考資料 文書 "
        "context contexts document documents retrieved_context retrieved_contexts retrieval_context docs "
        "retrieved_documents retrieved_docs source sources source_text source_document source_documents "
        "passage passages knowledge context_str context_text article evidence search_results background "
        "knowledge_base reference_contexts 上下文 资料 文档 参考资料 背景 检索内容 参考文档 原文 材料"
    ),
    "conversation": (
        "conversation conversations chat_history conversation_history message_history history messages "
        "transcript dialogue dialog chat conversation_text turns 对话 对话历史 聊天记录 历史对话 对话内容"
    ),
    "statement": (
        "checklist 採点基準 評価基準 判定基準 "
        "criteria criterion rubric rubrics assertion guideline guidelines requirement requirements "
        "grading_criteria evaluation_criteria score_rubric scoring_criteria grading_rubric "
        "criteria_description rule 标准 准则 评分标准 评价标准 评估标准 评判标准 要求 判定标准 评测标准"
    ),
}
_MEANING = {name: slot for slot, names in _NAMES.items() for name in names.split()}
DATA = frozenset("input output reference context conversation".split())
"""What an output brings, whatever stands in a program under such a name."""
CHOICES = (
    *("output", "input", "context", "reference", "conversation"),
    *("criterion", "statement", "examples", "glossary"),
)
"""What a variable can be given beside ``metadata.KEY`` and the words that somebody gives."""
_LIKELY: dict[str, tuple[str, ...]] = {
    "text": ("output", "input", "context"),
    "summary": ("output", "context"),
    "content": ("output", "context"),
    "code": ("output", "input"),
    "translation": ("output",),
    "title": ("output", "input"),
}
_REFERENCE_LABEL = re.compile(
    r"\b(?:reference (?:answer|response|output|solution)|ground.?truth|gold(?:en)?|true answer|"
    r"correct answer|(?:official|standard) answer|expected|ideal|expert|model solution)\b|"
    r"参考答案|标准答案|正确答案|期望|模範解答|正解",
    re.IGNORECASE,
)
_OUTPUT_LABEL = re.compile(
    r"\b(?:student|submission|assistant|candidate|response to (?:evaluate|grade|judge)|predicted|generated|"
    r"(?:ai|model|bot|agent)(?:'s|’s)? (?:answer|response|output|reply))\b|模型回答|模型输出|待评|学生|助手",
    re.IGNORECASE,
)
_SOURCE_LABEL = re.compile(
    r"\b(?:reference (?:text|document|passage|material)|retrieved|context|source|documents?)\b|"
    r"参考资料|上下文|原文|资料",
    re.IGNORECASE,
)
_ANSWERS = "answer|answers|ans|response|responses|output|outputs|reply|text|completion|solution"
_COMPOUND = (
    (
        "reference",
        "gold|golden|reference|ref|expected|ideal|correct|true|target|human|ground_truth",
        _ANSWERS,
    ),
    (
        "output",
        "ai|llm|lm|model|assistant|bot|agent|generated|student|predicted|candidate|actual|app|given|provided|"
        "submitted|evaluated|judged|assessed|assess",
        _ANSWERS,
    ),
    (
        "input",
        "user|customer|original|orig|client|human|last_user",
        "question|query|message|input|prompt|request",
    ),
    ("conversation", "full|whole|entire", "conversation|dialogue|dialog|chat_history|transcript"),
    (
        "context",
        "retrieved|source|supporting|rag|relevant|grounding",
        "contexts?|documents?|docs|passages?|texts?|chunks|results",
    ),
    ("statement", "grading|scoring|evaluation|eval|score|judging", "criteria|criterion|rubrics?|guidelines"),
    ("statement", "rubrics?|criterion|criteria|guideline", "item|items|text|description|definition|list"),
)
"""Names that are put together as these are mean the same as their last part, of whom they say."""
_PAIRED = re.compile(r"(?:^|_)(?:a|b|\d|one|two|first|second|left|right|another|other)$|(?<=[^\W\d_])\d$")


class Variable(Frozen):
    """A variable of a prompt. ``slot`` is sure, "" where it is asked; ``choices`` are the likely ones first.

    ``label`` is what stands before it in the prompt.
    """

    name: str
    slot: str = ""
    choices: tuple[str, ...] = CHOICES
    label: str = ""

    @property
    def sure(self) -> bool:
        """Whether nobody need be asked."""
        return bool(self.slot)


def slot_named(name: str) -> str:
    """The slot that a variable's name means in the tools that people use; "" where it may mean several."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold().replace("-", "_").replace(" ", "_")
    *parents, last = re.sub(r"(?:\.\d+)+$", "", plain).strip("_").removesuffix("_str").split(".")
    parent = _MEANING.get(parents[-1], "") if parents else ""
    if last in _MEANING:
        inside = _MEANING[last]
        # In outputs.answer the answer is the output's, in expectations.answer it is the expected one.
        return parent if parent in {"reference", "context"} else inside
    for slot, first, then in _COMPOUND:
        if re.fullmatch(rf"(?:{first})_(?:\w+_)?(?:{then})", last):
            return slot
    return parent if parent in {"reference", "output"} and last in {"text", "content", "value"} else ""


def slot_like(name: str) -> str:
    """The slot that a name means, whatever number or letter ends it."""
    return slot_named(name) or slot_named(_stem(name))


def variables_of(names: Sequence[str], labels: Mapping[str, str], given: Mapping[str, str]) -> list[Variable]:
    """Each variable with its slot, or with what could be meant. ``given`` is what a person said."""
    pairs = paired(names)
    variables = {
        name: _asked(name, (pairs[name], "reference"), labels.get(name, ""))
        if name in pairs
        else _by_name(name, labels.get(name, ""))
        for name in names
    }
    by_slot = defaultdict(list)
    for name, variable in variables.items():
        if variable.slot and name not in given:
            by_slot[variable.slot].append(name)
    slots_taken = {slot for slot in given.values() if slot != "input"}
    for slot, sharing in by_slot.items():
        if len(sharing) > 1 or slot in slots_taken:
            for name in _ambiguous(slot, sharing, variables):
                likely = (slot, *(("reference",) if slot == "output" else ("context",)))
                variables[name] = _asked(name, likely, variables[name].label)
    slots_filled = {variable.slot for variable in variables.values()} | set(given.values())
    return [
        variable.model_copy(
            update={"slot": given[name]} if name in given else _free_first(variable, slots_filled)
        )
        for name, variable in variables.items()
    ]


def _free_first(variable: Variable, filled: Set[str]) -> dict[str, tuple[str, ...]]:
    """The choices that nothing fills yet before the others, where none is likelier than another."""
    if variable.slot or variable.choices != CHOICES:
        return {}
    return {"choices": tuple(sorted(CHOICES, key=lambda slot: slot in filled))}


def paired(names: Sequence[str]) -> dict[str, str]:
    """Variables that differ only in a number or letter at their end, with the slot that each would fill."""
    stems = {name: _stem(name) for name in names}
    slots = {name: slot_named(stem) for name, stem in stems.items()}
    counts = Counter(stems.values())
    return {name: slot for name, slot in slots.items() if slot and counts[stems[name]] > 1}


def _stem(name: str) -> str:
    return _PAIRED.sub("", name.casefold())


def _by_name(name: str, label: str) -> Variable:
    """A variable by its name; where the prompt calls it otherwise, by that or not at all."""
    slot = slot_like(name)
    plain = name.casefold()
    if slot == "output" and _REFERENCE_LABEL.search(label) and not _OUTPUT_LABEL.search(label):
        return Variable(name=name, slot="reference", label=label)
    if slot == "reference" and _SOURCE_LABEL.search(label) and not _REFERENCE_LABEL.search(label):
        return _asked(name, ("context", "reference"), label)
    if slot == "input" and _OUTPUT_LABEL.search(label):
        return _asked(name, ("output", "input"), label)
    if slot:
        return Variable(name=name, slot=slot, label=label)
    return _asked(name, _LIKELY.get(plain.split(".")[-1], ()), label)


def _asked(name: str, likely: Sequence[str], label: str) -> Variable:
    choices = dict.fromkeys((*likely, *CHOICES))
    return Variable(name=name, choices=tuple(choices), label=label)


def _ambiguous(slot: str, sharing: Sequence[str], variables: Mapping[str, Variable]) -> list[str]:
    """Which of the variables that would all fill one slot must be asked about; a label settles it."""
    if slot in {"statement", "context"}:  # a prompt can show both of them in one place
        return list(sharing) if len(sharing) > 1 else []
    labelled = [name for name in sharing if slot == "output" and _OUTPUT_LABEL.search(variables[name].label)]
    exact = [name for name in sharing if name in {slot, f"{slot}s"}]
    clear = labelled if len(labelled) == 1 else exact if len(exact) == 1 and not labelled else []
    return [name for name in sharing if name not in clear]
