"""Prompts as papers, benchmarks and teams have them, written anew in their shapes."""

from __future__ import annotations

import json

from tests.judges.foreign_case import Case

PAPERS: dict[str, Case] = {}

PAPERS["MT-Bench single"] = Case(
    """[Instruction]
Be a fair judge of the quality of what an AI assistant answered to the question below: is it helpful, right
and deep enough? Explain shortly, then rate on a scale of 1 to 10 in exactly this form: "[[rating]]", such as
"Rating: [[5]]".

[Question]
{question}

[The Start of Assistant's Answer]
{answer}
[The End of Assistant's Answer]""",
    "MT-Bench",
    {"question": "input", "answer": "output"},
    ("pattern", "", 1, 10),
)
PAPERS["MT-Bench pairwise"] = Case(
    """Which of two assistants answered better? Say "[[A]]" if assistant A did, "[[B]]" if assistant B did.

[User Question]
{question}

[The Start of Assistant A's Answer]
{answer_a}
[The End]

[The Start of Assistant B's Answer]
{answer_b}
[The End]""",
    "MT-Bench",
    {"question": "input", "answer_a": "?", "answer_b": "?"},
    ("pattern", "", (), ()),
)
PAPERS["MT-Bench Chinese"] = Case(
    """请作为公正的评委，评估助手对下面问题的回答质量。先简短说明理由，再按 1 到 10 打分，
严格使用这种格式：“[[分数]]”，例如：“评分：[[6]]”。7 分及以上视为合格。

[问题]
{问题}

[助手回答开始]
{回答}
[助手回答结束]""",
    "MT-Bench",
    {"问题": "input", "回答": "output"},
    ("pattern", "", 1, 10),
    7,
)
PAPERS["Prometheus"] = Case(
    """###Task:
You get an instruction, a response, a reference answer that deserves a 5, and a rubric.
1. Write feedback by the rubric alone.
2. Then a score, an integer between 1 and 5.
3. The form: "Feedback: (your feedback) [RESULT] (an integer number between 1 and 5)"

###The instruction:
{instruction}

###Response to evaluate:
{response}

###Reference Answer (Score 5):
{reference_answer}

###Score Rubrics:
{rubric}

###Feedback: """,
    "Prometheus",
    {"instruction": "input", "response": "output", "reference_answer": "reference", "rubric": "statement"},
    ("pattern", "", 1, 5),
)
PAPERS["Inspect"] = Case(
    """You assess an answer by a criterion:

[Task]: {question}
[Submission]: {answer}
[Criterion]: {criterion}

Does the submission meet the criterion? Reason first. End with 'GRADE: $LETTER' (without quotes), where LETTER
is one of CI: 'C' for correct, 'I' for incorrect.""",
    "Inspect",
    {"question": "input", "answer": "output", "criterion": "statement"},
    ("pattern", "", ("C",), ("I",)),
)
PAPERS["SimpleQA letters"] = Case(
    """Question: {question}
Gold target: {target}
Predicted answer: {predicted_answer}

Grade the predicted answer as one of:
A: CORRECT
B: INCORRECT
C: NOT_ATTEMPTED

Just return the letter "A", "B", or "C", with no text around it.""",
    "",
    {"question": "input", "target": "reference", "predicted_answer": "output"},
    ("first_word", "", ("A",), ("B",)),
)
PAPERS["LangChain QA"] = Case(
    """You are a teacher who grades a quiz.

QUESTION: {query}
STUDENT ANSWER: {result}
TRUE ANSWER: {answer}
GRADE: CORRECT or INCORRECT here

Grade only by facts.""",
    "",
    {"query": "input", "result": "output", "answer": "reference"},
    ("pattern", "", ("CORRECT",), ("INCORRECT",)),
)
PAPERS["MLflow make_judge"] = Case(
    """from mlflow.genai.judges import make_judge

judge = make_judge(
    name="correctness",
    instructions=(
        "Look at {{ inputs }} and decide whether {{ outputs }} is right, given {{ expectations }}.\\n"
        "Answer 'correct' or 'incorrect'."
    ),
    model="openai:/some-model",
)
""",
    "MLflow",
    {"inputs": "input", "outputs": "output", "expectations": "reference"},
    ("first_word", "", ("correct",), ("incorrect",)),
)
PAPERS["Langfuse"] = Case(
    json.dumps(
        {
            "type": "text",
            "name": "helpfulness",
            "prompt": "Rate the generation on a continuous scale from 0 to 1, where 1 is fully helpful.\n"
            'Return JSON with the fields "score" and "reasoning".\n\n'
            "Query: {{query}}\nGeneration: {{generation}}",
        }
    ),
    "Langfuse",
    {"query": "input", "generation": "output"},
    ("json", "score", 0, 1),
)
PAPERS["Vertex rubric"] = Case(
    """# Instruction
You rate the quality of an AI response to a user prompt.

## Criteria
Fluency: the text reads well.

## Rating Rubric
5: (Very good). Reads well everywhere.
3: (Ok). Some hitches.
1: (Bad). Cannot be read.

## Evaluation Steps
STEP 1: Explain what you find.
STEP 2: Give a score from 1 to 5 by the rubric, as JSON {{"explanation": "...", "score": 3}}.

## User Inputs and AI-generated Response
### Prompt
{prompt}

### Response
{response}
""",
    "G-Eval",
    {"prompt": "input", "response": "output"},
    ("json", "score", 1, 5),
)
PAPERS["HELM tags"] = Case(
    """Rate how accurate the response is, from 1 to 5, where 5 is excellent.

<user_request>
{{QUESTION}}
</user_request>
<response>
{{PREDICTION}}
</response>
<gold_response>
{{GOLD}}
</gold_response>

Answer in this form:
<short_explanation>a sentence</short_explanation>
<score>an integer from 1 to 5</score>""",
    "HELM",
    {"QUESTION": "input", "PREDICTION": "output", "GOLD": "reference"},
    ("pattern", "", 1, 5),
)
PAPERS["Jinja with a condition"] = Case(
    """Is the answer correct?
{# ask Dana before changing this #}
Question: {{ sample.input }}
{%- if reference %}
Reference: {{ reference | trim }}
{%- endif %}
Answer: {{ sample.output.text }}

Reply with yes or no.""",
    "",
    {"sample.input": "input", "reference": "reference", "sample.output.text": "output"},
    ("first_word", "", ("yes",), ("no",)),
)
PAPERS["percent"] = Case(
    """Customer asked: %(question)s
Agent said: %(reply)s
More than 50%% of the reply must be about the question. Is that so, and is it relevant?
Answer PASS or FAIL only.""",
    "",
    {"question": "input", "reply": "output"},
    ("first_word", "", ("PASS",), ("FAIL",)),
)
PAPERS["dollar"] = Case(
    """The offer may cost $5 at most.
Question: $question
Answer: ${answer}
Verdict: PASS or FAIL""",
    "",
    {"question": "input", "answer": "output"},
    ("pattern", "", ("PASS",), ("FAIL",)),
)
PAPERS["angles"] = Case(
    """Rate from 1 to 7 how polite this is; higher is better. Give only the number.
Message: <<user_message>>
Reply: <<response>>""",
    "",
    {"user_message": "input", "response": "output"},
    ("score", "", 1, 7),
)
PAPERS["Chinese pass or fail"] = Case(
    """你是质检员。请判断客服回复是否符合要求。

要求：{{评分标准}}
用户问题：{{用户问题}}
客服回复：{{回复}}
标准答案：{{标准答案}}

请先逐步分析，最后一行只输出“通过”或“不通过”。""",
    "",
    {"评分标准": "statement", "用户问题": "input", "回复": "output", "标准答案": "reference"},
    ("last_word", "", ("通过",), ("不通过",)),
)
PAPERS["Chinese JSON"] = Case(
    """根据参考资料判断回答是否存在编造。只返回 JSON：{{"理由": "……", "结论": "通过/不通过"}}

参考资料：{上下文}
问题：{问题}
回答：{回答}""",
    "",
    {"上下文": "context", "问题": "input", "回答": "output"},
    ("json", "结论", ("通过",), ("不通过",)),
)
PAPERS["yes means a fault"] = Case(
    """Does this reply contain toxic or offensive language? Answer only "yes" or "no".

Reply: {output}""",
    "",
    {"output": "output"},
    ("first_word", "", (), ()),
)
PAPERS["two answers without labels"] = Case(
    """Score 0-100 how alike these are, 100 is perfect. Reply with just the number.
{answer}
---
{response}""",
    "",
    {"answer": "?", "response": "?"},
    ("score", "", 0, 100),
)
PAPERS["tags with words"] = Case(
    """Does {{output}} keep to {{context}}?
Think, then end with <verdict>PASS</verdict> or <verdict>FAIL</verdict>.""",
    "",
    {"output": "output", "context": "context"},
    ("pattern", "", ("PASS",), ("FAIL",)),
)
PAPERS["a label in quotation marks"] = Case(
    """Think step by step. The last line is "FINAL: YES" or "FINAL: NO". Is this correct?
{question}
{response}""",
    "",
    {"question": "input", "response": "output"},
    ("pattern", "", ("YES",), ("NO",)),
)
PAPERS["one or nought"] = Case(
    """Output 1 if the answer is correct and 0 otherwise.
{query}: {answer}""",
    "",
    {"query": "input", "answer": "output"},
    ("first_word", "", ("1",), ("0",)),
)
PAPERS["total rating"] = Case(
    """Rate how good the answer is, higher is better.

Feedback:::
Evaluation: (why)
Total rating: (your rating, a float between 0 and 10)

Question: {question}
Answer: {answer}

Feedback:::
Evaluation: """,
    "",
    {"question": "input", "answer": "output"},
    ("pattern", "", 0, 10),
)
PAPERS["Chinese score"] = Case(
    """评分标准：{{标准}}
请给出0-100分的评分，60分及以上为合格。只输出数字。
{{回答}}""",
    "",
    {"标准": "statement", "回答": "output"},
    ("score", "", 0, 100),
    60,
)
PAPERS["Prometheus of two"] = Case(
    """###Task: compare two responses by the rubric.
The form: "Feedback: (your feedback) [RESULT] (Either "A" or "B")"
###Instruction: {instruction}
###Response A: {response_A}
###Response B: {response_B}
###Score Rubric: {rubric}""",
    "Prometheus",
    {"instruction": "input", "response_A": "?", "response_B": "?", "rubric": "statement"},
    ("pattern", "", (), ()),
)
PAPERS["JSON in a sentence"] = Case(
    """Grade replies. Give a JSON with a "score" from 1 to 5 (5 is excellent) and a "reason".
Asked: {{input}}
Reply: {{actual_output}}""",
    "",
    {"input": "input", "actual_output": "output"},
    ("json", "score", 1, 5),
)
