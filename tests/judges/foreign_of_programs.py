"""Prompts in the shapes of those that teams keep in their programs and notes, written anew."""

from tests.judges.foreign_case import Case

PROGRAMS: dict[str, Case] = {}
PROGRAMS["system beside the messages of a program"] = Case(
    """async function decides(rule: string, reply: string) {
  const answer = await client.messages.create({
    system: "You are a strict checker of replies. Say only PASS or FAIL.",
    messages: [{ role: "user", content: `Rule: ${rule}\\nReply: ${reply}\\nIs it kept? Only PASS or FAIL.` }],
  });
  return answer.text.includes("PASS");
}
""",
    "",
    {"rule": "statement", "reply": "output"},
    ("first_word", "", ("PASS",), ("FAIL",)),
)
PROGRAMS["arrow that returns a prompt"] = Case(
    """export const askTheJudge = (
  query: string,
  submittedAnswer: string,
) => `Rate how well the answer fits the query, from 0 to 1; 1 is perfect.

QUERY: ${query}
ANSWER: ${submittedAnswer}`
""",
    "",
    {"query": "input", "submittedAnswer": "output"},
    ("score", "", 0, 1),
)
PROGRAMS["template among other keys"] = Case(
    """import type { Kept } from "./kept.js";

export const brevity: Kept = {
  id: "judges.brevity",
  label: "How brief a reply is, as people see it",
  template: `Score how brief the reply is, from 0.0 to 1.0.

Asked: {{input}}
Reply: {{actualOutput}}

Give ONLY a number between 0.0 and 1.0, higher is better.`,
};
""",
    "",
    {"input": "input", "actualOutput": "output"},
    ("score", "", 0, 1),
)
PROGRAMS["lines that are joined"] = Case(
    """export function ask(rubric: string, reply: string) {
  return [
    'You grade a reply by a rubric.',
    `Rubric: ${rubric}`,
    'Reply: ' + `${reply}`,
    'Answer only YES or NO: does it meet the rubric?',
  ].join('\\n');
}
""",
    "",
    {"rubric": "statement", "reply": "output"},
    ("first_word", "", ("YES",), ("NO",)),
)
PROGRAMS["messages by their names"] = Case(
    """import openai
SYSTEM = "You are a careful grader of replies."
ASK = '''Question: {question}
Reply: {response}
Is the reply correct? Answer only CORRECT or INCORRECT.'''

def decide(question, response):
    return openai.chat(messages=[
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": ASK.format(question=question, response=response)},
    ])
""",
    "",
    {"question": "input", "response": "output"},
    ("first_word", "", ("CORRECT",), ("INCORRECT",)),
)
PROGRAMS["system and user by their names alone"] = Case(
    '''JUDGE_SYSTEM = """You grade how a reply rests on its source. Put the verdict into \\\\boxed{...}.
1: all of it rests on the source. 0: some of it does not."""

JUDGE_USER = """## Source
{context}

## Reply
{generated_ans}"""
''',
    "",
    {"context": "context", "generated_ans": "output"},
    ("pattern", "", None, None),
)
PROGRAMS["formatted text with calls in it"] = Case(
    '''def ask(reply, rules, docs):
    return f"""Sources: {" | ".join(d.text for d in docs)}
Rules: {json.dumps(rules)}
Reply: {reply.strip()}
Are the rules kept? Say only "yes" or "no"."""
''',
    "",
    {"docs": "context", "rules": "?", "reply": "output"},
    ("first_word", "", (), ()),
)
PROGRAMS["verdict over a list of checks"] = Case(
    """Check the reply by each rule.

{reply}

RULE_1: [PASS/FAIL]
RULE_2: [PASS/FAIL]
OVERALL: [PASS/FAIL]
""",
    "",
    {"reply": "output"},
    ("pattern", "", ("PASS",), ("FAIL",)),
)
PROGRAMS["overall score over others"] = Case(
    "请给每个维度打1-5分，最后给出总体评分(1-10分)。\n\n问题：{问题}\n回答：{回答}\n",
    "",
    {"问题": "input", "回答": "output"},
    ("pattern", "", 1, 10),
)
PROGRAMS["a kind beside the score"] = Case(
    """Judge {answer} as a reply to {prompt}. Give JSON:
{
  "category": "math" | "code" | "talk",
  "critique": "what is weak, from 0.0 to 1.0",
  "score": float
}
""",
    "",
    {"answer": "output", "prompt": "input"},
    ("json", "score", 0, 1),
)
PROGRAMS["a score inside of an object"] = Case(
    """Rate {response} as a reply to {question} with a number between 1 and 5. JSON only:
{{
  "grading": {{
    "feedback": "(why, as a text)",
    "score": (your rating, a number between 1 and 5)
  }}
}}
""",
    "",
    {"response": "output", "question": "input"},
    ("json", "grading.score", 1, 5),
)
PROGRAMS["camel case"] = Case(
    """{output} を {criteria} で採点してください。0-100点です。JSON形式で返答:
{
  "reasons": { ... },
  "overallScore": ...
}
""",
    "",
    {"output": "output", "criteria": "statement"},
    ("json", "overallScore", 0, 100),
)
PROGRAMS["the letter of an option in JSON"] = Case(
    """Hold {{completion}} against {{ideal}}. Choose one option:
A: it says less, and nothing else
B: it says more, and nothing else
C: it says the same
D: it says something else

Respond with JSON: {"category": "LETTER", "reason": "why"}
""",
    "",
    {"completion": "output", "ideal": "reference"},
    ("json", "category", (), ()),
)
PROGRAMS["fields with their words in brackets"] = Case(
    "Does {{output}} fit what was asked? Output JSON with 'verdict' (yes/no) and 'reason' fields.",
    "",
    {"output": "output"},
    ("json", "verdict", (), ()),
)
PROGRAMS["options in brackets"] = Case(
    "Source: {{context}}\nReply: {{output}}\nUnfaithful: any claim that the source has not.\n"
    "Answer (faithful/unfaithful):",
    "",
    {"context": "context", "output": "output"},
    ("first_word", "", ("faithful",), ("unfaithful",)),
)
PROGRAMS["words told inside of a tag"] = Case(
    """Reply: {{CHATBOT_RESPONSE}}
Give it in this form:
<reasoning>why in a line</reasoning>
<score>Write "positive" if it helps the customer on, or "negative" if it does not, or only partly.</score>
""",
    "",
    {"CHATBOT_RESPONSE": "output"},
    ("pattern", "", ("positive",), ("negative",)),
)
PROGRAMS["a range in double brackets"] = Case(
    "请评估回答的质量，分数范围为[0-100]，输出格式为[[0-100]]。\n指令：{instruction}\n回答：{model_output}",
    "",
    {"instruction": "input", "model_output": "output"},
    ("pattern", "", 0, 100),
)
PROGRAMS["Japanese, true or false"] = Case(
    """回答が判定基準を満たしているか判定してください。
質問: {question}
回答: {lm_output}
判定基準: {判定基準}
満たしていれば "true"、そうでなければ "false" とだけ出力してください。
""",
    "",
    {"question": "input", "lm_output": "output", "判定基準": "statement"},
    ("first_word", "", ("true",), ("false",)),
)
PROGRAMS["Japanese, five steps"] = Case(
    """採点者として、回答を1,2,3,4,5の5段階で採点し、数字のみを出力してください。
問題: {{ input }}
正解例: {{ references[0] }}
採点基準: {{ 採点基準 }}
回答: {{ lm_output }}
""",
    "",
    {"input": "input", "references.0": "reference", "採点基準": "statement", "lm_output": "output"},
    ("score", "", 1, 5),
)
PROGRAMS["rules with numbers before options with letters"] = Case(
    """Hold the reply against the right one.
1. Both may be written in other words.
2. Ignore how it was worked out.
A: CORRECT
B: INCORRECT
Just return the letters "A" or "B". An empty pair {} is nothing.
Question: {problem}
<Standard Answer Begin>: {answer}
Reply: {prediction}
""",
    "",
    {"problem": "input", "answer": "reference", "prediction": "output"},
    ("first_word", "", ("A",), ("B",)),
)
PROGRAMS["a choice between escaped quotes"] = Case(
    'Find out whether the {response} is made up. The answer MUST be \\"Yes\\" or \\"No\\".',
    "",
    {"response": "output"},
    ("first_word", "", (), ()),
)
