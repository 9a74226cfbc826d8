// A safe subset of Markdown, made of created elements only. Links and images are text that shows
// where they lead; nothing loads and nothing can be clicked. HTML is shown as it is written.
import { el, visible } from "./text.js";

const DEEPEST = 8;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])( +|$)(.*)$/;
const TABLE_RULE = /^ *\|?(?: *:?-+:? *\|)+(?: *:?-+:? *)?$|^ *\| *:?-+:? *$/;

/**
 * Whether a text is written in Markdown rather than merely containing a star.
 * @param {string} text
 */
export function looksLikeMarkdown(text) {
  const signs = [
    /^ {0,3}#{1,6} \S/m,
    /^ {0,3}(`{3,}|~{3,})/m,
    /\*\*\S[^\n]*\S\*\*|\*\*\S\*\*/,
    /!?\[[^\]\n]{0,300}\]\([^)\s]{1,2000}\)/,
    /^ *(?:[-*+]|\d{1,3}[.)]) +\S.*\n+ *(?:[-*+]|\d{1,3}[.)]) +\S/m,
    /^ {0,3}> \S/m,
    /^.*\|.*\n *\|?(?: *:?-{2,}:? *\|)+/m,
    /`[^`\n]+`/,
  ];
  return signs.some((sign) => sign.test(text));
}

/**
 * The text as elements. `say` finds the words for images.
 * @param {string} text
 * @param {Say} say
 */
export function markdown(text, say) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const whole = el("div", { class: "markdown" }, ...blocks(lines, say, 0));
  const headings = /** @type {NodeListOf<HTMLElement>} */ (whole.querySelectorAll("[role=heading]"));
  const highest = Math.min(...[...headings].map((heading) => Number(heading.ariaLevel)));
  for (const heading of headings) heading.ariaLevel = String(Number(heading.ariaLevel) - highest + 3);
  return whole;
}

/**
 * @param {string[]} lines
 * @param {Say} say
 * @param {number} depth
 * @returns {HTMLElement[]}
 */
function blocks(lines, say, depth) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === "") {
      at += 1;
      continue;
    }
    const read =
      fence(lines, at) ??
      heading(lines, at, say) ??
      rule(lines, at) ??
      (depth < DEEPEST ? quote(lines, at, say, depth) ?? list(lines, at, say, depth) : null) ??
      table(lines, at, say) ??
      paragraph(lines, at, say);
    nodes.push(read.node);
    at = read.next;
  }
  return nodes;
}

/**
 * @param {string[]} lines
 * @param {number} at
 */
function fence(lines, at) {
  const opening = FENCE.exec(lines[at]);
  if (!opening) return null;
  const closing = new RegExp(`^ {0,3}${opening[1][0]}{${opening[1].length},}\\s*$`);
  let end = at + 1;
  while (end < lines.length && !closing.test(lines[end])) end += 1;
  const code = el("code", {}, ...visible(lines.slice(at + 1, end).join("\n")));
  const language = opening[2].trim();
  const caption = language ? el("span", { class: "language" }, ...visible(language)) : null;
  return { node: el("pre", { dir: "auto", tabindex: 0 }, caption, code), next: end + 1 };
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Say} say
 */
function heading(lines, at, say) {
  const found = HEADING.exec(lines[at]);
  if (!found) return null;
  const level = found[1].length;
  const marks = { class: `heading h${level}`, role: "heading", "aria-level": level, dir: "auto" };
  return { node: el("div", marks, ...inline(found[2], say)), next: at + 1 };
}

/**
 * @param {string[]} lines
 * @param {number} at
 */
function rule(lines, at) {
  return RULE.test(lines[at]) ? { node: el("hr"), next: at + 1 } : null;
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Say} say
 * @param {number} depth
 */
function quote(lines, at, say, depth) {
  if (!QUOTE.test(lines[at])) return null;
  let end = at;
  const inner = [];
  while (end < lines.length && QUOTE.test(lines[end])) inner.push(lines[end++].replace(QUOTE, ""));
  return { node: el("blockquote", {}, ...blocks(inner, say, depth + 1)), next: end };
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Say} say
 * @param {number} depth
 */
function list(lines, at, say, depth) {
  const first = ITEM.exec(lines[at]);
  if (!first) return null;
  const numbered = /\d/.test(first[2]);
  const start = numbered ? Number.parseInt(first[2], 10) : null;
  const node = el(numbered ? "ol" : "ul", { start: start !== null && start !== 1 ? start : null });
  let next = at;
  while (next < lines.length) {
    const item = ITEM.exec(lines[next]);
    if (!item || item[1].length > first[1].length + 1 || /\d/.test(item[2]) !== numbered) break;
    const end = endOfItem(lines, next + 1, item);
    const inner = lines.slice(next + 1, end).map((line) => dedent(line, item));
    node.append(listItem([item[4], ...inner], say, depth));
    next = end;
    while (next < lines.length && lines[next].trim() === "" && ITEM.test(lines[next + 1] ?? "")) next += 1;
  }
  return { node, next };
}

/**
 * @param {string[]} lines
 * @param {number} from
 * @param {RegExpExecArray} item
 */
function endOfItem(lines, from, item) {
  const margin = item[1].length;
  let end = from;
  while (end < lines.length) {
    const line = lines[end];
    const indent = line.search(/\S/);
    if (indent === -1) {
      const after = lines[end + 1] ?? "";
      if (after.search(/\S/) <= margin) break;
    } else if (indent <= margin && startsBlock(line)) break;
    end += 1;
  }
  return end;
}

/**
 * @param {string} line
 * @param {RegExpExecArray} item
 */
function dedent(line, item) {
  const width = item[1].length + item[2].length + 1;
  const indent = line.search(/\S/);
  return indent === -1 ? "" : line.slice(Math.min(indent, width));
}

/**
 * @param {string[]} lines
 * @param {Say} say
 * @param {number} depth
 */
function listItem(lines, say, depth) {
  const task = /^\[([ xX])\] /.exec(lines[0]);
  const box = task ? (task[1] === " " ? "☐ " : "☑ ") : "";
  if (task) lines[0] = lines[0].slice(4);
  const nodes = blocks(lines, say, depth + 1);
  const [first, ...rest] = nodes;
  const isTight = first?.tagName === "P";
  return el("li", { dir: "auto" }, box, ...(isTight ? first.childNodes : nodes), ...(isTight ? rest : []));
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Say} say
 */
function table(lines, at, say) {
  if (!lines[at].includes("|") || !TABLE_RULE.test(lines[at + 1] ?? "")) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  /**
   * @param {string} line
   * @param {"th" | "td"} tag
   */
  const row = (line, tag) =>
    el("tr", {}, ...cells(line).map((cell) => el(tag, { dir: "auto" }, ...inline(cell, say))));
  const head = el("thead", {}, row(lines[at], "th"));
  const body = el("tbody", {}, ...lines.slice(at + 2, end).map((line) => row(line, "td")));
  const scroller = el("div", { class: "table", tabindex: 0 }, el("table", {}, head, body));
  return { node: scroller, next: end };
}

/** @param {string} line */
function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {Say} say
 */
function paragraph(lines, at, say) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== "" && !startsBlock(lines[end])) end += 1;
  const text = lines.slice(at, end).join("\n");
  return { node: el("p", { dir: "auto" }, ...inline(text, say)), next: end };
}

/** @param {string} line */
function startsBlock(line) {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((start) => start.test(line));
}

// Lengths are bounded so that no text, however odd, takes more than linear time.
/** @type {[RegExp, (parts: RegExpExecArray, say: Say, depth: number) => Node[]][]} */
const INLINE = [
  [/\\([!-/:-@[-`{-~])/y, (parts) => visible(parts[1])],
  [/(`+)(?!`)([^]{1,4000}?)(?<!`)\1(?!`)/y, (parts) => [el("code", {}, ...visible(parts[2].trim()))]],
  [/!\[([^\]]{0,1000})\]\(\s*([^\s)]{0,3000})[^)]{0,300}\)/y, image],
  [/\[([^\]]{0,1000})\]\(\s*([^\s)]{0,3000})[^)]{0,300}\)/y, link],
  [/\*\*(?=\S)([^]{1,3000}?\S?)\*\*(?!\*)/y, (parts, say, depth) => wrap("strong", parts[1], say, depth)],
  [/(?<!\w)__(?=\S)([^]{1,3000}?)__(?!\w)/y, (parts, say, depth) => wrap("strong", parts[1], say, depth)],
  [/\*(?![\s*])([^*]{1,3000}?)(?<!\s)\*(?!\*)/y, (parts, say, depth) => wrap("em", parts[1], say, depth)],
  [/(?<!\w)_(?![\s_])([^_]{1,3000}?)(?<!\s)_(?!\w)/y, (parts, say, depth) => wrap("em", parts[1], say, depth)],
  [/~~(?=\S)([^]{1,3000}?)~~/y, (parts, say, depth) => wrap("s", parts[1], say, depth)],
  [/ *\n/y, () => [el("br")]],
];

/**
 * @param {string} text
 * @param {Say} say
 * @param {number} [depth]
 * @returns {Node[]}
 */
function inline(text, say, depth = 0) {
  const nodes = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const found = /[\\`!\[*_~\n]/.test(text[at]) ? match(text, at) : null;
    if (found) {
      nodes.push(...visible(text.slice(from, at)), ...found.make(found.parts, say, depth));
      at += found.parts[0].length;
      from = at;
    } else at += 1;
  }
  nodes.push(...visible(text.slice(from)));
  return nodes;
}

/**
 * @param {string} text
 * @param {number} at
 */
function match(text, at) {
  for (const [pattern, make] of INLINE) {
    pattern.lastIndex = at;
    const parts = pattern.exec(text);
    if (parts) return { parts, make };
  }
  return null;
}

/**
 * @param {"strong" | "em" | "s"} tag
 * @param {string} text
 * @param {Say} say
 * @param {number} depth
 */
function wrap(tag, text, say, depth) {
  return [el(tag, {}, ...(depth < DEEPEST ? inline(text, say, depth + 1) : visible(text)))];
}

/**
 * @param {RegExpExecArray} parts
 * @param {Say} say
 */
function image(parts, say) {
  const words = say("image", { alt: parts[1], address: parts[2] });
  return [el("span", { class: "image" }, ...visible(words))];
}

/**
 * @param {RegExpExecArray} parts
 * @param {Say} say
 * @param {number} depth
 */
function link(parts, say, depth) {
  const words = el("span", { class: "link" }, ...(depth < DEEPEST ? inline(parts[1], say, depth + 1) : visible(parts[1])));
  return [words, el("span", { class: "address" }, " (", ...visible(parts[2]), ")")];
}
