// The list of keys, as a modal dialog that the browser closes with Esc and keeps the focus in.
import { el } from "./text.js";

const ROWS = [
  [["P", "1"], "key_pass"],
  [["F", "2"], "key_fail"],
  [["Shift+F"], "key_fail_only"],
  [["U", "3"], "key_unsure"],
  [["S"], "key_skip"],
  [["Z"], "key_undo"],
  [["N"], "key_note"],
  [["Enter", "Ctrl+Enter"], "key_save"],
  [["Esc"], "key_escape"],
  [["← →", "K J"], "key_look"],
  [["E"], "key_expand"],
  [["?"], "key_help"],
];

export function helpDialog(say) {
  const rows = ROWS.map(([keys, words]) => {
    const caps = keys.flatMap((key, i) => [i ? ` ${say("or")} ` : "", el("kbd", {}, key)]);
    return el("tr", {}, el("th", { scope: "row" }, ...caps), el("td", {}, say(words)));
  });
  const dialog = el("dialog", { class: "help", "aria-labelledby": "help-title" });
  const close = el("button", { type: "button", class: "primary", onclick: () => dialog.close() }, say("close"));
  dialog.append(
    el("h2", { id: "help-title" }, say("help")),
    el("table", {}, el("tbody", {}, ...rows)),
    close,
  );
  dialog.addEventListener("keydown", (event) => event.key === "?" && dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
