import assert from "node:assert/strict";
import test from "node:test";
import { Keep, newClientId, Queue } from "../../labelcore/browser/files/queue.js";
import { freshBrowser, MemoryStorage } from "./browser.js";

const press = (id, output = "o1") => ({ client_id: id, output_id: output, value: "pass" });

/** A queue with what it sent; `answers` decides whether a send goes out. */
function queueWith(t, answers = () => true) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const send = (events) => (sent.push(events.map((event) => event.client_id)), answers());
  const queue = new Queue(new Keep("p", "ann"), { send, changed: () => {} });
  t.after(() => queue.close());
  return { queue, sent };
}

test.beforeEach(() => freshBrowser());

test("a press is kept and sent until it is acknowledged", (t) => {
  const { queue, sent } = queueWith(t);
  assert.equal(queue.state, "ready");
  queue.add(press("a"));
  assert.deepEqual([queue.state, queue.size, sent], ["saving", 1, [["a"]]]);
  t.mock.timers.tick(20_000);
  assert.equal(sent.length, 2);
  assert.equal(queue.state, "failing");
  queue.acknowledge(["a"]);
  assert.deepEqual([queue.state, queue.size], ["saved", 0]);
  t.mock.timers.tick(100_000);
  assert.equal(sent.length, 2);
});

test("after a reload presses wait in the order in which they were made", (t) => {
  const { queue } = queueWith(t);
  queue.add(press("b"), press("a"));
  queue.add(press("c"));
  const again = new Queue(new Keep("p", "ann"), { send: () => true, changed: () => {} });
  assert.deepEqual([...again.waiting.keys()], ["b", "a", "c"]);
  const other = new Queue(new Keep("p", "ben"), { send: () => true, changed: () => {} });
  assert.equal(other.size, 0);
});

test("a clock that is set back does not reorder presses", (t) => {
  const { queue } = queueWith(t);
  t.mock.method(Date, "now", () => 1000);
  queue.add(press("a"));
  t.mock.method(Date, "now", () => 10);
  queue.add(press("b"));
  const [first, second] = [...queue.waiting.values()];
  assert.ok(first.at < second.at);
});

test("what is sent does not say when it was kept", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let sent = [];
  const queue = new Queue(new Keep("p", "ann"), { send: (events) => (sent = events), changed: () => {} });
  queue.add(press("a"));
  queue.close();
  assert.deepEqual(sent, [press("a")]);
});

test("a refused press is given back and sent no more", (t) => {
  const { queue } = queueWith(t);
  queue.add(press("a"), press("b", "o2"));
  assert.equal(queue.refuse("a").output_id, "o1");
  assert.equal(queue.refuse("a"), undefined);
  assert.deepEqual([queue.concerns("o1"), queue.concerns("o2")], [false, true]);
});

test("people count outputs, not the presses on them", (t) => {
  const { queue } = queueWith(t);
  queue.add(press("a"), press("b"), press("c", "o2"));
  assert.deepEqual([queue.size, queue.outputs], [3, 2]);
});

test("at most two hundred presses go at once, the rest after the answer", (t) => {
  const { queue, sent } = queueWith(t);
  queue.add(...Array.from({ length: 250 }, (_, n) => press(`id-${n}`)));
  assert.equal(sent.at(-1).length, 200);
  queue.acknowledge(sent.at(-1));
  t.mock.timers.tick(20_000);
  assert.equal(sent.at(-1).length, 50);
});

test("without a connection it says at once that presses are not saved", (t) => {
  freshBrowser({ onLine: false });
  const { queue } = queueWith(t);
  queue.add(press("a"));
  assert.equal(queue.state, "failing");
});

test("what the browser refuses to keep lasts as long as the page", () => {
  const keep = new Keep("p", "ann");
  keep.put("note/1", "kept");
  MemoryStorage.full = true;
  keep.put("note/2", { text: "refused" });
  assert.equal(keep.works, false);
  assert.deepEqual(keep.get("note/2"), { text: "refused" });
  assert.deepEqual(keep.all("note/"), [{ text: "refused" }, "kept"]);
  keep.drop("note/2");
  assert.deepEqual([keep.get("note/2"), keep.all("note/")], [null, ["kept"]]);
});

test("ids differ, with and without a secure origin", (t) => {
  t.mock.method(crypto, "randomUUID", undefined);
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  const ids = new Set(Array.from({ length: 100 }, newClientId));
  delete crypto.randomUUID;
  ids.add(newClientId());
  assert.equal(ids.size, 101);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{8,80}$/);
});
