// One text laid out for reading: its format found out and changeable, long texts folded.
import { differences } from "./diff.js";
import { reveal } from "./find.js";
import { brokenAt, jsonTree, parseJson } from "./json_tree.js";
import { looksLikeMarkdown, markdown } from "./markdown.js";
import { passages, passagesOf } from "./passages.js";
import { el, plain, visible, whole } from "./text.js";

const LONGEST_FORMATTED = 60_000;
const FEWEST_HEADINGS = 3;

/**
 * "json", "passages", "markdown" or "plain", and the parsed value when it is JSON.
 * @param {string} text
 */
function detect(text) {
  if (text.length > LONGEST_FORMATTED) return { kind: "plain", value: undefined };
  const value = parseJson(text);
  if (value !== undefined) return { kind: passagesOf(value) ? "passages" : "json", value };
  return { kind: looksLikeMarkdown(text) ? "markdown" : "plain", value };
}

/**
 * The body of one text. `taste` remembers which format somebody chose for which kind; `foldAt` is
 * the length in characters above which the text starts folded; `against` another text, to which the
 * differences can be shown.
 * @param {string} part
 * @param {Sent} sent
 * @param {TextOptions} given
 */
export function textBody(part, sent, { say, taste, foldAt, against = "" }) {
  const { text, leftOut } = whole(sent);
  const { kind, value } = detect(text);
  /** @type {Record<string, () => HTMLElement>} */
  const draw = {
    json: () => jsonTree(value),
    markdown: () => markdown(text, say),
    plain: () => plain(text),
    passages: () => passages(value, (title, passage) => textBody(title, passage, { say, taste, foldAt: 700 })),
    diff: () => differences(against, text),
  };
  const holder = el("div", { class: "text" });
  const box = el("div", { class: "text-box" }, holder);
  const formats = [...formatsOf(text, kind), ...(against.trim() ? ["diff"] : [])];
  /** @param {string} format */
  const show = (format) => {
    holder.replaceChildren(draw[format]());
    box.dataset.format = format;
    box.querySelector(".outline")?.remove();
    const list = isLong(text, foldAt) ? outline(holder, say) : null;
    if (list) box.insertBefore(list, holder);
  };
  const question = `${kind}${against ? " beside" : ""}`;
  const chosen = taste.get(question) ?? kind;
  show(formats.includes(chosen) ? chosen : kind);
  /** @param {string} format */
  const remember = (format) => taste.set(question, format);
  if (formats.length > 1) box.prepend(switcher(part, formats, box, { say, show, remember }));
  const broken = leftOut || value !== undefined ? null : brokenAt(text);
  if (broken) box.prepend(el("p", { class: "broken" }, say(broken.line ? "invalid_json_at" : "invalid_json", broken)));
  if (leftOut) box.append(el("p", { class: "left-out" }, say("left_out", { n: leftOut })));
  if (isLong(text, foldAt)) box.append(folder(holder, say));
  return box;
}

/**
 * The formats worth a choice: a text without a single mark of Markdown reads the same in both.
 * @param {string} text
 * @param {string} kind
 */
function formatsOf(text, kind) {
  if (text.length > LONGEST_FORMATTED || !/[[{#*_`|>~]|^ *(?:-|\d+[.)]) /m.test(text)) return ["plain"];
  if (kind === "passages") return ["passages", "json", "plain"];
  return kind === "json" ? ["json", "plain"] : ["markdown", "plain"];
}

/**
 * @param {string} part
 * @param {string[]} formats
 * @param {HTMLElement} box
 * @param {{ say: Say, show: (format: string) => void, remember: (format: string) => void }} given
 */
function switcher(part, formats, box, { say, show, remember }) {
  const buttons = formats.map((format) => {
    const press = () => {
      show(format);
      remember(format);
      mark();
    };
    const properties = { type: "button", "data-format": format, onclick: press };
    return el("button", properties, say(`as_${format}`));
  });
  const mark = () => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.format === box.dataset.format));
    }
  };
  mark();
  return el("div", { class: "formats", role: "group", "aria-label": say("show_as", { part }) }, ...buttons);
}

/**
 * @param {string} text
 * @param {number} foldAt
 */
function isLong(text, foldAt) {
  return text.length > foldAt || text.split("\n", foldAt / 50 + 1).length > foldAt / 50;
}

/**
 * The headings of a long text, each leading to its place; null where there are too few.
 * @param {HTMLElement} holder
 * @param {Say} say
 */
function outline(holder, say) {
  const headings = [.../** @type {NodeListOf<HTMLElement>} */ (holder.querySelectorAll(".heading"))];
  if (headings.length < FEWEST_HEADINGS) return null;
  const entries = headings.map((heading) => {
    const go = () => reveal(heading, holder.parentElement ?? holder);
    return el("li", { class: heading.className }, el("button", { type: "button", onclick: go }, heading.textContent));
  });
  return el("details", { class: "outline" }, el("summary", {}, say("outline", { n: headings.length })), el("ol", {}, ...entries));
}

/**
 * @param {HTMLElement} holder
 * @param {Say} say
 */
function folder(holder, say) {
  const button = el("button", { type: "button", class: "fold", "aria-expanded": "false" }, say("show_all"));
  holder.classList.add("folded");
  button.addEventListener("click", () => {
    const folded = holder.classList.toggle("folded");
    button.textContent = say(folded ? "show_all" : "show_less");
    button.setAttribute("aria-expanded", String(!folded));
  });
  return button;
}

/**
 * A conversation as bubbles, one per message, named by role.
 * @param {Turn[]} messages
 * @param {TextOptions} options
 */
export function conversation(messages, options) {
  return el("ol", { class: "conversation" }, ...messages.map((message) => bubble(message, options)));
}

/**
 * @param {Turn} given
 * @param {TextOptions} options
 */
function bubble({ role, name, content, calls }, options) {
  const isTool = /^(tool|function)$/i.test(role);
  const side = /^(user|human|customer)$/i.test(role) ? "theirs" : "ours";
  const title = el("div", { class: "role" }, ...visible(name ? `${role} · ${name}` : role));
  const body = whole(content).text.trim() !== "" || calls.length === 0 ? textBody(role, content, { ...options, foldAt: isTool ? 500 : options.foldAt }) : null;
  return el("li", { class: `bubble ${isTool ? "tool" : side}` }, title, body, ...calls.map((given) => call(given, options)));
}

/**
 * A tool that a message calls, with what it is given.
 * @param {[string, Sent]} pair
 * @param {TextOptions} options
 */
function call([tool, given], options) {
  const title = el("div", { class: "role" }, `${options.say("calls")} `, el("code", {}, ...visible(tool)));
  return el("div", { class: "call" }, title, whole(given).text.trim() ? textBody(tool, given, options) : null);
}

/**
 * Small facts about an output as name and value.
 * @param {Record<string, string>} metadata
 */
export function facts(metadata) {
  const pairs = Object.entries(metadata).flatMap(([name, value]) => [
    el("dt", {}, ...visible(name)),
    el("dd", { dir: "auto" }, ...visible(value)),
  ]);
  return el("dl", { class: "facts" }, ...pairs);
}
