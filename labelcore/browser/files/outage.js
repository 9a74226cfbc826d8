// Streamlit covers the page with a "Connection error" dialog, takes the focus in the middle of a
// word, and so stops people who could go on grading what is loaded. The card says by itself what is
// not saved, so it closes that dialog. If Streamlit renames it, it stays, and keys wait for it.

const TITLE = "Connection error";

/**
 * Close the dialog whenever it appears, then call `closed()`; ends with `signal`.
 * @param {() => void} closed
 * @param {AbortSignal} signal
 */
export function closeConnectionDialogs(closed, signal) {
  const look = () => {
    for (const dialog of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[role=dialog]"))) {
      if (!dialog.textContent.trim().startsWith(TITLE) || dialog.dataset.closing) continue;
      dialog.dataset.closing = "yes";
      /** @type {HTMLElement | null} */ (dialog.querySelector("button[aria-label=Close]"))?.click();
      closed();
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true });
  signal.addEventListener("abort", () => observer.disconnect());
}
