"""Prompts as tools of evaluation have them, written anew in their shapes."""

from __future__ import annotations

import json

from tests.judges.foreign_case import Case

TOOLS: dict[str, Case] = {}

TOOLS["promptfoo messages"] = Case(
    json.dumps(
        [
            {
                "role": "system",
                "content": "You check a text against one rule. Answer with a JSON object shaped like "
                "{pass: boolean; reason: string; score: number}.\n\nSamples:\nOutput: Good morning!\n"
                'Rubric: greets the reader\n{"reason": "it says good morning", "pass": true, "score": 1.0}',
            },
            {
                "role": "user",
                "content": "<Output>\n{{ output }}\n</Output>\n<Rubric>\n{{ rubric }}\n</Rubric>",
            },
        ]
    ),
    "promptfoo",
    {"output": "output", "rubric": "statement"},
    ("json", "pass", ("true",), ("false",)),
)
TOOLS["promptfoo YAML config"] = Case(
    """defaultTest:
  options:
    rubricPrompt:
      - role: system
        content: >-
          Decide whether the reply keeps to the rule. Return JSON: {"pass": true or false, "reason": "why"}
      - role: user
        content: "Reply: {{output}}\\nRule: {{rubric}}\\nAsked: {{question}}"
tests: []
""",
    "promptfoo",
    {"output": "output", "rubric": "statement", "question": "input"},
    ("json", "pass", ("true",), ("false",)),
)
TOOLS["promptfoo unquoted dump"] = Case(
    '[{"role": "system", "content": "Grade it. Reply as JSON {\\"pass\\": true, \\"reason\\": \\"...\\"}"},\n'
    ' {"role": "user", "content": {{ output | dump }}}]',
    "",
    {"output": "output"},
    ("json", "pass", ("true",), ("false",)),
)
TOOLS["fact letters"] = Case(
    """You hold a handed-in answer against an expert's. The data:
[BEGIN DATA]
************
[Question]: {{input}}
************
[Expert]: {{ideal}}
************
[Submission]: {{completion}}
************
[END DATA]
Which case is it? Choose one of these options:
(A) What was handed in says less than the expert, nothing against it.
(B) It says more than the expert, nothing against it.
(C) It says the same.
(D) They disagree.
Print the letter only.""",
    "Phoenix",
    {"input": "input", "ideal": "reference", "completion": "output"},
    ("first_word", "", (), ()),
)
TOOLS["closed question, letter at the end"] = Case(
    """You judge what was handed in for a task by one criterion:
***
[Task]: {input}
***
[Submission]: {completion}
***
[Criterion]: {criteria}
***
Does the submission meet the criterion? Write your reasoning step by step first. Then print only the character
"Y" or "N" on its own line, and repeat it on the last line.""",
    "",
    {"input": "input", "completion": "output", "criteria": "statement"},
    ("last_word", "", ("Y",), ("N",)),
)
TOOLS["OpenEvals without a form"] = Case(
    """You label how well answers keep to what was retrieved.

<Rubric>
  A grounded answer:
  - claims only what the context supports
  An ungrounded answer:
  - brings facts of its own
</Rubric>

<context>
{context}
</context>

<question>
{inputs}
</question>

<outputs>
{outputs}
</outputs>
""",
    "OpenEvals",
    {"context": "context", "inputs": "input", "outputs": "output"},
    None,
)
TOOLS["LangSmith with reference"] = Case(
    """ChatPromptTemplate = [
    ("system", "You compare an answer with a reference. A correct answer has no factual mistake."),
    ("human", "<input>{inputs}</input>\\n<output>{outputs}</output>\\n"
              "<reference_outputs>{reference_outputs}</reference_outputs>"),
]
""",
    "OpenEvals",
    {"inputs": "input", "outputs": "output", "reference_outputs": "reference"},
    None,
)
TOOLS["Ragas saved file"] = Case(
    json.dumps(
        {
            "ragas_version": "0.3.0",
            "original_hash": 7,
            "language": "english",
            "instruction": "Say whether the response follows from what was retrieved: 1 for yes, 0 for no.",
            "examples": [
                {
                    "input": {
                        "user_input": "Where is it?",
                        "response": "In Bern.",
                        "retrieved_contexts": "Bern.",
                    },
                    "output": {"reason": "The text says Bern.", "verdict": 1},
                },
                {
                    "input": {"user_input": "When?", "response": "In May.", "retrieved_contexts": "June."},
                    "output": {"reason": "The text says June.", "verdict": 0},
                },
            ],
        }
    ),
    "Ragas",
    {"user_input": "input", "response": "output", "retrieved_contexts": "context"},
    ("json", "verdict", ("1",), ("0",)),
)
TOOLS["Ragas text"] = Case(
    """Decide whether the submission fulfils the criterion. Use 1 for yes and 0 for no.
Return the output as JSON that complies with the following schema as specified in JSON Schema:
{{"properties": {{"reason": {{"type": "string"}},
"verdict": {{"description": "0 or 1", "type": "integer"}}}}, "type": "object"}}

Now do the same with this input
input: {{
    "user_input": "{user_input}",
    "response": "{response}",
    "criterion": "{criterion}"
}}
Output: """,
    "Ragas",
    {"user_input": "input", "response": "output", "criterion": "statement"},
    ("json", "verdict", ("1",), ("0",)),
)
TOOLS["G-Eval with doubled braces"] = Case(
    """Follow the evaluation steps below and give a JSON with two keys: a `score` key from 0 to 10, where 10
means that the criteria are followed completely, and a `reason` key.

Evaluation Steps:
1. Look for the name of the customer.
2. Look for a date.

Input:
{input}

Actual Output:
{actual_output}

Expected Output:
{expected_output}

Example JSON:
{{"score": 0, "reason": "what decided"}}

JSON:
""",
    "G-Eval",
    {"input": "input", "actual_output": "output", "expected_output": "reference"},
    ("json", "score", 0, 10),
)
TOOLS["G-Eval, steps to be given"] = Case(
    """Criteria: {criteria}

Evaluation steps:
{evaluation_steps}

Answer to judge: {actual_output}

Give {{"score": 3, "reason": "..."}} with an integer from 1 to 5; 5 is excellent.
A score of 4 or more is acceptable.""",
    "G-Eval",
    {"criteria": "statement", "evaluation_steps": "?", "actual_output": "output"},
    ("json", "score", 1, 5),
    4,
)
TOOLS["Phoenix hallucination"] = Case(
    """You see a question, a text and an answer that was made from the text.

    [BEGIN DATA]
    ************
    [Query]: {input}
    ************
    [Reference text]: {reference}
    ************
    [Answer]: {output}
    ************
    [END DATA]

Is the answer above factual or hallucinated? Your answer must be a single word, either "factual" or
"hallucinated", and nothing else. "hallucinated" means that the text does not bear it out.""",
    "Phoenix",
    {"input": "input", "reference": "?", "output": "output"},
    ("first_word", "", ("factual",), ("hallucinated",)),
)
TOOLS["Phoenix with explanation"] = Case(
    """Compare the answer with the human one.
[BEGIN DATA]
[Question]: {question}
[Human Ground Truth Answer]: {correct_answer}
[AI Answer]: {ai_generated_answer}
[END DATA]
Write out in a step by step manner an EXPLANATION. Then give a LABEL, a single word.

Example response:
************
EXPLANATION: why the label is "correct" or "incorrect"
LABEL: "correct" or "incorrect"
************

EXPLANATION:""",
    "Phoenix",
    {"question": "input", "correct_answer": "reference", "ai_generated_answer": "output"},
    ("pattern", "", ("correct",), ("incorrect",)),
)
TOOLS["Phoenix without an output"] = Case(
    """[BEGIN DATA]
[Question]: {query}
[Reference text]: {reference}
[END DATA]
Can the question be answered from the text? Answer with one word, "relevant" or "unrelated".""",
    "Phoenix",
    {"query": "input", "reference": "?"},
    ("first_word", "", ("relevant",), ("unrelated",)),
)
TOOLS["OpenAI's grader that labels"] = Case(
    """{"type": "label_model", "name": "tone", "model": "some-model", "input": [
  {"role": "developer", "content": "Classify the reply as friendly, neutral or rude."},
  {"role": "user", "content": "{{item.question}}\\nReply: {{sample.output_text}}"}],
"labels": ["friendly", "neutral", "rude"], "passing_labels": ["friendly", "neutral"]}""",
    "",
    {"item.question": "input", "sample.output_text": "output"},
    ("last_word", "", ("friendly", "neutral"), ("rude",)),
)
TOOLS["OpenAI's grader that scores, beside one that labels"] = Case(
    """{"type": "multi", "graders": {"a": {"type": "score_model", "name": "help", "input": [
  {"role": "system", "content": "Score from 0 to 10 how helpful the reply is."},
  {"role": "user", "content": "Q: {{item.question}}\\nA: {{sample.output_text}}"}], "range": [0, 10]},
  "b": {"type": "label_model", "input": [{"role": "user", "content": "{{sample.output_text}}"}],
  "labels": ["good", "bad"], "passing_labels": ["good"]}}}""",
    "",
    {"item.question": "input", "sample.output_text": "output"},
    ("score", "", 0, 10),
)
TOOLS["LangChain's saved messages"] = Case(
    """{"lc": 1, "type": "constructor", "id": ["langchain", "ChatPromptTemplate"], "kwargs": {"messages": [
  {"type": "constructor", "id": ["langchain", "SystemMessagePromptTemplate"], "kwargs": {"prompt": {
    "type": "constructor", "id": ["langchain", "PromptTemplate"],
    "kwargs": {"input_variables": [], "template": "You are strict. Answer PASS or FAIL."}}}},
  {"type": "constructor", "id": ["langchain", "HumanMessagePromptTemplate"], "kwargs": {"prompt": {
    "type": "constructor", "id": ["langchain", "PromptTemplate"],
    "kwargs": {"template": "Q: {question}\\nReply: {reply}"}}}}]}}""",
    "",
    {"question": "input", "reply": "output"},
    ("first_word", "", ("PASS",), ("FAIL",)),
)
