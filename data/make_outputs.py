"""Make the sample project's first version by really asking a local model, one call for each variant.

Run a server that speaks OpenAI's protocol (for example llama.cpp's), then::

    python data/make_outputs.py --base-url http://127.0.0.1:8080/v1 --model qwen2.5-coder-1.5b

Every input is answered at two temperatures, those about the recall at the lower one only. The file is
appended to as answers come in, so the script can be stopped and started again; then `make_traffic.py` gives
them their times.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent
OUT = DATA / "sample_outputs.jsonl"
MAX_TOKENS = 150
PROMPTS = {
    "support_replies": (
        "You answer for a small online shop. Be friendly and brief (at most 90 words). Use only "
        "facts of the internal note, promise nothing else, and say what happens next. Answer in the "
        "customer's language.\n\nCustomer: {input}\n\nInternal note: {context}\n\nReply:"
    ),
    "product_descriptions": (
        "Write a product description of 50 to 80 words in the language of the facts, with a bold "
        "title and three bullet points in Markdown. State only the given facts, no superlatives, "
        "and do not mention complaints.\n\nFacts: {input}\nBuyers say: {context}"
    ),
    "meeting_summaries": (
        "Summarise this meeting in its language in two sentences, then list the actions as bullets "
        "in the form 'who: what, by when'. Add nothing that was not said; say what was left "
        "undecided.\n\n{input}"
    ),
}
FILES = {name: name for name in PROMPTS} | {"recall_replies": "support_replies"}
"""The pipeline of each file of inputs; the recall is what customers write about in the last week."""
TEMPERATURES = {"a": 0.2, "b": 0.9}


def variants() -> Iterator[dict[str, Any]]:
    """Every (input, temperature), those of one input far apart."""
    for number, (letter, temperature) in enumerate(TEMPERATURES.items()):
        for file, pipeline in FILES.items():
            for line in (DATA / "inputs" / f"{file}.jsonl").read_text("utf-8").splitlines():
                record = json.loads(line)
                if file != "recall_replies" or letter == "a":
                    yield record | {
                        "pipeline": pipeline,
                        "version": "v1",
                        "temperature": temperature,
                        "seed": 7 + number,
                        "id": f"{record['id']}-v1{letter}",
                        "group": record["id"],
                    }


def answer(client: Any, model: str, variant: dict[str, Any]) -> dict[str, Any]:
    """One variant's record with the model's answer."""
    template = PROMPTS[variant["pipeline"]]
    prompt = template.format(input=variant["input"], context=variant.get("context", ""))
    done = client.chat.completions.create(
        model=model,
        temperature=variant["temperature"],
        seed=variant["seed"],
        max_tokens=MAX_TOKENS,
        messages=[{"role": "user", "content": prompt}],
    )
    choice = done.choices[0]
    fields = ("id", "pipeline", "language", "group", "version", "input", "temperature")
    record = {name: variant[name] for name in fields} | {"context": variant.get("context", "")}
    text = (choice.message.content or "").strip()
    return record | {"output": text, "model": model, "finish_reason": choice.finish_reason}


def main() -> None:
    """Ask for everything that is missing."""
    import openai

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--model", required=True)
    chosen = parser.parse_args()
    client = openai.OpenAI(base_url=chosen.base_url, api_key="none", timeout=300)
    lines = OUT.read_text("utf-8").splitlines() if OUT.exists() else []
    known = {json.loads(line)["id"] for line in lines}
    with OUT.open("a", encoding="utf-8") as file:
        for variant in variants():
            if variant["id"] not in known:
                record = answer(client, chosen.model, variant)
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                file.flush()
                print(record["id"], record["output"][:60].replace("\n", " "))


if __name__ == "__main__":
    main()
