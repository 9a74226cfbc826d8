// Building blocks: elements without markup, words, and hostile text made visible.
// Content reaches the page only as text nodes; no string is ever parsed as HTML.

/**
 * An element with properties, listeners (on…) and children; strings become text nodes.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null | undefined)} children
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * A text that may go on in another line only between its words, also where a language writes no blanks.
 * @param {string} text
 */
export function parted(text) {
  const pieces = [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)];
  return pieces.flatMap(({ segment, isWordLike }) => (isWordLike ? [el("wbr"), segment] : [segment]));
}

/**
 * The text nodes in an element, in their order.
 * @param {Element} element
 */
export function* textNodes(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) yield /** @type {Text} */ (walker.currentNode);
}

/**
 * A function that finds a message by name and fills in its braces.
 * @param {Record<string, string>} messages
 */
export function speaker(messages) {
  return (/** @type {string} */ name, /** @type {Record<string, unknown>} */ values = {}) =>
    (messages[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) =>
      Object.hasOwn(values, key) ? String(values[key]) : whole,
    );
}

/**
 * A text as sent by Python: plain, or cut with the number of characters left out.
 * @param {Sent | null | undefined} sent
 */
export function whole(sent) {
  if (sent && typeof sent === "object") return { text: sent.text, leftOut: sent.left_out };
  return { text: sent ?? "", leftOut: 0 };
}

// Control characters, joiners and fillers without a width, bidirectional controls, tags,
// variation selectors, and halves of a pair: everything that can lie about what a text says.
// One of them as often as it stands there, or the marks above and below a letter that already has many.
const HIDDEN =
  /([\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\u{E0000}-\u{E0FFF}]|\p{Surrogate})\1*|(?<=\p{M}{16})\p{M}+/gu;
const MOST_CHIPS = 500; // fifty thousand in one line took a browser a hundred seconds
const LONGEST_LINE = 4000; // of 180,000 letters of Thai in one line it took eighty

const NAMES = new Map([
  [0x00ad, "soft hyphen"],
  [0x061c, "Arabic letter mark"],
  [0x200b, "zero width space"],
  [0x200c, "zero width non-joiner"],
  [0x200d, "zero width joiner"],
  [0x200e, "left-to-right mark"],
  [0x200f, "right-to-left mark"],
  [0x202a, "left-to-right embedding"],
  [0x202b, "right-to-left embedding"],
  [0x202c, "pop directional formatting"],
  [0x202d, "left-to-right override"],
  [0x202e, "right-to-left override"],
  [0x2060, "word joiner"],
  [0x2066, "left-to-right isolate"],
  [0x2067, "right-to-left isolate"],
  [0x2068, "first strong isolate"],
  [0x2069, "pop directional isolate"],
  [0xfeff, "byte order mark"],
]);

const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]/u;
const JOINING_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}]/u;

/**
 * Emoji and some scripts need these characters to be written at all.
 * @param {number} code
 * @param {string} text
 * @param {number} at
 */
function isOrdinary(code, text, at) {
  if (code !== 0xfe0f && code !== 0x200c && code !== 0x200d) return false;
  const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? "";
  if (code === 0xfe0f && /[#*0-9]/.test(before)) return true; // keycaps
  if (code !== 0x200c && EMOJI.test(before)) return true;
  return code !== 0xfe0f && JOINING_SCRIPT.test(before);
}

// Short names rather than the pictures U+2400 to U+2421, which many fonts lack.
const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" ");

/**
 * @param {string | undefined} hidden
 * @param {string} run
 */
function chip(hidden, run) {
  if (!hidden) return el("span", { class: "chip", title: "combining marks" }, `+${run.length}`);
  const code = hidden.codePointAt(0) ?? 0;
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = NAMES.get(code) ?? CONTROLS[code] ?? "";
  const times = run.length > hidden.length ? ` ×${run.length / hidden.length}` : "";
  return el("span", { class: "chip", title: `${hex} ${name}`.trim() }, `${CONTROLS[code] ?? hex}${times}`);
}

/**
 * The text as nodes: what cannot be seen becomes a chip that can; behind very many, a "�" each.
 * @param {string} text
 */
export function visible(text) {
  const clean = text.replaceAll("\r\n", "\n");
  const nodes = [];
  let [from, chips] = [0, 0];
  for (const { 0: run, 1: hidden, index } of clean.matchAll(HIDDEN)) {
    if (run === hidden && isOrdinary(run.codePointAt(0) ?? 0, clean, index)) continue;
    if (chips++ === MOST_CHIPS) break;
    nodes.push(...broken(clean.slice(from, index)), chip(hidden, run));
    from = index + run.length;
  }
  const rest = chips > MOST_CHIPS ? clean.slice(from).replace(HIDDEN, "�") : clean.slice(from);
  return [...nodes, ...broken(rest)];
}

/**
 * The text with breaks in lines that are too long; a break is no character of it.
 * @param {string} text
 */
function broken(text) {
  /** @type {(Text | HTMLBRElement)[]} */
  const nodes = [];
  let [from, line] = [0, 0];
  while (text.length - line > LONGEST_LINE) {
    const next = text.indexOf("\n", line);
    const most = line + LONGEST_LINE;
    if (next >= 0 && next <= most) {
      line = next + 1;
      continue;
    }
    const space = text.lastIndexOf(" ", most) + 1;
    const inPair = /[\uDC00-\uDFFF]/.test(text[most]);
    line = space > most - 100 ? space : inPair ? most - 1 : most;
    nodes.push(document.createTextNode(text.slice(from, line)), el("br"));
    from = line;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/**
 * A text exactly as it is, line breaks kept, each line with its direction.
 * @param {string} text
 * @param {string} [name]
 */
export function plain(text, name = "plain") {
  return el("div", { class: name, dir: "auto" }, ...visible(text));
}
