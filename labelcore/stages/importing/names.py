"""What a column's name tells of it: a list of names, or the noun that it is about ("the bot's reply")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from labelcore.text import chats

NAMES: dict[str, tuple[str, ...]] = {
    meaning: tuple(words.split())
    for meaning, words in {
        "output": "output outputs response responses answer answers completion prediction generation "
        "model_output llm_output model_response model_answer assistant_response ai_response bot_response "
        "agent_response generated_text generated_answer generated_response generated_output final_response "
        "completions generations generated_sql predicted_sql sql_generated generated_code model_patch "
        "system_answer final_answer actual_output predicted_answer summary reply replies translation "
        "translated_text model_translation mt_output hypothesis decoded text 译文 翻译 输出 模型输出 回答 "
        "模型回答 模型回复 回复 答复 答案 生成内容 生成结果 出力 応答 回覆 模型回覆 輸出 답변 응답 "
        "ответ resposta risposta الإجابة الجواب الرد उत्तर जवाब antwort ki_antwort modellantwort "
        "bot_antwort ausgabe modellausgabe réponse reponse respuesta salida",
        "input": "input inputs prompt question questions query instruction user_input user_message "
        "user_query user_prompt user_question customer_message request message 输入 问题 用户问题 "
        "用户输入 提问 提示 提示词 指令 質問 "
        "入力 frage kundenfrage nutzerfrage eingabe anfrage pregunta entrada pergunta domanda "
        "вопрос 질문 السؤال 輸入 問題 प्रश्न सवाल",
        "context": "context contexts documents document source_text passage passages transcript retrieved "
        "retrieved_contexts retrieved_context retrieved_docs retrieved_documents retrieved_chunks "
        "retrieved_passages retrieval_context source article text "
        "上下文 原文 资料 参考资料 背景 文脈 kontext",
        "conversation": "conversation conversations messages dialogue dialog chat chat_history turns history "
        "conversation_history message_history dialogue_history dialog_history chat_messages chat_log "
        "trace contents 对话 聊天记录 对话历史",
        "id": "id output_id example_id item_id uid uuid record_id sample_id row_id trace_id instance_id "
        "编号 序号",
        "group": "group group_id group_key doc_id document_id source_id session_id thread_id case_id "
        "question_id conversation_id 分组 会话",
        "model": "model model_name model_id model_name_or_path generator 模型",
        "prompt_version": "prompt_version prompt_id template version 提示版本 版本",
        "at": "timestamp created_at created time date datetime start_time submitted_at zeitstempel 时间 "
        "日期 创建时间 "
        "提交时间 提交答卷时间 タイムスタンプ horodateur",
        "grade": "human_grade human_label human_verdict human_score human_rating human_pass "
        "grade label pass passed rating verdict good is_good "
        "is_correct expert_gold score stars correct 评分 得分 结果 标注 是否通过 是否合格 評価 判定 "
        "标注结果 评测结果 评估结果 评价结果 等级 评级 "
        "bewertung korrekt 評分 évaluation avaliação valutazione оценка 평가 التقييم",
        "note": "note notes reason critique comment comments reviewer_comment grader_comment feedback "
        "explanation rationale 备注 原因 评语 意见 理由 评分理由 コメント kommentar begründung anmerkung "
        "備註 commentaire comentario commento комментарий التعليق remark remarks kommentare anmerkungen "
        "bemerkung bemerkungen commentaires remarque remarques comentarios observaciones observações "
        "примечание примечания 의견 코멘트 메모 ملاحظات टिप्पणी 建议 说明 评论 批注 備考 理由_コメント",
        "annotator": "annotator annotator_id rater rater_id grader labeler reviewer expert user worker "
        "graded_by reviewed_by labeled_by annotated_by rated_by by worker_id evaluator evaluator_id "
        "assessor annotator_name rater_name reviewer_name reviewer_id evaluated_by 标注人 标注员 标注者 "
        "评审人 评估人 评分人 打分人 评估者 评审员 審查者 評価者 評分者 採点者 bewerter bewerterin "
        "bewertet_von prüfer prüferin gutachter évaluateur évaluatrice annotateur evaluador evaluadora "
        "anotador avaliador valutatore оценщик эксперт разметчик 평가자 검토자 المقيّم المقيم",
    }.items()
}
"""The names that a meaning is known by. A reference is none of them: it stays in the metadata, where
scorers read it, and is nothing that the output was made from."""
_EMPTY = ("", "{}", "[]")
_WORDS = re.compile(r"^[^{]*(\s|[\u3040-\u9fff\uac00-\ud7af])")
_CRITERIA = frozenset(
    "criterion criteria criterium aspect dimension metric measure rubric 维度 指标 标准 评价维度 "
    "评测维度 評価項目 "
    "観点 評価観点 基準 kriterium critère critere criterio criterios критерий 기준 평가항목 평가_항목".split()
)
"""What a column is called that says which criterion a row grades."""


def by_name(
    columns: Sequence[str], rows: Sequence[dict[str, Any]], *, taken: Iterable[str] = ()
) -> dict[str, str]:
    """The columns that a name tells; a conversation also by what it holds."""
    columns_by_meaning: dict[str, str] = {}
    columns_by_name: dict[str, list[str]] = {}
    for column in columns:
        columns_by_name.setdefault(_plain(column), []).append(column)
    for meaning, names in NAMES.items():
        for name in filter(columns_by_name.__contains__, names):
            used = {*columns_by_meaning.values(), *taken}
            free = [column for column in columns_by_name[name] if column not in used]
            if free and _fits(meaning, free[0], rows):
                columns_by_meaning[meaning] = free[0]
                break
    for meaning in _HEADS:
        is_weak = meaning == "output" and _plain(columns_by_meaning.get("output", "")) in _WEAK
        if meaning not in columns_by_meaning or is_weak:
            used = {*columns_by_meaning.values(), *taken}
            if found := _by_head(meaning, columns, used, strong=is_weak):
                columns_by_meaning[meaning] = found
    if (
        "conversation" not in columns_by_meaning
        and "input" in columns_by_meaning
        and is_request(columns_by_meaning["input"], rows)
    ):
        columns_by_meaning["conversation"] = columns_by_meaning.pop("input")
    columns_by_meaning |= _instructed(columns_by_name, columns_by_meaning, rows)
    texts = {"output", "conversation"} & columns_by_meaning.keys()
    if "output" in texts and not {"context", "conversation"} & columns_by_meaning.keys():
        columns_by_meaning |= _dialogue(columns_by_name, rows, {*columns_by_meaning.values(), *taken})
    if (
        texts
        and "id" in columns_by_meaning
        and len({row.get(columns_by_meaning["id"]) for row in rows}) < len(rows)
    ):
        del columns_by_meaning["id"]  # what repeats in the first rows names no output
    return columns_by_meaning


def _fits(meaning: str, column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether the first values of a column can be what its name says; an empty object cannot."""
    if meaning == "conversation":
        return is_chat(column, rows)
    values = [str(row.get(column) or "").strip() for row in rows]
    if any(values) and all(value in _EMPTY for value in values):
        return False
    where = meaning == "context" and _plain(column) == "source"  # words, not where something came from
    return not where or not values or any(map(_WORDS.search, values))


def _instructed(
    columns: dict[str, list[str]], mapped: dict[str, str], rows: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Where instructions differ and stand before an input that may be empty, they ask, and it is context."""
    instruction, *_ = columns.get("instruction", [""])
    text = mapped.get("input", "")
    if not instruction or instruction == text or text not in columns.get("input", ()) or "context" in mapped:
        return {}
    asked = {str(row.get(instruction) or "") for row in rows}
    differ = len(asked) > 1 or any(not row.get(text) for row in rows)
    return {"input": instruction, "context": text} if differ and "" not in asked else {}


_DIALOGUES = ("dialogue", "dialog", "dialogue_history", "dialog_history", "conversation_history", "对话")


def _dialogue(
    columns_by_name: dict[str, list[str]], rows: Sequence[dict[str, Any]], used: set[str]
) -> dict[str, str]:
    """A dialogue written as one text, in which nobody can be told apart, as context."""
    for column in (column for name in _DIALOGUES for column in columns_by_name.get(name, ())):
        if column not in used and not any(chats.opening(str(row.get(column))) in {"[", "{"} for row in rows):
            return {"context": column}
    return {}


def is_chat(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether it is known who spoke in the first rows of a column."""
    texts = [text for row in rows if (text := str(row.get(column) or "").strip())]
    readings = [chats.turns(text) for text in texts]
    return bool(texts) and all(turns is not None for turns in readings)


def is_request(column: str, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether a column holds chats that are JSON."""
    return is_chat(column, rows) and chats.opening(str(rows[0].get(column) or "")) in {"{", "["}


def is_named(column: str, name: str) -> bool:
    """Whether a column bears a name, in any way of writing it."""
    return _plain(column) == name


def is_criteria(column: str) -> bool:
    """Whether a column is named like what is graded, one criterion a row."""
    return _plain(column).removesuffix("_name") in _CRITERIA


def is_anyone(column: str) -> bool:
    """Whether a person's column may as well be that of a product's user as that of who graded."""
    return _plain(column) in {"user", "worker", "by", "expert"}


def note_beside(column: str, columns: Iterable[str]) -> str | None:
    """The one column of notes that bears the rest of a grade's name ("Tone comment" beside "Tone")."""
    about = _rest(column, _MEASURE)
    found = [c for c in columns if c != column and is_note(c) and about and _rest(c, _NOTE) == about]
    return found[0] if len(found) == 1 else None


def is_note(column: str) -> bool:
    """Whether a name tells of notes, alone or at its end."""
    return _plain(column) in NAMES["note"] or bool(_NOTE.search(_plain(column)))


def _rest(column: str, part: re.Pattern[str]) -> str:
    """What is left of a name without the words of a measure or of a note."""
    return re.sub(r"[\W_]+", "", part.sub("", _plain(column)))


_MEASURE = re.compile(
    r"(?<![^\W_])(score|rating|grade|label|verdict|points?|bewertung|note|punkte|评分|得分|打分)(?![^\W_])|"
    r"(评分|得分|打分|评价|評価|평가|점수)$"
)
_NOTE = re.compile(
    r"(?<![^\W_])(comments?|notes?|remarks?|reasons?|explanation|rationale|kommentare?|anmerkung(en)?|"
    r"bemerkung(en)?|"
    r"begründung|commentaires?|remarques?|comentarios?|observaciones|комментарий|примечани[ея])(?![^\W_])|"
    r"(备注|评语|意见|理由|建议|原因|说明|コメント|의견|코멘트)$"
)
_HEADS: dict[str, frozenset[str]] = {
    meaning: frozenset(words.split())
    for meaning, words in {
        "output": "answer response reply output completion summary generation translation story "
        "simplification antwort ausgabe zusammenfassung übersetzung respuesta resumen réponse résumé "
        "resposta resumo risposta ответ 답변 응답 إجابة الإجابة جواب الجواب رد الرد",
        "input": "question prompt query instruction frage anfrage pregunta pergunta domanda вопрос 질문 "
        "سؤال السؤال",
        "note": "comment comments note notes remark remarks kommentar kommentare anmerkung anmerkungen "
        "bemerkungen "
        "commentaire commentaires remarques comentario comentarios observaciones комментарий "
        "комментарии 의견 코멘트",
    }.items()
}
"""The nouns that a name may be about: its last word, or in other languages its first ("Antwort der KI")."""
_ENDS = {
    "output": re.compile("(回答|回复|回覆|答复|输出|輸出|回應|応答|出力|译文|摘要)(内容|文本|原文|全文)?$"),
    "input": re.compile(
        "(用户|客户|顧客|お客様の|ユーザーの|客戶|使用者|提出的|您的)(问题|問題|提问|提問|質問|输入|入力)$"
    ),
    "note": re.compile("(备注|评语|意见|建议|備註|評語|コメント)$"),
}
_MODEL = r"(bot|chatbot|ai|assistant|model|llm|system|agent|tool)"
_NEVER = re.compile("(?!)")
_ASKED = {
    "output": re.compile(rf"^what_(did|was|is)_(the_)?({_MODEL}('s)?_)?(answer|reply|respond|response|say)$"),
    "input": re.compile("^what_(did_you_ask|was_(the|your)_(question|prompt|query))(_(the|to_the)_.*)?$"),
}
"""How a form asks for what was said, where it asks for no opinion."""
_FILLING = frozenset("shown text content given displayed full raw".split())
_OF = frozenset("of from von vom der des de del du da do di dell d".split())
_FIRST = frozenset(
    "respuesta resumen réponse résumé resposta resumo risposta ответ إجابة الإجابة جواب الجواب رد الرد "
    "pregunta pergunta "
    "domanda вопрос سؤال السؤال".split()
)
"""Nouns that stand first in their languages, without a word in between."""
_OTHER = re.compile(
    r"(?<![^\W_])(expected|references?|gold|golden|ideal|correct|standard|std|true|human|target|desired|"
    r"preferred|chosen|rejected|best|better|worst|winning|winner|user|previous|old|original|reviewer|rate|"
    r"rating|rank|score|quality|how|which|what|why|is|are|was|does|did|do|would|you|your|no|good|bad|"
    r"gt|ground|groundtruth|truth|tokens?|cost|price|latency|usage|"
    r"erwartete|richtige|korrekte|beste|muster|esperada|correcta|attendue|correcte|humaine|humana|esperado|"
    r"corretta|правильный|эталонный)(?![^\W_])|参考|标准|期望|正确|人工|预期|理想|是否|评分|质量|满意|如何|"
    r"怎么|模範|正解"
)
"""Words beside which a noun means something else than what the model said or was asked."""
_PEOPLE = (
    r"(?<![^\W_])(customers?|clients?|students?|pupils?|learners?|teachers?|experts?|patients?|buyers?|"
    r"doctors?|physicians?|users?)(?!_(service|support|care|success|question|query|inquiry|request|message|"
    r"email))(?![^\W_])|(?<![^\W_])(?<!an_)(?<!den_)(?<!dem_)(?<!für_)(kunden|kundin|kunde|nutzers?|"
    r"nutzerin|benutzers?|schülers?|schülerin|studenten|lehrers?)(?![^\W_])|(?<![^\W_])(del|de_la|de_las|"
    r"de_los|du|de_l['’]?|de_l_|da|do|dos|das|des|dell?['’_]?|della|degli|dei)_?(cliente?s?|clienta|"
    r"clienti|usuari[oa]s?|usuário|utilisateurs?|utente|utenti|alumn[oa]s?|aluno|estudiantes?|élèves?|"
    r"étudiants?|profesora?|professeur|professor|studente)(?![^\W_])|(?<![^\W_])(клиента|клиентов|"
    r"пользователя|пользователей|покупателя|студента|ученика|учителя|эксперта)(?![^\W_])|(?<![^\W_])(고객|"
    r"사용자|학생|교사)_|(العميل|المستخدم|الطالب|المعلم)(?![^\W_])"
)
_PERSON = (
    "(?<![给給对對致向])(用户|用戶|客户|客戶|顾客|顧客|使用者|学生|學生|老师|教师|专家|"
    "患者|买家|ユーザー|お客様|お客さま|先生)"
    "(们|們)?(的|の)?"
)
_SAID = {
    "output": re.compile(
        rf"{_PEOPLE}|{_PERSON}(回答|回复|回覆|答复|答案|输出|輸出|回應|応答|出力|译文|摘要)|"
        r"(?<![^\W_])(survey|questionnaire|http|source(?=_(translation|answer|response|reply|output)$)|"
        r"referenz|soll|lösungs|erwartete[rns]?|referencia|référence|referência|riferimento|"
        r"ожидаемый)(?![^\W_])|"
        r"(?<![^\W_])(muster|referenz|soll|ideal|lösungs|erwartungs|beispiel|ziel|gold|standard|kunden|"
        r"nutzer|benutzer|schüler|studenten|lehrer|experten|bürger)antwort"
    ),
    "note": re.compile(
        rf"{_PEOPLE}|{_PERSON}(备注|评语|意见|建议|備註|評語|コメント)|"
        r"(?<![^\W_])(release|patch|order|delivery|shipping|credit|debit|meeting|clinical|medical|discharge|"
        r"progress|lecture|product)(?![^\W_])"
    ),
}
"""Words beside which an answer or a note is that of a customer or a student, or of another kind."""


def _by_head(
    meaning: str, columns: Iterable[str], used: Iterable[str], *, strong: bool = False
) -> str | None:
    """The only column whose name is about an output, an input or notes; no question that people answer."""
    found = [column for column in columns if column not in used and _is_about(column, meaning, strong=strong)]
    return found[0] if len(found) == 1 else None


def _is_about(column: str, meaning: str, *, strong: bool) -> bool:
    name = _plain(column)
    if _ASKED.get(meaning, _NEVER).search(name) or _is_twice(name, meaning):
        return True
    if meaning != "note" and (re.search("[?？]", column) or _OTHER.search(name)):
        return False
    if meaning in _SAID and _SAID[meaning].search(name):
        return False
    if _ENDS[meaning].search(name):
        return True
    words = [word for word in re.split(r"[\W_]+", name) if word and not word.isdigit()]
    while len(words) > 1 and words[-1] in _FILLING:
        words.pop()
    if not 0 < len(words) <= _MOST_WORDS:
        return False
    heads = _HEADS[meaning] - _WEAK if strong else _HEADS[meaning]
    first, compound = words[0] in heads, meaning != "note" and len(words) == 1
    ends = compound and any(words[0].endswith(german) for german in ("antwort", "frage") if german in heads)
    return (
        words[-1] in heads or ends or (first and len(words) > 1 and (words[1] in _OF or words[0] in _FIRST))
    )


def _is_twice(name: str, meaning: str) -> bool:
    """Whether a name says the same in two languages ("Question 问题")."""
    parts = re.findall(r"[^\W\u3040-\u9fff\uac00-\ud7af]+|[\u3040-\u9fff\uac00-\ud7af]+", name)
    words = [part.strip("_") for part in parts if part.strip("_")]
    return len(words) == 2 and all(word in NAMES[meaning] for word in words)


_MOST_WORDS = 5
_WEAK = frozenset({"summary", "text"})
"""Names that other tools give to titles ("Summary" of an issue): one that is about an answer goes first."""


@lru_cache(100_000)
def _plain(column: str) -> str:
    name = column.strip(" *¿¡\t")
    if custom := re.fullmatch(r"custom field \((.+)\)", name, flags=re.IGNORECASE | re.DOTALL):
        name = custom[1]
    name = name.removeprefix("ASSIGNMENT:")
    name = re.sub(r"^[qQ]?\d{1,3}\s*[、.．:：)）]\s*(?=\D)", "", name)
    bare = re.sub(r"[（(\[].*$", "", name, flags=re.DOTALL).rstrip(" ?:*？：") or column.strip()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", bare)
    return re.sub(r"[\s\-]+", "_", words).lower()
