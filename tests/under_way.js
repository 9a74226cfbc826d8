// Whether the page has asked Streamlit's server for a run that is not over. The page says that it runs only once
// the server has begun, which a busy machine puts off: until then it looks like one on which nothing happens.
(() => {
  const RERUN = (11 << 3) | 2; // the first byte of a BackMsg that asks for a run
  const [BEGUN, ENDED] = [4, 6]; // fields of a ForwardMsg
  const FOR_ANOTHER = 2; // how a run ended that gave way to the next one
  const heard = new WeakSet();
  let [isAsked, isBegun] = [false, false];

  /** Number and value of each field; of one with a content, its length. */
  function* fields(bytes) {
    let at = 0;
    const number = () => {
      let [found, unit] = [0, 1];
      for (let more = true; more; unit *= 128) {
        found += (bytes[at] & 127) * unit;
        more = bytes[at++] > 127;
      }
      return found;
    };
    while (at < bytes.length) {
      const [tag, value] = [number(), number()];
      yield [tag >> 3, value];
      if ((tag & 7) === 2) at += value;
    }
  }

  function hear({ data }) {
    for (const [field, value] of fields(new Uint8Array(data))) {
      if (field === BEGUN) [isAsked, isBegun] = [false, true];
      else if (field === ENDED && value !== FOR_ANOTHER) isBegun = false;
    }
  }

  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener("message", hear);
      this.addEventListener("close", () => ([isAsked, isBegun] = [false, false]));
    }
    if (data[0] === RERUN) isAsked = true;
    return send.call(this, data);
  };
  window.isUnderWay = () => isAsked || isBegun;
})();
