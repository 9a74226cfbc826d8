// The page around the card: where it begins, and whether its ground is dark or light.

// Pixels around an element that is brought into view, and how much of a long one is enough.
const MARGIN = 12;
const ENOUGH = 200;

/** Tells the card's style where it begins, so that its bar sits at the bottom of the window. */
export class Ground {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {string | null} */
    this.colour = null;
  }

  scroller() {
    return /** @type {ShadowRoot} */ (this.root.getRootNode()).host?.closest('[data-testid="stMain"]');
  }

  /**
   * Scroll so that enough of an element is seen between the top of the window and the dock; a phone's keyboard leaves less of the window.
   * @param {Element} element
   * @param {Element} dock
   */
  bringAbove(element, dock) {
    const { top, bottom } = element.getBoundingClientRect();
    const first = (window.visualViewport?.offsetTop ?? 0) + MARGIN;
    const last = dock.getBoundingClientRect().top - MARGIN;
    if (Math.min(bottom, last) - Math.max(top, first) >= Math.min(bottom - top, ENOUGH)) return;
    (this.scroller() ?? window).scrollBy({ top: top > first ? Math.min(top - first, bottom - last) : top - first });
  }

  measure() {
    const { root } = this;
    const top = root.getBoundingClientRect().top + (this.scroller()?.scrollTop ?? window.scrollY);
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
