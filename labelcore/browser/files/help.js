// The list of keys, as a modal dialog that the browser closes with Esc and keeps the focus in. The
// keys of actions can be changed: press the button, then the key that it shall have.
import { el } from "./text.js";

/** @type {[string | null, string, string[]][]} */
const ROWS = [
  ["pass", "key_pass", ["1"]],
  ["fail", "key_fail", ["2"]],
  [null, "key_fail_only", ["Shift+F"]],
  ["unsure", "key_unsure", ["3"]],
  ["skip", "key_skip", []],
  ["undo", "key_undo", []],
  ["redo", "key_redo", []],
  ["note", "key_note", []],
  ["criterion", "key_criterion", []],
  ["inapplicable", "key_inapplicable", []],
  ["mark", "key_mark", []],
  ["edit", "key_edit", []],
  ["agree", "key_agree", []],
  ["unseen", "key_unseen", []],
  [null, "key_save", ["Enter", "Ctrl+Enter"]],
  [null, "key_escape", ["Esc"]],
  [null, "key_look", ["← →", "K J"]],
  ["expand", "key_expand", []],
  [null, "key_find", ["/"]],
  [null, "key_choice", ["1 … 9"]],
  ["guideline", "key_guideline", []],
  [null, "key_help", ["?"]],
];
const TAKEN = "123456789?/jk";

/**
 * `keysOf()` gives action -> key; `change(action, key)` stores another, `change(null)` the usual ones.
 * @param {Say} say
 * @param {{ keysOf: () => Keys, change: (action: string | null, key?: string) => void }} given
 */
export function helpDialog(say, { keysOf, change }) {
  const dialog = el("dialog", { class: "help", "aria-labelledby": "help-title" });
  const hint = el("p", { class: "hint", "aria-live": "polite" });
  const table = el("tbody", {});
  /** @type {string | null} */
  let waiting = null;
  const draw = () => table.replaceChildren(...ROWS.map(([action, words, more]) => row(action, words, more)));
  /**
   * @param {string | null} action
   * @param {string} words
   * @param {string[]} more
   */
  const row = (action, words, more) => {
    const chosen = action ? [keysOf()[action].toUpperCase()] : [];
    const caps = [...chosen, ...more].flatMap((key, i) => [i ? ` ${say("or")} ` : "", el("kbd", {}, key)]);
    const ask = () => {
      waiting = action;
      hint.textContent = say("press_new_key", { action: say(words) });
    };
    const button = action && el("button", { type: "button", class: "rebind", "aria-label": `${say("change")} ${chosen[0]}`, onclick: ask }, say("change"));
    return el("tr", {}, el("th", { scope: "row" }, ...caps), el("td", {}, say(words)), el("td", {}, button));
  };
  const usual = el("button", { type: "button", onclick: () => (change(null), draw()) }, say("usual_keys"));
  const close = el("button", { type: "button", class: "primary", onclick: () => dialog.close() }, say("close"));
  dialog.append(el("h2", { id: "help-title" }, say("help")), el("table", {}, table), hint, el("div", { class: "note-buttons" }, close, usual));
  dialog.addEventListener("close", () => ((waiting = null), (hint.textContent = "")));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    if (!waiting) return event.key === "?" && dialog.close();
    const key = event.key.toLowerCase();
    if (key === "escape") return undefined;
    event.preventDefault();
    const other = Object.entries(keysOf()).find(([action, taken]) => taken === key && action !== waiting);
    if (key.length !== 1 || key === " " || TAKEN.includes(key) || other) {
      hint.textContent = say("key_taken", { key: event.key });
      return undefined;
    }
    change(waiting, key);
    waiting = null;
    hint.textContent = "";
    return draw();
  });
  draw();
  return dialog;
}
