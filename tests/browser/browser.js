// The few things of a browser that modules without a page need.

/** A storage in memory; `full` makes it refuse. */
export class MemoryStorage {
  setItem(name, value) {
    if (MemoryStorage.full) throw new Error("full");
    this[name] = value;
  }

  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }

  removeItem(name) {
    delete this[name];
  }
}
MemoryStorage.full = false;

/** Give a test a fresh browser. */
export function freshBrowser({ onLine = true } = {}) {
  MemoryStorage.full = false;
  Object.defineProperty(globalThis, "localStorage", { value: new MemoryStorage(), configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: { onLine }, configurable: true });
}

/** What makes elements and texts, for modules that only build them. */
export const paper = {
  createTextNode: (data) => ({ data }),
  createElement: (tag) => ({ tag, children: [], append(...children) { this.children.push(...children); }, setAttribute() {} }),
};
