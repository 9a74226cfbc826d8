"""Prompts within JavaScript and TypeScript: each of its list, however large or deep the program is."""

from __future__ import annotations

import pytest

from labelcore.judges.foreign_prompts import recognise
from labelcore.judges.foreign_prompts.programs import is_program, prompts_of

_CHATBOT = "You are a helpful chatbot of a bank."
_JUDGE = "You judge politeness. Say YES or NO."
_SYSTEM = '{ role: "system", content: %r }'
_USER = '{ role: "user", content: `Reply: ${output}` }'
_ASKED = '{ role: "user", content: `${question}` }'


def _lists(judge: str) -> str:
    return (
        'import OpenAI from "openai";\nexport async function answer(question) {\n'
        f"  return client.chat({{ messages: [{_SYSTEM % _CHATBOT}, {_ASKED}] }});\n}}\n"
        f"export async function judge(output) {{\n{judge}\n}}\n"
    )


@pytest.mark.parametrize(
    "judge",
    [
        f"  return client.chat({{ messages: [{_SYSTEM % _JUDGE}, {_USER}] }});",
        f"  const chat = [{_SYSTEM % _JUDGE}];\n  chat.push({_USER});\n  return client.chat(chat);",
        "  return client.chat({ messages: [{ role: 'system', content: "
        f"['You judge politeness.', 'Say YES or NO.'].join(' ') }}, {_USER}] }});",
    ],
)
def test_two_lists_of_messages_are_two_prompts(judge: str) -> None:
    template = recognise(_lists(judge)).template
    assert (template.system, template.user) == (_JUDGE, "Reply: {{output}}")


def test_outside_of_lists_a_system_message_after_others_begins_a_prompt() -> None:
    pushed = (_SYSTEM % _CHATBOT, _ASKED, _SYSTEM % _JUDGE, _USER)
    program = "const chat = start();\n" + "".join(f"chat.push({message});\n" for message in pushed)
    template = recognise(program).template
    assert (template.system, template.user) == (_JUDGE, "Reply: {{output}}")
    one = recognise(f"const chat = [{', '.join(pushed[:2])}, {pushed[3]}, {pushed[2]}];\n").template
    assert one.system == f"{_CHATBOT}\n\n{_JUDGE}"


def test_a_system_message_of_other_words_is_not_put_before_a_prompt() -> None:
    alone = "  return client.complete(`Is this reply polite? ${output} Say YES or NO.`, {prompt: true});"
    named = (
        alone.replace("return client.complete(", "const prompt = (").replace("(`", "`").replace("`,", "`; (")
    )
    template = recognise(_lists(named)).template
    assert template.system == "" and template.user.startswith("Is this reply polite?")


@pytest.mark.parametrize(
    "text",
    [
        "let us look at the answer (with care): {output}\nSay YES or NO.",
        "type PASS or FAIL (nothing else). Reply: {output}",
        "import what the rule says (a = b) into your judgement of {output}. Say YES or NO.",
        "export your judgement of {output} as one word (YES or NO).",
        "const means that nothing changes (x = y): is {output} const? Say YES or NO.",
        "let {output} be a reply (to a customer). Is it polite? Say YES or NO.",
        "interface texts (buttons, titles): {output}\nSay YES or NO.",
        "function words (the, of) count: {output}\nSay YES or NO.",
    ],
)
def test_words_that_begin_as_a_program_may_are_a_prompt(text: str) -> None:
    assert recognise(text).template.user == text.replace("{output}", "{{output}}")


@pytest.mark.parametrize(
    "begin",
    [
        "let x = 1;",
        "const f: (a: string) => string = (a) => a;",
        "const { a, b } = require('c');",
        "type Verdict = 'pass' | 'fail';",
        "interface Verdict { pass: boolean }",
        "import OpenAI from 'openai';",
        "import OpenAI, { toFile } from 'openai';",
        "import * as ai from 'ai';",
        "import type { Chat } from 'ai'",
        "import 'dotenv/config';",
        "export * from './judges';",
        "export default { prompt: 1 }",
        "export default async function judge(output) {",
        "export default defineConfig({",
        "export enum Verdict { pass, fail }",
        "export abstract class Judge extends Base {",
        "async function judge(output) {",
        "'use strict'",
        "/* A */ /* B */\n// C\nvar x = 1;",
    ],
)
def test_programs_are_known_by_what_they_begin_with(begin: str) -> None:
    assert is_program(f"{begin}\nconst y = (1);\n")


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ('x ? "}" : output', "output"),
        ("x ? `${y ? '`' : \"}\"}` : output", "output"),
        ("output ?? '}'", "output"),
        ("chat?.output", "chat.output"),
        ("context ? `Context: ${context}` : ''", "context"),
        ("[output].map((o) => { return `{${o}`; })", "output"),
    ],
)
def test_a_place_in_a_template_ends_behind_the_texts_in_it(place: str, name: str) -> None:
    (prompt,) = prompts_of(f"const PROMPT = `Is it polite? ${{{place}}} Say YES or NO.`;\n")
    assert prompt.text == f"Is it polite? ${{{name}}} Say YES or NO."


@pytest.mark.in_part(2)
@pytest.mark.parametrize(
    "text",
    [
        "const a = " + "`${" * 30_000,
        "const a = " + "`${b ? " * 10_000 + "}`" * 10_000,
        "const a = [" + '"b", ' * 19_000 + "];",
        "const a = [" + '"b", ' * 19_000 + '].join("\\n");',
        "const a = [" * 9_000,
        "const a = 1;\n" + "const f = () => 'b';\n" * 4_500,
        "const a = '" + "\\'" * 49_000,
        "const a = 1; " + "/*" * 49_000,
        "/**/" * 20_000 + "x",
        "const a = `${" + "b" * 90_000 + "(c)}`",
        "const a = `${" + "'" * 90_001,
        "const a = " + '"b" + ' * 16_000 + '"c";',
    ],
    ids=range(12),
)
def test_no_depth_and_no_number_of_texts_stops_the_reading(text: str) -> None:
    """Most of these take minutes or end in an error where a text is read again for each one in it."""
    prompts_of(text)
