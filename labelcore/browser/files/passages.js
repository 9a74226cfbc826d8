// Retrieved passages: a JSON list of texts, or of objects with a text and where it comes from.
import { el, visible } from "./text.js";
import { textBody } from "./panel.js";

const TEXT = ["text", "content", "page_content", "passage", "chunk", "body", "snippet", "正文"];
const SOURCE = ["title", "source", "url", "doc", "document", "doc_id", "id", "标题", "来源"];
const SCORE = ["score", "relevance", "similarity", "distance"];

/** [{text, source, score}], or null when the value is no list of passages. */
export function passagesOf(value) {
  if (!Array.isArray(value) || value.length === 0) return null;
  const found = value.map((own) => (typeof own === "string" ? { text: own, source: "", score: "" } : passageOf(own)));
  return found.every(Boolean) && found.some((own) => own.text.length > 40) ? found : null;
}

function passageOf(own) {
  if (!own || typeof own !== "object" || Array.isArray(own)) return null;
  const read = (names) => own[names.find((name) => Object.hasOwn(own, name))];
  const text = read(TEXT);
  if (typeof text !== "string") return null;
  const written = (value) => (value === undefined || value === null ? "" : String(value.source ?? value));
  return { text, source: written(read(SOURCE) ?? own.metadata?.source), score: written(read(SCORE)) };
}

/** Each passage with its number, source and score, to open and close. */
export function passages(value, options) {
  const parts = passagesOf(value).map(({ text, source, score }, at) => {
    const title = el("summary", {}, `${at + 1}`, source ? " · " : "", ...visible(source), score ? el("span", { class: "size" }, ` ${score}`) : null);
    const details = el("details", { class: "passage" }, title, textBody(String(at + 1), text, { ...options, foldAt: 700 }));
    details.open = at < 3;
    return details;
  });
  return el("div", { class: "passages" }, ...parts);
}
