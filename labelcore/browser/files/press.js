// A press as it travels: what was said, of which output, in answer to which question.
import { aboutPart } from "./asking.js";
import { newClientId } from "./queue.js";

/**
 * A grade of the output that `card` shows; `part` is the criterion or field that it answers.
 * @param {import("./card.js").Card} card
 * @param {Item} item
 * @param {Value} value
 * @param {{ level?: number | null, note?: string, supersedes?: string | null, spans?: Span[], corrected_text?: string | null, part?: Part | null, agreed?: boolean }} given
 * @returns {Press & { client_id: string }}
 */
export function pressOn(card, item, value, { level = null, note = "", supersedes = null, spans = [], corrected_text = null, part = null, agreed = false }) {
  return {
    judge_shown: card.suggestion(item) !== null && !part,
    agreed,
    spans,
    corrected_text,
    ...aboutPart(part),
    ...(part ? {} : { criterion_version: card.askedVersion }),
    client_id: newClientId(),
    output_id: item.output_id,
    value,
    level,
    note,
    seconds: Math.round(card.clock.tick()) / 1000,
    shown_at: card.clock.appeared,
    supersedes,
  };
}

/**
 * Takes back the grade of that id; a further event, so that the history keeps both.
 * @param {import("./card.js").Card} card
 * @param {string} outputId
 * @param {string} id
 * @param {{ id: string, version: number | null } | null} [part]
 * @returns {Press}
 */
export function takingBack(card, outputId, id, part = null) {
  return {
    client_id: newClientId(),
    output_id: outputId,
    value: "undone",
    note: "",
    seconds: null,
    ...aboutPart(part),
    shown_at: card.clock.appeared,
    supersedes: id,
  };
}
