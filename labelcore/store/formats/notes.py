"""What people wrote without a value: it is no grade, and stays beside the output or is kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labelcore.models import RejectedRow
from labelcore.store.formats.base import RAW, FormatRow, Remark
from labelcore.wording import Wording, in_chinese

_NO_VALUE = Wording("it is a note without a grade, and the output that it is about is not in this file")

UNREADABLE = Wording("a value in this record is of a kind that its tool does not write there")


def parted(remarks: Iterable[Remark]) -> tuple[tuple[Remark, ...], str]:
    """The remarks with a value, and what people wrote that is the reason of none of them."""
    remarks = tuple(remarks)
    valued = tuple(remark for remark in remarks if remark.value)
    told = {(remark.who, remark.reason) for remark in valued}
    notes = (
        remark.reason for remark in remarks if not remark.value and (remark.who, remark.reason) not in told
    )
    return valued, "\n".join(dict.fromkeys(notes))


def said_of(number: int, name: str, remarks: Iterable[Remark]) -> Iterator[FormatRow | RejectedRow]:
    """What was said of an output that came in before, by its id; a note that nothing is left of, apart."""
    valued, note = parted(remarks)
    if valued or not note:
        yield FormatRow(number, "", id=name, remarks=valued)
    if note:
        yield RejectedRow(row=number, field="", reason=_NO_VALUE, raw=note[:RAW])


in_chinese(
    {
        "it is a note without a grade, and the output that it is about is not in this file": (
            "这是一条没有评分的备注，而它所评论的输出不在此文件中"
        ),
        "a value in this record is of a kind that its tool does not write there": (
            "这条记录中某个值的类型不符合该工具的格式"
        ),
    }
)
