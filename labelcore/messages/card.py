"""The words of the grading card and of offline packs, under the names by which the browser asks for them.

``{n}`` and other names in braces are filled in by the card.
"""

from __future__ import annotations

import json
from functools import cache

from labelcore.browser import page_with
from labelcore.messages.catalogue import NAMES, Language, noun, say_in
from labelcore.models import Noun
from labelcore.stages.grading import Pack

CARD_WORDS = {
    "card": "Grading card",
    "place": "{place} / {total}",
    "counted": "{done} graded",
    "progress": "{done} of {total} graded",
    "input": "Input",
    "context": "Context",
    "conversation": "Conversation",
    "output": "Output",
    "details": "Details",
    "why_this_one": "Why this one: {reason}",
    "pass": "Pass",
    "fail": "Fail",
    "unsure": "Unsure",
    "skip": "Skip",
    "skipped": "Skipped",
    "undo": "Undo",
    "note": "Note",
    "help": "Keys",
    "previous": "Previous output",
    "next": "Next output",
    "your_grade": "Your grade: {value}",
    "your_note": "Note: {note}",
    "note_attached": "Note for your grade: {note}",
    "named": "{name}: {told}",
    "what_is_wrong": "What is wrong with this output?",
    "note_label": "Note on this output",
    "note_fail_hint": "Marked as failed. Enter = save the note, next · Esc = next, no note",
    "note_hint": "Enter = keep the note · Shift+Enter = new line · Esc = back",
    "note_escape_again": "Press Esc once more to drop this text, or Enter to keep it.",
    "save_and_next": "Save, next",
    "no_note": "No note",
    "keep_note": "Keep note",
    "cancel": "Cancel",
    "saved": "Saved",
    "saving": "Saving…",
    "not_saved": "{n} not saved – retrying",
    "ready": "Ready",
    "restored": "Not yet saved last time: {n}. Sending again.",
    "no_storage": "This browser keeps no storage for this page: leave the tab open until "
    "everything is saved.",
    "refused": "A grade could not be stored: {reason}",
    "dismiss": "Dismiss",
    "loading": "Loading the next output…",
    "not_accepted": "Not graded: the next output is not here yet.",
    "nothing_to_undo": "There is nothing to take back.",
    "taken_back": "Taken back: {value}.",
    "finished": "All {total} graded",
    "finished_hint": "Z takes back the last grade, ← looks back.",
    "empty": "There is nothing to grade yet.",
    "empty_hint": "Draw a sample first, then come back.",
    "as_plain": "Plain text",
    "as_markdown": "Markdown",
    "as_json": "JSON",
    "show_as": "Show {part} as",
    "show_all": "Show all",
    "show_less": "Show less",
    "left_out": "{n} more characters are not shown here.",
    "no_output": "(empty output)",
    "invalid_json": "Not valid JSON.",
    "invalid_json_at": "Not valid JSON: it breaks at line {line}, column {column}.",
    "outline": "Outline ({n})",
    "image": "[image: {alt} – {address}]",
    "key_pass": "Pass",
    "key_fail": "Fail, then say what is wrong",
    "key_fail_only": "Fail without a note",
    "key_unsure": "Unsure",
    "key_skip": "Skip for now",
    "key_undo": "Take back the latest grade",
    "key_note": "Write a note",
    "key_look": "Look at the previous / next output",
    "key_expand": "Show long texts in full",
    "key_help": "This list",
    "key_escape": "Stop writing the note",
    "key_save": "Save the note and go on",
    "or": "or",
    "criteria": "Criteria",
    "must": "must",
    "should": "should",
    "not_graded": "–",
    "no_criteria": "This project asks for the output as a whole only.",
    "nothing_to_redo": "There is nothing to give again.",
    "nothing_selected": "Select some words of the output first, then press the key.",
    "mark_words": "Mark these words",
    "marked": "Marked: “{text}”",
    "corrected": "Corrected text kept",
    "edit_label": "How should this output read?",
    "edit_hint": "Ctrl+Enter = keep the text · Enter = new line · Esc = back",
    "keep_text": "Keep the text",
    "key_redo": "Give again what was taken back",
    "key_criterion": "Next criterion; then the keys above grade it",
    "key_mark": "Mark the selected words",
    "key_edit": "Write how it should read",
    "key_unseen": "Go to the next one without a grade",
    "change": "Change",
    "usual_keys": "Usual keys",
    "press_new_key": "Now press the key for: {action}",
    "key_taken": "The key {key} cannot be taken; press another.",
    "key_agree": "Agree with the judges, where they are shown",
    "judges_say": "The judges: {value}. {reason}",
    "nothing_suggested": "The judges say nothing here, or only after you have graded.",
    "offers": "Said before",
    "more_offers": "more …",
    "close": "Close",
    "reference": "Reference",
    "left": "Left",
    "right": "Right",
    "tie": "Tie",
    "choose_left": "Left is better",
    "choose_tie": "Tie",
    "choose_right": "Right is better",
    "press_number": "Press a number: {choices}",
    "still_open": "Not graded yet. Still open: {names}",
    "only_of_criteria": "Only a criterion can be not applicable; press C to go to one.",
    "inapplicable": "N/A",
    "leave_open": "Leave open",
    "required": "required",
    "optional": "optional",
    "asked_whole": "The output as a whole",
    "what_is_wrong_with": "{name}: what is wrong?",
    "key_inapplicable": "The criterion does not apply to this output",
    "as_passages": "Passages",
    "as_diff": "Differences",
    "calls": "calls",
    "find": "Search in these texts",
    "found": "{at} of {n}",
    "next_hit": "Next hit",
    "previous_hit": "Previous hit",
    "key_find": "Search in the texts",
    "key_choice": "Choose a level, or a side, where that is asked",
    "guideline": "Guidelines",
    "guideline_seen": "Read, start grading",
    "no_guideline": "No guidelines are written for this project.",
    "examples": "Examples",
    "key_guideline": "The guidelines, where there are some",
    "opinions": "What people said",
    "before_looking_again": "Before looking again",
    "show_in_text": "Show it in the text",
    "alike": "Nearly the same: these get the same grade",
    "comments": "Comments",
    "which_criterion": "Which criterion does not say?",
    "no_one_criterion": "No single criterion",
    "rule_pass": "Pass",
    "rule_fail": "Fail",
    "rule_unclear": "Criterion unclear",
    "rule_blind": "Send back, blind",
    "rule_open": "Send back, open",
    "rule_comment": "Comment",
    "rule_withdrawn": "Withdraw my ruling",
    "rule_save": "Save",
    "rule_needs_words": "Write why first.",
    "why_pass": "It counts as a pass: why?",
    "why_fail": "It counts as a fail: why?",
    "why_unclear": "No grade is right, because a criterion does not say: what is unclear?",
    "why_blind": "They look again without seeing what the others gave. What should they look at?",
    "why_open": "They look again and see what the others gave. What should they look at?",
    "why_comment": "Your comment; @name shows it to that person",
    "why_withdrawn": "Your ruling counts no more: why?",
    "download": "Download the grades",
    "kept": "Kept in this browser",
    "not_kept": "This browser keeps nothing: download before you close",
    "pack_finished": "All graded: download the grades and send them back.",
}
_PICKED = {"uniform": "drawn at random"}


def card_words(language: Language) -> dict[str, str]:
    """All of the card's words in one language, with what the project calls an output."""
    return _card_words(language, noun())


@cache
def _card_words(language: Language, _noun: Noun) -> dict[str, str]:
    return {name: say_in(language, words) for name, words in CARD_WORDS.items()}


def pack_page(pack: Pack) -> str:
    """A pack as one HTML file that needs no network; it speaks the language of the browser."""
    words = {language: card_words(language) | _reason_words(pack, language) for language in NAMES}
    return page_with(
        "pack", json.dumps(pack.model_dump(mode="json") | {"messages": words}, ensure_ascii=False)
    )


def _reason_words(pack: Pack, language: Language) -> dict[str, str]:
    """Why the outputs were picked, under the reasons that stand on the cards."""
    reasons = {str(item.get("reason_for_pick", "")) for item in pack.items} - {""}
    return {reason: say_in(language, _PICKED.get(reason, reason)) for reason in reasons}
