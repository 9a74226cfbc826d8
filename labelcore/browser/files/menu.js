// On a phone the menu covers the page: it closes once one of its pages is chosen.
const NARROW = 768;

/** @param {{ parentElement: HTMLElement }} given */
export default function mount({ parentElement }) {
  const page = parentElement.ownerDocument;
  /** @param {MouseEvent} event */
  const close = (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-testid=stSidebar] a");
    if (!link || innerWidth > NARROW) return;
    /** @type {HTMLElement | null} */ (page.querySelector("[data-testid=stSidebarCollapseButton] button"))?.click();
  };
  page.addEventListener("click", close);
  return () => page.removeEventListener("click", close);
}
