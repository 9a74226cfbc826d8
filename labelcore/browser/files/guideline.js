// The guidelines as the grading card shows them, to look at where they are written.
import { Ground } from "./ground.js";
import { guidelineBody } from "./guide.js";
import { el, speaker } from "./text.js";

/** @param {{ data: GuidelineShown, parentElement: HTMLElement }} given */
export default function mount({ data, parentElement }) {
  const body = guidelineBody(data.guideline, data.language, speaker(data.messages));
  const root = el("section", { class: "card shown", lang: data.language, tabindex: 0 }, body);
  parentElement.querySelector(".shown")?.remove();
  parentElement.append(root);
  new Ground(root).measure();
}
