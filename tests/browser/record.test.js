import assert from "node:assert/strict";
import test from "node:test";
import { Keep } from "../../labelcore/browser/files/queue.js";
import { Record } from "../../labelcore/browser/files/record.js";
import { freshBrowser } from "./browser.js";

const items = [1, 2].map((n) => ({ output_id: `o${n}`, position: n, text: "", current: null, marks: {} }));
const press = (client_id, value, more = {}) => ({ client_id, output_id: "o1", value, note: "", criterion_id: null, field: null, supersedes: null, ...more });

test.beforeEach(() => freshBrowser());

test("presses are kept once, in order, over a reload", () => {
  const record = new Record(items, new Keep("pack", "ann"));
  record.add([press("b", "fail"), press("a", "fail", { note: "why", supersedes: "b" })]);
  record.add([press("b", "fail")]);
  const again = new Record(items, new Keep("pack", "ann"));
  assert.deepEqual(again.events.map((event) => event.client_id), ["b", "a"]);
  assert.ok(again.events[0].at < again.events[1].at);
});

test("the card is told of the newest grade of the whole and of each part", () => {
  const record = new Record(items, new Keep("pack", "ann"));
  record.add([press("a", "fail"), press("b", "pass"), press("c", "fail", { criterion_id: "c1" }), press("d", "unsure", { field: "/x" })]);
  const news = record.news(["d"]);
  assert.equal(news.items[0].current.value, "pass");
  assert.deepEqual(Object.entries(news.items[0].marks).map(([part, grade]) => [part, grade.value]), [["c1", "fail"], ["/x", "unsure"]]);
  assert.deepEqual([news.place, news.done, news.total, news.acknowledged], [2, 1, 2, ["d"]]);
});

test("an undo brings the grade before back", () => {
  const record = new Record(items, new Keep("pack", "ann"));
  record.add([press("a", "fail"), press("b", "pass"), press("c", "undone", { supersedes: "b" })]);
  assert.equal(record.news([]).items[0].current.value, "fail");
  record.add([press("d", "undone", { supersedes: "a" })]);
  assert.deepEqual([record.news([]).items[0].current, record.news([]).place], [null, 1]);
});

test("all graded is a place after the last", () => {
  const record = new Record(items, new Keep("pack", "ann"));
  record.add([press("a", "pass"), press("b", "skipped", { output_id: "o2" })]);
  assert.deepEqual([record.news([]).place, record.news([]).done], [3, 2]);
});
