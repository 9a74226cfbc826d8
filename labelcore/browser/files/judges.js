// The table of judges: each row opens its judge beside the table. Content reaches the page only as text nodes.
import { isDark } from "./ground.js";
import { el, parted } from "./text.js";

const tables = new WeakMap();

/** @param {{ data: JudgesNews, parentElement: HTMLElement, setTriggerValue: JudgesTrigger }} given */
export default function mount({ data, parentElement, setTriggerValue }) {
  const root = tables.get(parentElement) ?? parentElement.appendChild(el("section", { class: "board judges" }));
  tables.set(parentElement, root);
  const focused = /** @type {HTMLElement | null} */ (root.querySelector(":focus"))?.dataset.judge;
  const open = (/** @type {string} */ id) => {
    for (const row of root.querySelectorAll("tr[data-judge]")) row.toggleAttribute("data-open", row.dataset.judge === id);
    setTriggerValue("opened", { id });
  };
  root.dataset.theme = isDark(getComputedStyle(root).getPropertyValue("--st-background-color")) ? "dark" : "light";
  root.replaceChildren(table(data, open));
  root.querySelector(`button[data-judge="${focused}"]`)?.focus();
}

/**
 * @param {JudgesNews} data
 * @param {(id: string) => void} open
 */
function table(data, open) {
  const { words } = data;
  const columns = ["judge", "catches", "alarms", "n", "cost", "state"].filter((name) => name in words);
  const heads = columns.map((name) => el("th", { scope: "col", class: name }, ...parted(words[name])));
  const bodies = data.groups.map((group) =>
    el(
      "tbody",
      {},
      el("tr", {}, el("th", { scope: "rowgroup", colspan: columns.length }, group.criterion)),
      ...group.rows.map((row, at) => line(row, at === 0, columns, open)),
    ),
  );
  return el("table", { "aria-label": words.table }, el("thead", {}, el("tr", {}, ...heads)), ...bodies);
}

/**
 * @param {JudgesRow} row
 * @param {boolean} first of its criterion: a phone shows no others
 * @param {string[]} columns
 * @param {(id: string) => void} open
 */
function line(row, first, columns, open) {
  const press = (/** @type {Event} */ event) => {
    event.stopPropagation();
    open(row.id);
  };
  return el(
    "tr",
    { class: first && "first", "data-judge": row.id, "data-open": row.open, onclick: press },
    el("td", { class: "judge" }, el("button", { type: "button", "data-judge": row.id, "aria-pressed": String(row.open), onclick: press }, ...parted(row.judge))),
    el("td", { class: "catches", title: row.catches.words }, bar(row.catches, "found", row.seen)),
    el("td", { class: "alarms", title: row.alarms.words }, bar(row.alarms, "false", row.seen)),
    el("td", { class: "n" }, row.n),
    columns.includes("cost") ? el("td", { class: "cost" }, row.cost) : null,
    el("td", { class: "state" }, ...row.states.map(({ kind, words }) => el("span", { class: `chip ${kind}` }, words))),
  );
}

/**
 * A share as a mark on a line, its interval as a band around it.
 * @param {JudgesRate} rate
 * @param {string} kind
 * @param {boolean} seen
 */
function bar(rate, kind, seen) {
  const track = el("span", { class: `track ${kind}`, "aria-hidden": "true" });
  if (rate.low !== null && rate.high !== null) {
    const band = el("span", { class: "band" });
    band.style.insetInlineStart = `${100 * rate.low}%`;
    band.style.inlineSize = `${100 * (rate.high - rate.low)}%`;
    track.append(band);
  }
  if (rate.value !== null) {
    const mark = el("span", { class: "mark" });
    mark.style.insetInlineStart = `${100 * rate.value}%`;
    track.append(mark);
  }
  return el("span", { class: seen ? "rate seen" : "rate" }, track, el("span", {}, rate.short));
}
