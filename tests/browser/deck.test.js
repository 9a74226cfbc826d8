import assert from "node:assert/strict";
import test from "node:test";
import { Deck } from "../../labelcore/browser/files/deck.js";

const item = (n, more = {}) => ({ output_id: `o${n}`, position: n, text: `text ${n}`, current: null, marks: {}, ...more });
const given = (value, id = `id-${value}`) => ({ value, note: "", client_id: id });

/** A deck of three outputs; presses on those in `waiting` are on their way. */
function deckOfThree(waiting = new Set()) {
  const deck = new Deck((id) => waiting.has(id));
  deck.receive({ items: [item(1), item(2), item(3)], place: 1, total: 3, done: 0 });
  return deck;
}

test("the first output without a grade is shown, and after a grade the next", () => {
  const deck = deckOfThree(new Set(["o1"]));
  assert.equal(deck.shown, "o1");
  deck.give("o1", given("pass"), ["id-pass"]);
  deck.showNext(deck.lastPosition);
  assert.equal(deck.shown, "o2");
  assert.equal(deck.counted(), 1);
});

test("a press that is on its way counts more than what the server says", () => {
  const waiting = new Set(["o1"]);
  const deck = deckOfThree(waiting);
  deck.give("o1", given("pass"), ["id-pass"]);
  deck.receive({ items: [item(1), item(2), item(3)], place: 1, total: 3, done: 0 });
  assert.equal(deck.grade("o1").value, "pass");
  waiting.clear();
  deck.receive({ items: [item(1, { current: given("fail") }), item(2), item(3)], place: 2, total: 3, done: 1 });
  assert.equal(deck.grade("o1").value, "fail");
});

test("a stored grade stays known when the server lists its output no more", () => {
  const deck = deckOfThree();
  deck.give("o1", given("unsure"), ["id"]);
  deck.shown = "o2";
  deck.receive({ items: [item(2), item(3)], place: 2, total: 3, done: 1 });
  assert.equal(deck.grade("o1").value, "unsure");
});

test("undo shows the output again with the grade before, and hands the act to redo", () => {
  const deck = deckOfThree();
  deck.give("o1", given("pass", "a"), ["a"]);
  deck.give("o1", given("fail", "b"), ["b"]);
  deck.amend("o1", { ...given("fail", "c"), note: "why" }, "c");
  deck.showNext(1);
  const act = deck.takeBack();
  assert.deepEqual([act.ids, deck.shown, deck.grade("o1").value], [["b", "c"], "o1", "pass"]);
  assert.equal(deck.takenBack.at(-1).undone.note, "why");
  deck.takeBack();
  assert.equal(deck.grade("o1"), null);
  assert.equal(deck.takeBack(), null);
});

test("an undone output that is not here is waited for and then shown", () => {
  const waiting = new Set(["o9"]);
  const deck = new Deck((id) => waiting.has(id), [{ output_id: "o9", ids: ["x"], before: null, value: "pass" }]);
  deck.receive({ items: [item(1)], place: 1, total: 2, done: 1 });
  deck.takeBack();
  assert.equal(deck.shown, null);
  deck.receive({ items: [item(1)], place: 1, total: 2, done: 1 });
  assert.equal(deck.shown, null);
  deck.receive({ items: [item(1), item(9)], place: 1, total: 2, done: 0 });
  assert.equal(deck.shown, "o9");
});

test("marks of criteria are told apart from the grade of the whole", () => {
  const deck = deckOfThree();
  deck.giveMark("o1", "c1", given("fail", "m"));
  assert.equal(deck.grade("o1"), null);
  assert.equal(deck.mark("o1", "c1").value, "fail");
  assert.equal(deck.takeBack().part, "c1");
  assert.equal(deck.mark("o1", "c1"), null);
});

test("an answer that knows less than the newest is not taken in", () => {
  const deck = new Deck(() => false);
  deck.receive({ items: [item(1)], place: 1, total: 9, done: 5, epoch: "e", stamp: 2 });
  deck.receive({ items: [item(2)], place: 1, total: 9, done: 4, epoch: "e", stamp: 1 });
  assert.deepEqual([deck.done, [...deck.items.keys()]], [5, ["o1"]]);
  deck.receive({ items: [item(2)], place: 1, total: 9, done: 1, epoch: "another server", stamp: 1 });
  assert.equal(deck.done, 1);
});

test("ungraded outputs that the server offers no more are forgotten, the one on screen is not", () => {
  const deck = deckOfThree();
  deck.receive({ items: [item(3)], place: 1, total: 3, done: 0 });
  assert.deepEqual(deck.order(), ["o1", "o3"]);
});

test("an item that comes without its texts keeps those that are held", () => {
  const deck = new Deck(() => false);
  deck.receive({ items: [item(1, { terms_key: "t" })], place: 1, total: 1, done: 0 });
  assert.deepEqual(deck.held(), ["o1", "o1#t"]);
  const { text: _, ...known } = item(1, { position: 7 });
  deck.receive({ items: [known], place: 1, total: 1, done: 0 });
  assert.deepEqual([deck.item.text, deck.item.position], ["text 1", 7]);
});

test("looking back and forth stops at the ends and never skips an output without a grade", () => {
  const deck = deckOfThree();
  assert.equal(deck.look(-1), false);
  assert.equal(deck.look(1), true);
  assert.equal(deck.look(1), true);
  assert.equal(deck.look(1), false);
  deck.give("o3", given("pass"), ["p"]);
  assert.equal(deck.look(1), true);
  assert.equal(deck.shown, "o1");
});

test("what comes unannounced before the output on screen is next, and what was passed over is not", () => {
  const waiting = new Set(["o1"]);
  const deck = deckOfThree(waiting);
  deck.give("o1", given("pass"), ["id-pass"]);
  deck.showNext(deck.lastPosition); // o2 is on screen before the answer comes
  waiting.clear();
  deck.receive({ items: [item(9, { position: 1.4 }), item(2), item(3)], place: 2, total: 3, done: 1 });
  assert.equal(deck.shown, "o2");
  deck.give("o2", given("pass"), ["id"]);
  deck.showNext(deck.lastPosition);
  assert.equal(deck.shown, "o9");
  deck.look(1); // back to o2, which is graded, then on to o3: o9 was seen and is left open
  deck.look(1);
  assert.equal(deck.shown, "o3");
  deck.give("o3", given("pass"), ["last"]);
  deck.showNext(deck.lastPosition);
  assert.equal(deck.shown, "o9"); // nothing else is left
});
