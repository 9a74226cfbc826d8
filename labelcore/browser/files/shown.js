// One output as the grading card shows it, to look at: before it is imported.
import { Ground } from "./ground.js";
import { Sheets } from "./sheet.js";
import { el, speaker } from "./text.js";

/** @param {{ data: Shown, parentElement: HTMLElement }} given */
export default function mount({ data, parentElement }) {
  const sheet = new Sheets(speaker(data.messages)).of(data.item);
  const root = el("section", { class: "card shown", lang: data.language }, el("div", { class: "body" }, sheet));
  parentElement.querySelector(".shown")?.remove();
  parentElement.append(root);
  new Ground(root).measure();
}
