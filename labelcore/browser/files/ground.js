// The page around the card: where it begins, and whether its ground is dark or light.

/** Tells the card's style where it begins, so that its bar sits at the bottom of the window. */
export class Ground {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {string | null} */
    this.colour = null;
  }

  measure() {
    const { root } = this;
    const scroller = /** @type {ShadowRoot} */ (root.getRootNode()).host?.closest('[data-testid="stMain"]');
    const top = root.getBoundingClientRect().top + (scroller?.scrollTop ?? window.scrollY);
    root.style.setProperty("--card-top", `${Math.max(0, Math.round(top))}px`);
    const colour = getComputedStyle(root).getPropertyValue("--st-background-color");
    if (colour !== this.colour) root.dataset.theme = isDark(colour) ? "dark" : "light";
    this.colour = colour;
  }
}

/**
 * Whether a CSS colour is dark (Streamlit's theme is known by its colours only); the browser itself reads the colour.
 * @param {string} colour
 */
export function isDark(colour) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!probe) return false;
  probe.fillStyle = colour.trim() || "#fff";
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
}
