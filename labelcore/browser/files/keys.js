// From a key to an action. Held keys, shortcuts of the browser and typing are left alone.

/** The keys that a person may change, as they are at first. */
export const USUAL = {
  pass: "p",
  fail: "f",
  unsure: "u",
  skip: "s",
  undo: "z",
  redo: "y",
  note: "n",
  criterion: "c",
  mark: "m",
  edit: "o",
  agree: "a",
  unseen: "g",
  expand: "e",
  guideline: "i",
  inapplicable: "d",
};

/** @type {Record<string, string>} */
const ACTIONS = {
  1: "pass",
  2: "fail",
  3: "unsure",
  j: "next",
  k: "previous",
  "?": "help",
  "/": "find",
  ArrowLeft: "previous",
  ArrowRight: "next",
};

const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox], [role=listbox], [role=slider], [role=spinbutton]";
const STUCK_AFTER = 1500;

/**
 * The letter that a key stands for, also on a keyboard that writes another script.
 * @param {KeyboardEvent} event
 */
function letter(event) {
  const foreign = /^[^\u0020-\u007E]$|^(?:Process|Dead|Unidentified)$/.test(event.key);
  const found = foreign ? /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code ?? "") : null;
  return found ? found[1] ?? found[2] : event.key;
}

/**
 * The action of a key press, or null when it is not for the card; `keys` maps actions to keys. The
 * digits up to `choices` choose a level or a side.
 * @param {KeyboardEvent} event
 * @param {Keys} keys
 * @param {number} [choices]
 */
export function actionOf(event, keys, choices = 0) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const target = event.composedPath()[0];
  if (target instanceof Element && target.closest(TYPING)) return null;
  const dialogs = [...document.querySelectorAll("[role=dialog], dialog[open]")];
  if (dialogs.some((dialog) => dialog.checkVisibility())) return null;
  const typed = letter(event);
  const key = typed.length === 1 ? typed.toLowerCase() : typed;
  if (/^[1-9]$/.test(key) && Number(key) <= choices) return `choice:${key}`;
  const action = Object.keys(keys).find((name) => keys[name] === key) ?? ACTIONS[key] ?? null;
  return action === "fail" && event.shiftKey ? "fail_only" : action;
}

/** Tells a fresh press from a held key, also where the system does not mark repeats. */
export class HeldKeys {
  constructor() {
    /** @type {Map<string, number>} */
    this.down = new Map();
  }

  /** @param {KeyboardEvent} event */
  isRepeat(event) {
    const since = this.down.get(event.code);
    const now = performance.now();
    this.down.set(event.code, now);
    return event.repeat || (since !== undefined && now - since < STUCK_AFTER);
  }

  /** @param {KeyboardEvent} event */
  release(event) {
    this.down.delete(event.code);
  }

  releaseAll() {
    this.down.clear();
  }
}
