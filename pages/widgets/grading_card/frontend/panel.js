// One text laid out for reading: its format found out and changeable, long texts folded.
import { jsonTree, parseJson } from "./json_tree.js";
import { looksLikeMarkdown, markdown } from "./markdown.js";
import { el, plain, visible, whole } from "./text.js";

const LONGEST_FORMATTED = 60_000;

/** "json", "markdown" or "plain", and the parsed value when it is JSON. */
function detect(text) {
  if (text.length > LONGEST_FORMATTED) return { kind: "plain", value: undefined };
  const value = parseJson(text);
  if (value !== undefined) return { kind: "json", value };
  return { kind: looksLikeMarkdown(text) ? "markdown" : "plain", value };
}

/**
 * The body of one text. `taste` remembers which format somebody chose for which kind; `foldAt` is
 * the length in characters above which the text starts folded.
 */
export function textBody(part, sent, { say, taste, foldAt }) {
  const { text, leftOut } = whole(sent);
  const { kind, value } = detect(text);
  const draw = {
    json: () => jsonTree(value),
    markdown: () => markdown(text, say),
    plain: () => plain(text),
  };
  const holder = el("div", { class: "text" });
  const box = el("div", { class: "text-box" }, holder);
  const formats = formatsOf(text, value);
  const show = (format) => {
    holder.replaceChildren(draw[format]());
    box.dataset.format = format;
  };
  const chosen = taste.get(kind);
  show(formats.includes(chosen) ? chosen : kind);
  const remember = (format) => taste.set(kind, format);
  if (formats.length > 1) box.prepend(switcher(part, formats, box, { say, show, remember }));
  if (leftOut) box.append(el("p", { class: "left-out" }, say("left_out", { n: leftOut })));
  if (isLong(text, foldAt)) box.append(folder(holder, say));
  return box;
}

/** The formats worth a choice: a text without a single mark of Markdown reads the same in both. */
function formatsOf(text, value) {
  if (text.length > LONGEST_FORMATTED || !/[[{#*_`|>~]|^ *(?:-|\d+[.)]) /m.test(text)) return ["plain"];
  return value === undefined ? ["markdown", "plain"] : ["json", "plain"];
}

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

function isLong(text, foldAt) {
  return text.length > foldAt || text.split("\n", foldAt / 50 + 1).length > foldAt / 50;
}

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

/** A conversation as bubbles, one per message, named by role. */
export function conversation(messages, options) {
  const bubbles = messages.map(([role, content]) => {
    const side = /^(user|human|customer)$/i.test(role) ? "theirs" : "ours";
    const name = el("div", { class: "role" }, ...visible(role));
    return el("li", { class: `bubble ${side}` }, name, textBody(role, content, options));
  });
  return el("ol", { class: "conversation" }, ...bubbles);
}

/** Small facts about an output as name and value. */
export function facts(metadata) {
  const pairs = Object.entries(metadata).flatMap(([name, value]) => [
    el("dt", {}, ...visible(name)),
    el("dd", { dir: "auto" }, ...visible(value)),
  ]);
  return el("dl", { class: "facts" }, ...pairs);
}
