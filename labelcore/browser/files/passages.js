// Retrieved passages: a JSON list of texts, or of objects with a text and where it comes from.
import { el, visible } from "./text.js";

const TEXT = ["text", "content", "page_content", "passage", "chunk", "body", "snippet", "正文"];
const SOURCE = ["title", "source", "url", "doc", "document", "doc_id", "id", "标题", "来源"];
const SCORE = ["score", "relevance", "similarity", "distance"];

/**
 * [{text, source, score}], or null when the value is no list of passages.
 * @param {unknown} value
 * @returns {Passage[] | null}
 */
export function passagesOf(value) {
  if (!Array.isArray(value) || value.length === 0) return null;
  const found = value.flatMap((entry) => (typeof entry === "string" ? { text: entry, source: "", score: "" } : passageOf(entry) ?? []));
  return found.length === value.length && found.some(({ text }) => text.length > 40) ? found : null;
}

/** @param {any} entry */
function passageOf(entry) {
  if (!entry || typeof entry !== "object" || Array.isArray(entry)) return null;
  /** @param {string[]} names */
  const read = (names) => entry[names.find((name) => Object.hasOwn(entry, name)) ?? ""];
  const text = read(TEXT);
  if (typeof text !== "string") return null;
  /** @param {any} value */
  const written = (value) => (value === undefined || value === null ? "" : String(value.source ?? value));
  return { text, source: written(read(SOURCE) ?? entry.metadata?.source), score: written(read(SCORE)) };
}

/**
 * Each passage with its number, source and score, to open and close; `body(part, text)` lays out its text.
 * @param {unknown} value
 * @param {(title: string, text: string) => HTMLElement} body
 */
export function passages(value, body) {
  const parts = (passagesOf(value) ?? []).map(({ text, source, score }, at) => {
    const title = el("summary", {}, `${at + 1}`, source ? " · " : "", ...visible(source), score ? el("span", { class: "size" }, ` ${score}`) : null);
    const details = el("details", { class: "passage" }, title, body(String(at + 1), text));
    details.open = at < 3;
    return details;
  });
  return el("div", { class: "passages" }, ...parts);
}
