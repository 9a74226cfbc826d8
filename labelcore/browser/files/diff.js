// Differences of two texts word by word: the longest common subsequence of their words.
import { el, visible } from "./text.js";

const WORDS = /\s+|\p{Script=Han}|[\p{Script=Hiragana}\p{Script=Katakana}]+|[\p{L}\p{N}\p{M}_]+|./gsu;
const MOST_CELLS = 6_000_000;

/**
 * Pieces in order: {kind: "same" | "gone" | "new", text}. Texts too long for words go by lines.
 * @param {string} before
 * @param {string} after
 */
export function pieces(before, after) {
  const [a, b] = [before.match(WORDS) ?? [], after.match(WORDS) ?? []];
  return a.length * b.length <= MOST_CELLS ? common(a, b) : common(before.split(/(?<=\n)/), after.split(/(?<=\n)/));
}

/**
 * @param {string[]} a
 * @param {string[]} b
 */
function common(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) [endA, endB] = [endA - 1, endB - 1];
  /** @type {Piece[]} */
  const found = [];
  /**
   * @param {Piece["kind"]} kind
   * @param {string[]} words
   */
  const put = (kind, words) => {
    if (words.length === 0) return;
    const last = found.at(-1);
    if (last?.kind === kind) last.text += words.join("");
    else found.push({ kind, text: words.join("") });
  };
  put("same", a.slice(0, start));
  const [midA, midB] = [a.slice(start, endA), b.slice(start, endB)];
  if (midA.length * midB.length > MOST_CELLS) {
    put("gone", midA);
    put("new", midB);
  } else walk(midA, midB, put);
  put("same", a.slice(endA));
  return gathered(found);
}

/**
 * Changes with only a space between them read better as one change.
 * @param {Piece[]} found
 */
function gathered(found) {
  /** @type {Piece[]} */
  const whole = [];
  let [gone, fresh] = ["", ""];
  const settle = () => {
    if (gone) whole.push({ kind: "gone", text: gone });
    if (fresh) whole.push({ kind: "new", text: fresh });
    [gone, fresh] = ["", ""];
  };
  found.forEach(({ kind, text }, at) => {
    const isBetween = kind === "same" && /^\s+$/.test(text) && (gone || fresh) && at + 1 < found.length;
    if (kind === "gone" || isBetween) gone += text;
    if (kind === "new" || isBetween) fresh += text;
    if (kind === "same" && !isBetween) {
      settle();
      whole.push({ kind, text });
    }
  });
  settle();
  return whole;
}

/**
 * table[i][j]: the length of the longest common subsequence of a from i on and b from j on.
 * @param {string[]} a
 * @param {string[]} b
 * @param {(kind: Piece["kind"], words: string[]) => void} put
 */
function walk(a, b, put) {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      table[at] = a[i] === b[j] ? table[at + width + 1] + 1 : Math.max(table[at + width], table[at + 1]);
    }
  }
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      put("same", [a[i]]);
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      put("gone", [a[i]]);
      i += 1;
    } else {
      put("new", [b[j]]);
      j += 1;
    }
  }
}

/** @type {Record<Piece["kind"], "span" | "del" | "ins">} */
const TAGS = { same: "span", gone: "del", new: "ins" };

/**
 * What became of `before`: words left out are struck through, words put in are underlined.
 * @param {string} before
 * @param {string} after
 */
export function differences(before, after) {
  const nodes = pieces(before, after).map(({ kind, text }) => el(TAGS[kind], {}, ...visible(text)));
  return el("div", { class: "plain diff", dir: "auto" }, ...nodes);
}
