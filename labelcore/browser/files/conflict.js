// One conflict to be settled: the output as on the card, what people gave, what they say to each other, and a key
// for each ruling. A ruling asks for its reason; what is typed stays until Python says that it is stored.
import { Find } from "./find.js";
import { Ground } from "./ground.js";
import { actionOf, HeldKeys } from "./keys.js";
import { Opinions } from "./opinions.js";
import { Sheets } from "./sheet.js";
import { el, speaker, visible } from "./text.js";

/** @type {Keys} */
const KEYS = { pass: "p", fail: "f", unclear: "u", blind: "b", open: "o", comment: "c", withdrawn: "w" };
const RULES = ["pass", "fail", "unclear"];
const NEEDS_WORDS = [...RULES, "withdrawn", "comment"];

/** @type {WeakMap<HTMLElement, Court>} */
const courts = new WeakMap();

/** @param {{ data: ConflictNews, parentElement: HTMLElement, setTriggerValue: ConflictTrigger }} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  const court = courts.get(parentElement) ?? new Court(parentElement);
  courts.set(parentElement, court);
  court.receive(data, setTriggerValue);
  return () => setTimeout(() => court.destroyIfGone());
}

class Court {
  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.parent = parent;
    this.quit = new AbortController();
    this.held = new HeldKeys();
    /** @type {string | null} */
    this.chosen = null;
    this.sent = "";
    this.sentOn = "";
    this.goesOn = false; // a ruling is on its way, and another conflict comes
    /** @type {Map<string, { action: string, text: string }>} */
    this.drafts = new Map();
    /** @type {ConflictNews | null} */
    this.news = null;
    /** @type {ConflictTrigger} */
    this.trigger = () => {};
    this.say = speaker({});
    this.body = el("div", { class: "body" });
    this.root = el("section", { class: "card court" });
    parent.append(this.root);
    const signal = this.quit.signal;
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("keyup", (event) => this.held.release(event), { signal });
    window.addEventListener("blur", () => this.held.releaseAll(), { signal });
  }

  destroyIfGone() {
    const host = this.parent instanceof ShadowRoot ? this.parent.host : this.parent;
    if (host.isConnected) return;
    this.quit.abort();
    this.opinions?.clear();
    courts.delete(this.parent);
  }

  /**
   * @param {ConflictNews} data
   * @param {ConflictTrigger} trigger
   */
  receive(data, trigger) {
    this.trigger = trigger;
    const isDone = data.done !== "" && data.done === this.sent;
    if (isDone) this.drafts.delete(this.sentOn);
    if (isDone || data.refused) this.goesOn = false;
    this.keepDraft();
    const written = this.chosen && this.news?.id === data.id ? { action: this.chosen, text: this.field?.value ?? "" } : null;
    this.news = data;
    this.say = speaker(data.messages);
    this.root.setAttribute("lang", data.language);
    this.draw(data);
    const draft = written ?? this.drafts.get(data.id);
    if (draft) this.choose(draft.action, draft.text);
    this.status?.replaceChildren(...visible(data.refused));
    new Ground(this.root).measure();
    this.opinions?.paint();
  }

  keepDraft() {
    if (this.news && this.chosen && this.field?.value.trim()) this.drafts.set(this.news.id, { action: this.chosen, text: this.field.value });
  }

  /** @param {ConflictNews} data */
  draw(data) {
    const { say } = this;
    this.chosen = null;
    this.opinions?.clear();
    this.body.replaceChildren(new Sheets(say).of(data.item));
    this.opinions = new Opinions(say, () => this.body);
    this.body.onclick = () => this.opinions?.paint();
    this.opinions.show(data.opinions);
    this.find = new Find(say, () => this.body);
    this.field = el("textarea", { rows: 2, dir: "auto", maxlength: 5000 });
    this.field.addEventListener("keydown", (event) => this.typed(event));
    this.about = el("select", { "aria-label": say("which_criterion") }, el("option", { value: "" }, say("no_one_criterion")), ...data.criteria.map(({ id, name }) => el("option", { value: id }, name)));
    this.label = el("label", {});
    this.form = el("div", { class: "reason-box", hidden: true }, this.label, this.field, this.about, this.buttons());
    this.status = el("p", { class: "last", role: "status" });
    const beside = el("div", { class: "told" }, this.opinions.element, this.talk(data));
    this.root.replaceChildren(this.line(data), this.find.element, el("div", { class: "both" }, this.body, beside), el("div", { class: "dock" }, this.status, this.form, this.bar(data)));
  }

  /** @param {ConflictNews} data */
  line({ place, total }) {
    const arrow = (/** @type {string} */ kind, /** @type {string} */ sign) => el("button", { type: "button", "aria-label": this.say(kind), title: this.say(kind), onclick: () => this.go(kind) }, sign);
    return el("div", { class: "line" }, el("span", { class: "arrows" }, arrow("previous", "‹"), arrow("next", "›")), el("span", { class: "place" }, this.say("place", { place, total })));
  }

  /** @param {string} kind */
  go(kind) {
    this.keepDraft();
    this.trigger("acted", { id: `go-${performance.now()}`, conflict: this.news?.id ?? "", kind, words: "", about: "" });
  }

  /** @param {ConflictNews} data */
  talk({ comments, ruling }) {
    const settled = ruling ? [el("p", { class: "ruled", "data-value": ruling.value, dir: "auto" }, el("strong", {}, ...visible(ruling.words)), " ", ...visible(ruling.reason))] : [];
    const said = comments.map(({ author, when, text }) => el("li", {}, el("span", { class: "role" }, ...visible(`${author} · ${when}`)), el("p", { dir: "auto" }, ...visible(text))));
    return el("div", { class: "talk" }, ...settled, said.length > 0 ? el("ol", { "aria-label": this.say("comments") }, ...said) : null);
  }

  /** @param {ConflictNews} data */
  bar({ actions }) {
    const buttons = actions.map((action) =>
      el(
        "button",
        { type: "button", class: `act ${RULES.includes(action) ? action.replace("unclear", "unsure") : "side"}`, "data-action": action, "aria-keyshortcuts": KEYS[action].toUpperCase(), onclick: () => this.choose(action) },
        el("span", {}, this.say(`rule_${action}`)),
        el("kbd", { "aria-hidden": "true" }, KEYS[action].toUpperCase()),
      ),
    );
    return el("div", { class: "bar" }, el("div", { class: "grades" }, ...buttons));
  }

  buttons() {
    const save = el("button", { type: "button", class: "primary", onclick: () => this.send() }, this.say("rule_save"));
    return el("div", { class: "note-buttons" }, save, el("button", { type: "button", onclick: () => this.leave() }, this.say("cancel")));
  }

  /**
   * @param {string} action
   * @param {string} [text]
   */
  choose(action, text = "") {
    const { field, form, label, about, news, say } = this;
    if (!field || !form || !label || !about || !news?.actions.includes(action)) return;
    this.chosen = action;
    this.status?.replaceChildren();
    form.hidden = false;
    about.hidden = action !== "unclear" || news.criteria.length === 0;
    label.textContent = say(`why_${action}`);
    field.setAttribute("aria-label", say(`why_${action}`));
    if (text) field.value = text;
    for (const button of this.root.querySelectorAll("[data-action]")) button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.action === action));
    field.focus({ preventScroll: true });
  }

  leave() {
    this.chosen = null;
    this.status?.replaceChildren();
    if (this.form) this.form.hidden = true;
    for (const button of this.root.querySelectorAll("[data-action]")) button.setAttribute("aria-pressed", "false");
    this.drafts.delete(this.news?.id ?? "");
    if (this.field) {
      this.field.value = "";
      this.field.blur();
    }
  }

  send() {
    const { chosen, field, news, status, about } = this;
    if (!chosen || !field || !news || !status) return;
    const words = field.value.trim();
    if (!words && NEEDS_WORDS.includes(chosen)) {
      status.textContent = this.say("rule_needs_words");
      field.focus();
      return;
    }
    this.sent = crypto.randomUUID?.() ?? `act-${Date.now()}-${Math.random()}`;
    this.keepDraft();
    this.chosen = null;
    this.sentOn = news.id;
    this.goesOn = chosen !== "comment";
    field.value = "";
    field.blur();
    if (this.form) this.form.hidden = true;
    status.textContent = this.say("saving");
    this.trigger("acted", { id: this.sent, conflict: news.id, kind: chosen, words, about: chosen === "unclear" ? about?.value ?? "" : "" });
  }

  /** @param {KeyboardEvent} event */
  typed(event) {
    event.stopPropagation(); // typed words are no rulings
    if (event.isComposing) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && !event.shiftKey) this.send();
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.root.checkVisibility()) return;
    const action = actionOf(event, KEYS);
    if (action === null || !this.news) return;
    if (action === "find") this.find?.open();
    else if (action in KEYS && !this.goesOn && !this.held.isRepeat(event)) this.choose(action);
    else if (["next", "previous"].includes(action) && !this.held.isRepeat(event)) this.go(action);
    else return;
    event.preventDefault();
  }
}
