// JSON as a tree of <details>, built level by level as it is opened.
import { el, visible } from "./text.js";

const OPEN_LEVELS = 2;
const OPEN_ENTRIES = 30;
const SHOWN_ENTRIES = 1000;

/** A number as it is written: 12345678901234567890 must not become 12345678901234567000. */
class Written {
  /** @param {string} source */
  constructor(source) {
    this.source = source;
  }
}

/**
 * Browsers hand a number's source to the reviver; the types of the language do not know that yet.
 * @param {string} _
 * @param {unknown} value
 * @param {{ source?: string }} [context]
 */
const asWritten = (_, value, context) =>
  typeof value === "number" && context?.source ? new Written(context.source) : value;

/**
 * The parsed value, or undefined when the text is no JSON object or array.
 * @param {string} text
 */
export function parseJson(text) {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return undefined;
  try {
    return JSON.parse(trimmed, asWritten);
  } catch {
    return undefined;
  }
}

/**
 * Where a text that means to be JSON breaks, as line and column from 1 where that is known; null where it is right or means something else.
 * @param {string} text
 * @returns {{ line?: number, column?: number } | null}
 */
export function brokenAt(text) {
  const begun = text.trimStart();
  if (!/^(?:\{\s*["}]|\[\s*[{["]|[{[]\s*$)/.test(begun) || /^\[[^\]\n]*\]\(/.test(begun)) return null;
  try {
    JSON.parse(text);
    return null;
  } catch (trouble) {
    const place = /position (\d+)/.exec(String(trouble));
    if (!place && !/end of JSON/.test(String(trouble))) return {}; // browsers do not always say where
    const before = text.slice(0, place ? Number(place[1]) : text.trimEnd().length).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

/**
 * The tree of a parsed value.
 * @param {unknown} value
 */
export function jsonTree(value) {
  return el("div", { class: "json" }, branch(value, null, 0));
}

/**
 * @param {unknown} value
 * @param {string | number | null} name
 * @param {number} level
 */
function branch(value, name, level) {
  if (value === null || typeof value !== "object" || value instanceof Written) {
    return el("div", { class: "leaf" }, ...label(name), leaf(value));
  }
  /** @type {[string | number, unknown][]} */
  const entries = Array.isArray(value) ? value.map((item, i) => [i, item]) : Object.entries(value);
  const marks = Array.isArray(value) ? "[]" : "{}";
  if (entries.length === 0) return el("div", { class: "leaf" }, ...label(name), marks);
  const details = el("details", {});
  const size = el("span", { class: "size" }, `${marks[0]} ${entries.length} ${marks[1]}`);
  details.append(el("summary", {}, ...label(name), size));
  const fill = () => details.childElementCount === 1 && details.append(children(entries, level));
  details.addEventListener("toggle", () => details.open && fill());
  if (level < OPEN_LEVELS && entries.length <= OPEN_ENTRIES) {
    fill();
    details.open = true;
  }
  return details;
}

/**
 * @param {[string | number, unknown][]} entries
 * @param {number} level
 */
function children(entries, level) {
  const box = el("div", { class: "children" });
  for (const [name, item] of entries.slice(0, SHOWN_ENTRIES)) {
    box.append(branch(item, name, level + 1));
  }
  if (entries.length > SHOWN_ENTRIES) box.append(`… ${entries.length - SHOWN_ENTRIES}`);
  return box;
}

/** @param {string | number | null} name */
function label(name) {
  if (name === null) return [];
  return [el("span", { class: "name" }, ...visible(String(name))), ": "];
}

/** @param {unknown} value */
function leaf(value) {
  if (value instanceof Written) return el("span", { class: "number" }, value.source);
  if (typeof value === "string") {
    return el("span", { class: "string", dir: "auto" }, ...visible(value));
  }
  return el("span", { class: "word" }, String(value));
}
