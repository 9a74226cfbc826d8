"""HELM's statistics of each instance apart from the answers, as per_instance_stats.json gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labelcore.store.formats.base import Record, Remark, tool
from labelcore.store.formats.fields import Said, each, entries, first, likeness, plain, remark
from labelcore.store.formats.helm import id_of
from labelcore.store.formats.notes import said_of
from labelcore.wording import in_chinese

_COUNTS = re.compile(
    r"num_|training_|inference_|batch_size|finish_reason_|prompt_truncated|max_prob|logprob|perplexity|"
    r"bits_per_byte|predicted_index"
)
"""Statistics that tell how an answer came about, and not how good it is."""


def _is_instance(record: Record) -> bool:
    stats = entries(record.get("stats"))
    named = any(isinstance(stat.get("name"), dict) and "mean" in stat for stat in stats)
    return {"instance_id", "train_trial_index"} <= record.keys() and named


@tool(
    "helm_stats",
    "HELM statistics of instances",
    get="Take per_instance_stats.json from the folder of a run, after scenario_state.json or "
    "display_predictions.json of the same run came in. Other runs have the same ids: bring outputs and "
    "statistics of one run in a project.",
    brings="What was measured of outputs that came in before, found by the instance's id: each metric comes "
    "as a verdict. Counts of tokens, times and the like stay out.",
    recognise=likeness(_is_instance),
    alone=True,
)
@each(_is_instance)
def rows(number: int, record: Record) -> Iterator[Said]:
    """A row for each instance."""
    yield from said_of(number, id_of(record), list(_metrics(record)))


def _metrics(record: Record) -> Iterator[Remark]:
    for stat in entries(record.get("stats")):
        name = plain(first(stat, "name.name"))
        if name and not _COUNTS.match(name):
            yield from remark("verdict", name, stat.get("mean"))


in_chinese(
    {
        "HELM statistics of instances": "HELM 实例统计",
        "Take per_instance_stats.json from the folder of a run, after scenario_state.json or "
        "display_predictions.json of the same run came in. Other runs have the same ids: bring outputs and "
        "statistics of one run in a project.": (
            "先导入同一次运行的 scenario_state.json 或 display_predictions.json，再取其文件夹中的 "
            "per_instance_stats.json。不同运行的编号相同：一个项目中只导入一次运行的输出和统计。"
        ),
        "What was measured of outputs that came in before, found by the instance's id: each metric comes as "
        "a verdict. Counts of tokens, times and the like stay out.": (
            "对之前导入的输出的测量，按实例编号对应：每个指标成为判定。token 数、耗时等不导入。"
        ),
    }
)
