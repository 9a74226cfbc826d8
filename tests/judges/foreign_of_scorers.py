"""Prompts in public shapes, written anew: options with numbers beside them, and tags of any name."""

from tests.judges.foreign_case import Case

SCORERS: dict[str, Case] = {}
SCORERS["Braintrust facts"] = Case(
    """prompt: |-
  You compare a submitted answer with an expert's.
  [BEGIN DATA]
  [Question]: {{{input}}}
  [Expert]: {{{expected}}}
  [Submission]: {{{output}}}
  [END DATA]
  Which of these is so? Look at facts alone.
  (A) The submission holds a part of the expert's answer.
  (B) It holds more, and nothing against it.
  (C) Both hold the same.
  (D) They disagree.
  (E) They differ in what does not matter.
choice_scores:
  "A": 0.4
  "B": 0.6
  "C": 1
  "D": 0
  "E": 1
""",
    "Braintrust",
    {"input": "input", "expected": "reference", "output": "output"},
    ("last_word", "", 0, 1),
)
SCORERS["autoevals in Python"] = Case(
    '''from autoevals import LLMClassifier

brevity = LLMClassifier(
    name="Brevity",
    prompt_template="""
    Is this too long? {{output.text}}

    With more than six sentences say "long", else "brief".
    """,
    choice_scores={"brief": 1, "long": 0},
    use_cot=False,
)
''',
    "Braintrust",
    {"output.text": "output"},
    ("first_word", "", ("brief",), ("long",)),
)
SCORERS["autoevals in TypeScript"] = Case(
    """const polite = LLMClassifierFromTemplate<{ input: string }>({
  name: "Polite",
  promptTemplate: `How polite is the reply {{output}} to {{input}}?`,
  choiceScores: { Rude: 0, "Fairly polite": 0.5, Polite: 1 },
  useCoT: true,
});
""",
    "Braintrust",
    {"output": "output", "input": "input"},
    ("last_word", "", 0, 1),
)
SCORERS["OpenAI evals with strings"] = Case(
    """same:
  prompt: |-
    [Question]: {input}
    [Expert]: {ideal}
    [Submission]: {completion}
    How do they stand to each other?
    (A) One is a part of the other.
    (B) They disagree.
  choice_strings: AB
  eval_type: cot_classify
""",
    "",
    {"input": "input", "ideal": "reference", "completion": "output"},
    ("last_word", "", (), ()),
)
SCORERS["YAML truth values"] = Case(
    """prompt: Does {{output}} answer {{input}}?
choice_scores:
  Yes: 1
  No: 0
  Unclear: null
""",
    "Braintrust",
    {"output": "output", "input": "input"},
    ("last_word", "", ("Yes",), ("No",)),
)
SCORERS["MLflow numeric values"] = Case(
    '''from mlflow.genai.judges import custom_prompt_judge

solved = custom_prompt_judge(
    name="solved",
    prompt_template="""What became of the customer's trouble?

[[solved]]: all of it is gone.
[[partly]]: some of it is.
[[open]]: none of it is.

Customer: {{input}}
Agent: {{output}}""",
    numeric_values={"solved": 1, "partly": 0.5, "open": 0},
)
''',
    "",
    {"input": "input", "output": "output"},
    ("last_word", "", 0, 1),
)
SCORERS["Phoenix classifier"] = Case(
    """name: rightness
messages:
  - role: user
    content: |-
      You judge a response.
      <input>{{input}}</input>
      <output>{{output}}</output>
      Is it correct or incorrect?
choices:
  correct: 1.0
  incorrect: 0.0
""",
    "",
    {"input": "input", "output": "output"},
    ("last_word", "", ("correct",), ("incorrect",)),
)
SCORERS["a tag of any name"] = Case(
    """Grade an answer by a rubric.
<answer>{answer}</answer>
<rubric>{rubric}</rubric>
Think in <thinking> tags. Then write 'correct' or 'incorrect' inside <correctness> tags.
""",
    "OpenEvals",
    {"answer": "output", "rubric": "statement"},
    ("pattern", "", ("correct",), ("incorrect",)),
)
SCORERS["words in a tag"] = Case(
    """<task>Look for medical advice.</task>
<answer>{{ answer }}</answer>
Reply as
<reasoning>...</reasoning>
<outcome>safe|unsafe</outcome>
""",
    "",
    {"answer": "output"},
    ("pattern", "", ("safe",), ("unsafe",)),
)
SCORERS["YAML to answer in"] = Case(
    """Judge a reply.
Question: {question}
Reply: {reply}
Answer in YAML:
reasoning: <your reasons>
passed: true or false
""",
    "",
    {"question": "input", "reply": "output"},
    ("pattern", "", ("true",), ("false",)),
)
SCORERS["Chinese letters"] = Case(
    """请评判回答是否正确。
问题：{问题}
参考答案：{参考答案}
模型回答：{模型回答}
A. 正确
B. 错误
C. 未作答
只输出字母 A、B 或 C。""",
    "",
    {"问题": "input", "参考答案": "reference", "模型回答": "output"},
    ("first_word", "", ("A",), ("B",)),
)
