// On a phone the menu covers the page: it closes once one of its pages is chosen. From another page the browser's way
// back leads to the page as it was left. And the keyboard goes on where something happened, for what was pressed is gone.
import { speak } from "./foreign.js";

const NARROW = 768;
const OPENS = "[data-testid=stExpandSidebarButton]";
const LONGEST = 5000; // milliseconds after which nothing takes the keyboard from where it is by then
const CLOSES = "[data-testid=stSidebarCollapseButton] button";

/** A menu link's query would be written to the page that is left first, as another step without its open tab.
 * Streamlit opens such a link here whatever key is held.
 * @param {MouseEvent} event
 */
function leave(event) {
  const target = event.target instanceof Element && event.target.closest("a[data-testid=stPageLink-NavLink]");
  const link = /** @type {HTMLAnchorElement | null} */ (target || null);
  if (!link || link.origin !== location.origin || link.pathname === location.pathname) return;
  history.pushState = (state, title, url) => {
    Reflect.deleteProperty(history, "pushState"); // as it was
    const { pathname } = new URL(url ?? "", document.baseURI);
    if (pathname !== location.pathname) history.pushState(state, title, url);
  };
}

/** By the keyboard, a link leads to the page that it opens, and opening or closing the menu into it or out of it.
 * @param {MouseEvent} event
 */
function follow(event) {
  if (!event.isTrusted || event.detail > 0 || !(event.target instanceof Element)) return;
  const page = event.target.ownerDocument;
  const ways = { [OPENS]: "[data-testid=stSidebar] a", [CLOSES]: OPENS, "a[data-testid=stPageLink-NavLink]": "main" };
  const way = Object.entries(ways).find(([pressed]) => /** @type {Element} */ (event.target).closest(pressed));
  if (!way) return;
  const wait = () => {
    const next = /** @type {HTMLElement | null} */ (page.querySelector(way[1]));
    if (next?.checkVisibility({ visibilityProperty: true })) next.focus({ preventScroll: true });
    else if (performance.now() - event.timeStamp < LONGEST) requestAnimationFrame(wait);
  };
  requestAnimationFrame(wait);
}

/** @param {{ data: MenuNews, parentElement: HTMLElement }} given */
export default function mount({ data, parentElement }) {
  const page = parentElement.ownerDocument;
  speak(page, data.language, data.words);
  /** @param {MouseEvent} event */
  const close = (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-testid=stSidebar] a");
    if (!link || innerWidth > NARROW) return;
    /** @type {HTMLElement | null} */ (page.querySelector(CLOSES))?.click();
  };
  page.addEventListener("click", leave, true);
  page.addEventListener("click", close);
  page.addEventListener("click", follow);
  return () => {
    page.removeEventListener("click", leave, true);
    page.removeEventListener("click", close);
    page.removeEventListener("click", follow);
  };
}
