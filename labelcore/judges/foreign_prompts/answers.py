"""The form of answer that a prompt from elsewhere asks for, read off its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from labelcore.judges.answer_formats import ASSENT, DISSENT, AnswerFormat, plain
from labelcore.judges.foreign_prompts import directions, polarity
from labelcore.judges.foreign_prompts.binary import binary_meanings
from labelcore.judges.foreign_prompts.choices import (
    any_choice,
    first_choice,
    letters,
    main_choice,
    options_listed,
)
from labelcore.judges.foreign_prompts.json_answers import JsonAnswer, json_answer, names_verdict
from labelcore.judges.foreign_prompts.labels import (
    PLACE_OF_LABEL,
    SCORES,
    SHORT,
    by_label,
    by_place,
    each_label,
    labelled,
    with_field,
)
from labelcore.judges.foreign_prompts.options import Scale
from labelcore.judges.foreign_prompts.scales import NUMBER, accepted_from, anchored_rows, range_of
from labelcore.models import Fact, Frozen, fact

_TAGS = (
    "score rating grade verdict label judgement judgment decision result answer evaluation classification "
    "评分 结论 判定"
).split()
_BOXED = re.compile(
    r"(?:enclosed?|put|wrap|within|inside|output|answer|scores?|verdict|return)\b[^.\n]{0,60}"
    r"\\boxed ?\{+(?P<inside>[^{}\n]{0,60})",
    re.IGNORECASE,
)
_OVERALL = re.compile(
    r"\b(?:overall|final|total) (?:score|rating)\b|总体评分|综合评分|总评分|综合得分|総合評価|総合スコア",
    re.IGNORECASE,
)
_OF_EACH = re.compile(r"\b(?:for|to|of|on) each\b|每个|各(?:个|项|维度|標準|評価)|それぞれ", re.IGNORECASE)
_IN_JSON = re.compile(
    r"(?:^|[.:;\n]\s*|\bplease |\bmust |\bonly )(?:only )?(?:return|output|respond|reply|answer|provide)\b"
    r"[^.\n]{0,60}\b(?:in|as|with)\b[^.\n]{0,30}\bJSON\b|(?:以|按照?|用)[^。\n]{0,12}JSON[^。\n]{0,12}(?:返回|输出|回答)|"
    r"JSON(?:形式|フォーマット)?で",
    re.IGNORECASE,
)
_STEPS = r"step[ -]by[ -]step|last (?:line|word)|final line|at the end|then |最后|末尾|结尾"
_AT_THE_END = re.compile(
    rf"{_STEPS}|end (?:your|with|by)|conclude|finally|on (?:a|its) (?:new|own|separate) line|单独一行",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"single (?:word|character|letter|token)|one word|only (?:with|the word|output|answer|respond|return)|"
    r"(?:answer|respond|reply|output|return) (?:only|with only|just)|first (?:word|line)|"
    r"(?:just|simply) (?:return|reply|answer)|(?:只|仅)(?:输出|回答|返回|需)|直接(?:输出|回答)|一个(?:词|字)|"
    r"(?:とだけ|だけを?|のみを?)(?:出力|回答|答え|返)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:single|one) (?:word|character|letter|token|number)|"
    r"\bonly (?:as|with) an? (?:number|integer|score)\b|"
    r"(?:only|just) (?:the|a) (?:word|letter|number|label)|(?:answer|respond|reply) only with|"
    r"(?:只|仅)(?:输出|回答|返回)|(?:とだけ|だけを?|のみを?)(?:出力|回答|答え|返)",
    re.IGNORECASE,
)
"""Words that ask for a form of answer, be it known or not."""
_ONE_NUMBER = re.compile(
    r"\b(?:return|output|respond|reply|answer)\b[^.\n]{0,30}\b(?:single|only an?|just an?) (?:integer|number|"
    r"numeric)\b",
    re.IGNORECASE,
)
"""A number is the whole answer, whatever words stand elsewhere."""
_RATING = re.compile(
    rf"{NUMBER}|{NUMBER} ?(?:[-–~～〜至到]|to) ?{NUMBER}|rating|score|number|integer|n|x|"
    r"评分|分数|数字|整数|点数|評点",
    re.IGNORECASE,
)


_SCORE_IN_TAG = re.compile(
    r"<(?P<inside>[A-Z]\w{0,20})>[^<⟨\n]{0,40}\b(?:score|rating)\b[^<⟨\n]{0,30}</(?P=inside)>"
    r"|\b(?:score|rating)\b[^<⟨]{0,80}<(?P<around>[A-Z]\w{0,20})>[^<⟨\n]{0,8}</(?P=around)>"
    r"|\b(?:score|rating)\b[^.<⟨\n]{0,40} (?:inside|within|in|between) (?:the |a )?"
    r"<(?P<named>[A-Z]\w{0,20})>",
    re.IGNORECASE,
)
_WORDS_IN_TAG = re.compile(
    r"<(?P<name>[A-Za-z]\w{0,30})>\s*(?P<inside>[^<⟨\n|]{1,24}(?:\|[^<⟨\n|]{1,24}){1,2})</(?P=name)>"
)
_INSIDE_TAG = re.compile(
    r"(?P<before>[^\n]{3,120}?) (?:inside|in|within|between) (?:the )?<(?P<name>[A-Za-z]\w{0,30})>"
)


_JUDGED_ONE = re.compile(
    r"\b(?:students?|candidates?|solver|predicted|extract|is enclosed)\b|学生|考生|提取", re.IGNORECASE
)
"""Words of a sentence that speaks of the answer that is judged."""


class FoundAnswer(Frozen):
    """The form that was found; None where the prompt asks for none, and labelcore asks for its form.

    ``form_asked``: it asks for a form in which no verdict is known. ``words`` must be asked about, and
    whether more is better where ``direction_asked``. The prompt itself accepts scores ``accepted_from`` on.
    ``added``: what must be asked for below its words, since its tool does so in code.
    """

    answer: AnswerFormat | None = None
    form_asked: bool = False
    words: tuple[str, ...] = ()
    direction_asked: bool = False
    accepted_from: float | None = None
    added: str = ""
    notices: tuple[Fact, ...] = ()


def find_answer(text: str, field: str = "") -> FoundAnswer:
    """What form of answer a prompt asks for; ``text`` has its variables as ``⟨name⟩``. ``field``: of a JSON
    answer with its verdict, where a person names it.
    """
    by_mark = None if field else next(filter(None, (by(text) for by in _MARKS)), None)
    asked = None if by_mark else json_answer(text, field)
    if asked and (told := _not_one_field(asked, text)):
        return told
    by_json = None
    if asked and asked.field:
        by_json = with_field(AnswerFormat(kind="json", field=asked.field, passes=asked.words), asked.field)
    answer = by_mark or by_json or by_label(text)
    if answer is None and (labels := each_label(text)):
        return FoundAnswer(form_asked=True, notices=(fact("foreign_several_verdicts", names=labels),))
    if answer is None and (binary := _binary(text)):
        return binary
    alone = _by_scale(text) if _ONE_NUMBER.search(text) else None
    answer = answer or alone or _by_word(text) or _by_option(text) or _by_scale(text)
    if answer is None:
        return FoundAnswer(form_asked=_BARE.search(text) is not None)
    return with_words(answer, text) if answer.words else with_scale(answer, text)


def _binary(text: str) -> FoundAnswer | None:
    """1 or 0, where the prompt lets choose between nothing else; which passes is asked if it is not said."""
    words = main_choice(text)
    meanings = binary_meanings(text) if not words or {*words} == {"0", "1"} else {}
    form = _alone_or_last(tuple(meanings), text)
    if form is None:
        return None
    passes, fails = (tuple(n for n in meanings if meanings[n] == kind) for kind in ("pass", "fail"))
    sorted_form = form.model_copy(update={"passes": passes, "fails": fails})
    return FoundAnswer(answer=sorted_form, words=() if passes else form.passes)


def _not_one_field(asked: JsonAnswer, text: str) -> FoundAnswer | None:
    """What must be asked where JSON is asked for and no one field of it is known to hold the verdict."""
    if asked.is_list:
        list_of = fact("foreign_list_of_verdicts", field=asked.field.removeprefix("*."))
        return FoundAnswer(form_asked=True, notices=(list_of,))
    if asked.fields and not asked.field:
        no_field = fact("foreign_no_verdict_field", fields=list(asked.fields[:8]))
        return FoundAnswer(form_asked=True, notices=(no_field,))
    if not asked.fields and _IN_JSON.search(text):
        return FoundAnswer(form_asked=True)
    if asked.field and not asked.words and not asked.is_number:
        form = AnswerFormat(kind="json", field=asked.field)
        return FoundAnswer(answer=form, form_asked=True)
    return None


def with_scale(answer: AnswerFormat, text: str, tool: Scale | None = None) -> FoundAnswer:
    """A score with the ends that the prompt names, else those of its tool. One that passes from a number on
    is better the higher it is; where that tells no scores of the prompt's scale apart, it is not known.
    """
    low, high = range_of(text)
    passes_from = tool.pass_from if tool else None
    if passes_from is not None and low is not None and high is not None and not low < passes_from <= high:
        passes_from = None
    # what each score of a line means may be anything: the order of its numbers says nothing
    better = directions.higher_is_better(text, said_only=bool(anchored_rows(text)))
    accepted = accepted_from(text, low, high)
    if passes_from is not None:
        better, accepted = True, passes_from
    if tool and low is None:
        low, high = tool.low, tool.high
    ranged = answer.model_copy(update={"low": low, "high": high, "higher_passes": better is not False})
    return FoundAnswer(answer=ranged, direction_asked=better is None, accepted_from=accepted)


def with_words(answer: AnswerFormat, text: str) -> FoundAnswer:
    """Its words sorted into passes and fails; what the prompt does not say is left to be asked."""
    if answer.fails:
        return FoundAnswer(answer=answer)
    words = answer.passes
    meanings = _meanings(answer, text)
    passes, fails, abstains, open_ = (
        tuple(word for word in words if meanings[word] == kind) for kind in ("pass", "fail", "abstain", "")
    )
    if not passes or not fails:
        open_, passes, fails, abstains = words, (), (), ()
    sorted_words = {"passes": passes, "fails": fails, "abstains": abstains}
    return FoundAnswer(answer=answer.model_copy(update=sorted_words), words=open_)


def _meanings(answer: AnswerFormat, text: str) -> Mapping[str, str]:
    """Word -> what it means. Yes and no in a field mean what its name says, and only that of a verdict leaves
    it to the prompt.
    """
    words, lettered = answer.passes, letters(text)
    if answer.field and not names_verdict(answer.field) and set(map(plain, words)) <= ASSENT | DISSENT:
        return dict.fromkeys(words, "")
    if all(word in lettered and len(word) == 1 for word in words):
        meanings = {word: polarity.meaning(lettered[word]) for word in words}
        if any(meanings.values()):
            return meanings
    return polarity.sort(words, text)


def _by_brackets(text: str) -> AnswerFormat | None:
    """``Rating: [[7]]``, ``[[A]]``."""
    inside = re.findall(r"\[\[[ \t]*([^\[\]\n]{1,20}?)[ \t]*\]\]", text)
    if any(map(_RATING.fullmatch, inside)):
        return AnswerFormat(kind="pattern", pattern=r"\[\[\s*(-?\d+(?:\.\d+)?)\s*\]\]")
    words = tuple(dict.fromkeys(word for word in inside if not re.search(r"⟨|verdict|label|grade", word)))
    pattern = r"\[\[\s*([^\[\]\n]{1,20}?)\s*\]\]"
    return AnswerFormat(kind="pattern", pattern=pattern, passes=words) if words else None


def _by_result_mark(text: str) -> AnswerFormat | None:
    """``Feedback: … [RESULT] 3``."""
    mark = re.search(r"(\[(?:RESULT|SCORE|结果|评分)\])[ \t]*([^\n]{0,80})", text)
    if not mark:
        return None
    name, words = re.escape(mark[1]), first_choice(mark[2]) or any_choice(mark[2])
    value = r"[\s:：*(]*([^\s*)]{1,20})" if words else r"[\s:：*(\[]*(\d+(?:\.\d+)?)"
    return AnswerFormat(kind="pattern", pattern=f"(?i){name}{value}", passes=words)


def _by_tag(text: str) -> AnswerFormat | None:
    """``<score>4</score>``: a tag in which no variable stands, or each of two words."""
    for name in _TAGS:
        inside = dict.fromkeys(re.findall(rf"<{name}>\s*([^<⟨\n]{{1,30}}?)\s*</{name}>", text, re.IGNORECASE))
        if len(inside) > 1 and any(map(polarity.meaning, inside)):
            return _in_tag(name, tuple(inside))
        for match in re.finditer(rf"<{name}>(?P<inside>[^<⟨]{{0,200}})</{name}>", text, re.IGNORECASE):
            near = text[max(0, match.start() - 300) : match.end() + 300]
            words = first_choice(match["inside"]) or (() if SCORES.search(name) else first_choice(near))
            if words or SCORES.search(name):
                return _in_tag(name, words)
    return None


def _by_other_tag(text: str) -> AnswerFormat | None:
    """``<violation>yes|no</violation>``, or "'correct' or 'incorrect' inside <correctness> tags"."""
    for match in _WORDS_IN_TAG.finditer(text):
        words = [plain(word) for word in match["inside"].split("|")]
        if any(polarity.meaning(word) or word in DISSENT for word in words):
            return _in_tag(match["name"], words)
    for match in _INSIDE_TAG.finditer(text):
        if choice := first_choice(match["before"]):
            return _in_tag(match["name"], choice)
    return None


def _in_tag(name: str, words: Sequence[str]) -> AnswerFormat:
    pattern = rf"(?is)<{name}>\s*(.{{0,40}}?)\s*</{name}>"
    return AnswerFormat(kind="pattern", pattern=pattern, passes=tuple(words))


def _by_numbered_tag(text: str) -> AnswerFormat | None:
    """``<S2>your score</S2>``, or the score between such tags, whose name says nothing."""
    tag = _SCORE_IN_TAG.search(text)
    if tag is None:
        return None
    name = tag["inside"] or tag["around"] or tag["named"]
    return AnswerFormat(kind="pattern", pattern=rf"(?is)<{name}>\s*(-?\d+(?:\.\d+)?)\s*</{name}>")


def _by_box(text: str) -> AnswerFormat | None:
    """The answer in LaTeX's box."""
    asked = _BOXED.search(text)
    if asked is None or _JUDGED_ONE.search(asked[0]) or _JUDGED_ONE.search(text[: asked.start()][-80:]):
        return None
    if words := first_choice(asked["inside"]) or main_choice(text):
        pattern = r"\\boxed\s*\{+\s*(?:\\text\s*\{)?\s*([^{}\n]{1,30}?)\s*\}"
        return AnswerFormat(kind="pattern", pattern=pattern, passes=words)
    return AnswerFormat(kind="pattern", pattern=r"\\boxed\s*\{+\s*(-?\d+(?:\.\d+)?)\s*\}")


def _by_word(text: str) -> AnswerFormat | None:
    """A choice of words, at the beginning or at the end of the answer."""
    words = main_choice(text)
    return by_place(text, words) or _alone_or_last(words, text)


def _by_option(text: str) -> AnswerFormat | None:
    """One of the words that a prompt lists, behind the label that it gives a place: ``Answer: [Answer]``."""
    words = options_listed(text)
    place = PLACE_OF_LABEL.search(text) if words else None
    if place:
        return AnswerFormat(kind="pattern", pattern=labelled(place["label"], SHORT), passes=words)
    return _alone_or_last(words, text)


def _alone_or_last(words: tuple[str, ...], text: str) -> AnswerFormat | None:
    if not words:
        return None
    alone = _ALONE.search(text) and not re.search(_STEPS, text, re.IGNORECASE)
    at_end = _AT_THE_END.search(text) and not alone
    return AnswerFormat(kind="last_word" if at_end else "first_word", passes=words)


def says_where(text: str) -> bool:
    """Whether a prompt says that its verdict stands alone, or at the end."""
    return any(pattern.search(text) for pattern in (_ALONE, _AT_THE_END))


def _by_scale(text: str) -> AnswerFormat | None:
    """A number on a scale, wherever in the answer; the overall one where each of several things has one."""
    overall = _OVERALL.search(text) if _OF_EACH.search(text) else None
    if overall and range_of(text) != (None, None):
        return AnswerFormat(kind="pattern", pattern=labelled(overall[0], r"(-?\d+(?:\.\d+)?)"))
    return AnswerFormat(kind="score") if range_of(text) != (None, None) else None


_MARKS = (_by_brackets, _by_result_mark, _by_tag, _by_other_tag, _by_numbered_tag, _by_box)
