// On a phone the menu covers the page: it closes once one of its pages is chosen. And from another page the browser's
// way back leads to the page as it was left.
const NARROW = 768;

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

/** @param {{ parentElement: HTMLElement }} given */
export default function mount({ parentElement }) {
  const page = parentElement.ownerDocument;
  /** @param {MouseEvent} event */
  const close = (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-testid=stSidebar] a");
    if (!link || innerWidth > NARROW) return;
    /** @type {HTMLElement | null} */ (page.querySelector("[data-testid=stSidebarCollapseButton] button"))?.click();
  };
  page.addEventListener("click", leave, true);
  page.addEventListener("click", close);
  return () => {
    page.removeEventListener("click", leave, true);
    page.removeEventListener("click", close);
  };
}
