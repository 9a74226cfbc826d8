"""Amazon Bedrock evaluation jobs: what models answered, and how a judge, a metric or people rated it."""

from __future__ import annotations

from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import (
    Exchange,
    Said,
    each,
    entries,
    first,
    likeness,
    made,
    passages,
    plain,
    remark,
)
from labelcore.wording import in_chinese

_PROMPTS = (
    "inputRecord.prompt.text",  # of SageMaker
    "inputRecord.prompt",
    "inputRecord.promptText",
    "inputRecord.conversationTurns.0.prompt.content.0.text",
)


def _is_record(record: Record) -> bool:
    answered = any("response" in one or "text" in one for one in entries(record.get("modelResponses")))
    return isinstance(record.get("inputRecord"), dict) and answered


@tool(
    "bedrock_evaluation",
    "Amazon Bedrock evaluation results",
    get="Take the …_output.jsonl of a finished evaluation job from its S3 folder.",
    brings="Each model's response becomes an output with its prompt, reference, context and category; those "
    "to one prompt are of one source. A judge's and a metric's scores come as verdicts, people's thumbs and "
    "ratings of one response as grades, one for each worker.",
    recognise=likeness(_is_record),
)
@each(_is_record)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each response of a model."""
    responses = entries(record.get("modelResponses"))
    prompt = plain(first(record, *_PROMPTS))
    for place, response in enumerate(responses or [{}]):
        yield made(
            number,
            Exchange(
                plain(first(response, "response", "text")),
                prompt,
                passages(first(response, "context", "contexts")),
            ),
            group=prompt if len(responses) > 1 else "",
            model=first(response, "modelIdentifier"),
            details={
                "expected": first(
                    record, "inputRecord.referenceResponse.text", "inputRecord.referenceResponse"
                ),
                "category": first(record, "inputRecord.category"),
            },
            remarks=[
                *(_scores(record) if len(responses) == 1 else []),
                *_people(record, place, len(responses)),
            ],
            raw=record,
        )


def _scores(record: Record) -> list[Remark]:
    remarks: list[Remark] = []
    for score in entries(first(record, "automatedEvaluationResult.scores")):
        why = first(score, "evaluatorDetails.0.explanation")
        remarks += remark("verdict", first(score, "metricName"), first(score, "result"), reason=why)
    return remarks


def _people(record: Record, place: int, count: int) -> list[Remark]:
    """What each worker said of one response; a comparison of two says nothing of either."""
    remarks: list[Remark] = []
    for answer in entries(first(record, "humanEvaluationResult.humanAnswers")):
        results = first(answer, "answerContent.evaluationResults")
        who, when = first(answer, "workerId"), first(answer, "submissionTime")
        for kind in ("thumbsUpDown", "individualLikertScale"):
            for said in entries(first(results, kind)):
                about = plain(first(said, "modelResponseId"))
                if about == str(place) or (count == 1 and not about):
                    name = first(said, "metricName")
                    remarks += remark("grade", name, first(said, "result"), who=who, at=when)
    return remarks


in_chinese(
    {
        "Amazon Bedrock evaluation results": "Amazon Bedrock 评估结果",
        "Take the …_output.jsonl of a finished evaluation job from its S3 folder.": (
            "从已完成的评估任务的 S3 文件夹取 …_output.jsonl。"
        ),
        "Each model's response becomes an output with its prompt, reference, context and category; those to "
        "one prompt are of one source. A judge's and a metric's scores come as verdicts, people's thumbs and "
        "ratings of one response as grades, one for each worker.": (
            "每个模型的回答成为一条输出，附带提示词、参考答案、上下文和类别；同一提示词的回答属于同一来源。评判模型"
            "和指标的分数成为判定；人对单个回答的赞踩和评级按人各作为一条评分导入。"
        ),
    }
)
