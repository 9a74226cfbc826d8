// An offline pack: the card on a separate page, with the browser's storage in the server's place.
import mount from "./card.js";
import { Keep } from "./queue.js";
import { Record } from "./record.js";
import { el, speaker } from "./text.js";

const part = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const pack = JSON.parse(part("pack").textContent);
const language = navigator.language.startsWith("zh") ? "zh" : "en";
const words = pack.messages[language];
const say = speaker(words);
const keep = new Keep(pack.setting.project, pack.setting.annotator);
const record = new Record(pack.items, keep);
const place = part("card");
const status = el("span", { role: "status" });
let downloaded = 0;

/**
 * The card sends presses: they are stored, and it is told so once it has done with the key.
 * @param {string} _
 * @param {Payload} given
 */
function press(_, { events }) {
  queueMicrotask(() => {
    record.add(events);
    status.textContent = say(keep.works ? "kept" : "not_kept");
    tell(events.map((event) => event.client_id));
  });
}

/** @param {string[]} acknowledged */
function tell(acknowledged) {
  const messages = { ...words, finished_hint: words.pack_finished, no_storage: words.not_kept };
  const data = { ...pack.setting, ...record.news(acknowledged), language, messages, session: pack.manifest.pack };
  mount({ data, parentElement: place, setTriggerValue: press });
}

function download() {
  const { events } = record;
  const text = JSON.stringify({ manifest: pack.manifest, signature: pack.signature, events });
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const name = `grades-${pack.manifest.annotator}-${pack.manifest.pack}.json`;
  el("a", { href: address, download: name }).click();
  downloaded = events.length;
}

document.documentElement.lang = language;
part("strip").append(status, el("button", { type: "button", onclick: download }, say("download")));
window.addEventListener("beforeunload", (event) => {
  if (!keep.works && record.events.length > downloaded) event.preventDefault();
});
tell([]);
