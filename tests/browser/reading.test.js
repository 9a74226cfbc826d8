// How texts are read: formats, differences, passages, hidden characters, terms, keys.
import assert from "node:assert/strict";
import test from "node:test";
import { aboutPart, isAnswer } from "../../labelcore/browser/files/asking.js";
import { choicesOf } from "../../labelcore/browser/files/choices.js";
import { pieces } from "../../labelcore/browser/files/diff.js";
import { brokenAt, parseJson } from "../../labelcore/browser/files/json_tree.js";
import { looksLikeMarkdown } from "../../labelcore/browser/files/markdown.js";
import { partsOf } from "../../labelcore/browser/files/marks.js";
import { passagesOf } from "../../labelcore/browser/files/passages.js";
import { places, ruleOf } from "../../labelcore/browser/files/terms.js";
import { speaker, visible, whole } from "../../labelcore/browser/files/text.js";
import { paper } from "./browser.js";

test("words are found by name, and only what is given is filled in", () => {
  const say = speaker({ place: "{place} / {total}" });
  assert.equal(say("place", { place: 3 }), "3 / {total}");
  assert.equal(say("place", { place: "{total}", total: 9 }), "{total} / 9");
  assert.equal(say("unknown"), "unknown");
  assert.equal(say("place", { constructor: 1 }), "{place} / {total}");
});

test("a text may come whole, cut, or not at all", () => {
  assert.deepEqual(whole("abc"), { text: "abc", leftOut: 0 });
  assert.deepEqual(whole({ text: "abc", left_out: 7 }), { text: "abc", leftOut: 7 });
  assert.deepEqual(whole(null), { text: "", leftOut: 0 });
});

test("JSON is an object or an array, and nothing else", () => {
  assert.notEqual(parseJson(' {"a": 1} '), undefined);
  assert.notEqual(parseJson("[]"), undefined);
  for (const text of ["", "12", '"a"', "{a: 1}", "[1,]", "null"]) assert.equal(parseJson(text), undefined, text);
});

test("what means to be JSON and is none says where it breaks", () => {
  assert.deepEqual(brokenAt('{"a": 1,\n "b": 2'), { line: 2, column: 8 });
  assert.notEqual(brokenAt('{"a": }'), null);
  assert.deepEqual(brokenAt('{"order": 4712, "items": ['), { line: 1, column: 27 });
  for (const text of ['{"a": 1}', "[]", "[1] see the footnote", "[a link](b)", "{a: set}", "plain", "[Note] read this"]) assert.equal(brokenAt(text), null, text);
});

test("Markdown is more than a star", () => {
  for (const text of ["# Title", "**bold**", "a `code` b", "- one\n- two", "> quote", "[a](b)", "|a|b|\n|--|--|\n|1|2|"]) {
    assert.ok(looksLikeMarkdown(text), text);
  }
  for (const text of ["2 * 3 * 4", "a_b_c", "- a dash", "#tag", "1. once", ""]) assert.ok(!looksLikeMarkdown(text), text);
});

test("differences put together give both texts", () => {
  const pairs = [["", ""], ["", "new"], ["a b c", "a c"], ["the cat sat", "the dog sat down"], ["杭州分公司", "杭州公司"], ["same", "same"]];
  for (const [before, after] of pairs) {
    const found = pieces(before, after);
    const joined = (left) => found.filter(({ kind }) => kind !== left).map(({ text }) => text).join("");
    assert.deepEqual([joined("new"), joined("gone")], [before, after]);
  }
  assert.deepEqual(pieces("one two three", "one 2 three").map(({ kind }) => kind), ["same", "gone", "new", "same"]);
});

test("texts too long for words are compared by lines", () => {
  const line = "word ".repeat(50) + "\n";
  const found = pieces(line.repeat(60), line.repeat(59) + "end\n");
  assert.equal(found.at(-1).text, "end\n");
});

test("passages are texts, or objects with a text and a source", () => {
  const long = "x".repeat(50);
  assert.deepEqual(passagesOf([{ page_content: long, metadata: { source: "a.pdf" }, score: 0.5 }]), [{ text: long, source: "a.pdf", score: "0.5" }]);
  assert.deepEqual(passagesOf([long, "short"]).length, 2);
  for (const value of [[], ["short"], [{ no: long }], { text: long }, null, [long, 3]]) assert.equal(passagesOf(value), null);
});

test("terms are whole words, capitals as written, longer terms first", () => {
  const found = (text, ...terms) =>
    places(text, terms.map((term) => ruleOf({ term, meaning: "" }))).map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(found("the US desk, BUSY us", "US"), ["US"]);
  assert.deepEqual(found("a Refund, no refunds", "refund"), ["Refund"]);
  assert.deepEqual(found("由杭分办理US单", "杭分", "US"), ["杭分", "US"]);
  assert.deepEqual(found("credit card debt card", "credit card", "card"), ["credit card", "card"]);
  assert.deepEqual(found("a.b axb", "a.b"), ["a.b"]);
});

test("a project asks for levels, for sides, or for pass and fail", () => {
  const say = (name) => name;
  assert.deepEqual(choicesOf({ scale: [{ name: "bad", value: "fail" }, { name: "good", value: "pass" }] }, say).map(({ level }) => level), [1, 2]);
  assert.deepEqual(choicesOf({ compare: true }, say).map(({ value }) => value), ["left", "tie", "right"]);
  assert.deepEqual(choicesOf({}, say), []);
});

test("fields of an output are asked after the criteria, by names that people read", () => {
  const criterion = { id: "c1", version: 1, name: "Short", severity: "must", statement: "" };
  const item = { fields: [{ pointer: "/a~1b/c~0d", value: "1" }] };
  assert.deepEqual(partsOf([criterion], item).map(({ name }) => name), ["Short", "a/b/c~d"]);
  assert.deepEqual(partsOf([criterion], null), []);
  assert.deepEqual(aboutPart(partsOf([], item)[0]), { criterion_id: null, criterion_version: null, field: "/a~1b/c~0d" });
  assert.deepEqual(aboutPart(criterion), { criterion_id: "c1", criterion_version: 1, field: null });
  assert.deepEqual(aboutPart(null), { criterion_id: null, criterion_version: null, field: null });
});

test("answers are told from other actions", () => {
  assert.deepEqual(["pass", "fail_only", "choice:2", "undo", "note"].map(isAnswer), [true, true, true, false, false]);
});

test("no text makes a browser lay out more than it can", () => {
  globalThis.document = paper;
  const tags = (nodes) => nodes.map(({ tag, children, data }) => tag === "span" ? children[0] : tag ?? data);
  assert.deepEqual(tags(visible("a\u202e".padEnd(50_001, "\u202e") + "b")), ["a", "U+202E ×50000", "b"]);
  assert.deepEqual(tags(visible(`e${"\u0301".repeat(199_000)}`)), [`e${"\u0301".repeat(16)}`, "+198984"]);
  const many = tags(visible("a\u202e\u200b".repeat(9_000)));
  assert.equal(many.filter((words) => words.startsWith("U+")).length, 500);
  assert.ok(many.at(-1).endsWith("a��"));
  const long = "ที่สุด ".repeat(9_000);
  const pieces = visible(`short\n${long}`);
  assert.ok(pieces.every(({ data = "" }) => data.length < 4_010));
  assert.equal(pieces.map(({ data = "" }) => data).join(""), `short\n${long}`);
  assert.deepEqual(tags(visible("line\n".repeat(9_000))), ["line\n".repeat(9_000)]);
  delete globalThis.document;
});
