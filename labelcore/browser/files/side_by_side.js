// One output as on the card, and beneath it what people say of it, to look at.
import { Ground } from "./ground.js";
import { Opinions } from "./opinions.js";
import { Sheets } from "./sheet.js";
import { el, speaker } from "./text.js";

/** @type {WeakMap<HTMLElement, Opinions>} */
const shown = new WeakMap();

/** @param {{ data: SideBySide, parentElement: HTMLElement }} given */
export default function mount({ data, parentElement }) {
  const say = speaker(data.messages);
  shown.get(parentElement)?.clear();
  const body = el("div", { class: "body" }, new Sheets(say).of(data.item));
  const opinions = new Opinions(say, () => body);
  body.addEventListener("click", () => opinions.paint());
  opinions.show(data.opinions);
  shown.set(parentElement, opinions);
  const root = el("section", { class: "card beside-each-other", lang: data.language }, body, opinions.element);
  parentElement.querySelector(".beside-each-other")?.remove();
  parentElement.append(root);
  new Ground(root).measure();
  opinions.paint();
  return () => opinions.clear();
}
