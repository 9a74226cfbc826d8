"""From a key on the grading card to the next output painted, in a real Chromium.

    PYTHONPATH=. python tests/bench/key_latency.py URL [--presses 60] [--gap 0.4]

Times are taken inside the page: from keydown to the second animation frame after the card shows
another output. Prints p50, p95 and the worst, and how many presses moved the card.
"""

from __future__ import annotations

import argparse
import statistics

from tests.chromium import chromium

WATCH = """() => {
  const host = [...document.querySelectorAll('*')].find((node) => node.shadowRoot?.querySelector('.card'));
  const root = host ? host.shadowRoot : document;
  const times = (window.labelcoreTimes = []);
  let pressed = null;
  document.addEventListener('keydown', () => (pressed = performance.now()), true);
  new MutationObserver(() => {
    if (pressed === null) return;
    const from = pressed;
    pressed = null;
    requestAnimationFrame(() => requestAnimationFrame(() => times.push(performance.now() - from)));
  }).observe(root.querySelector('.card'), { attributes: true, attributeFilter: ['data-output-id'] });
}"""


def measure(url: str, presses: int, gap: float) -> list[float]:
    """Milliseconds of each press that moved the card."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{url}/grading?labelcore-annotator=keys")
        page.locator(".card .output").first.wait_for(timeout=60_000)
        page.wait_for_timeout(3_000)
        page.evaluate(WATCH)
        for at in range(presses):
            page.keyboard.press("pu"[at % 2])
            page.wait_for_timeout(1000 * gap)
        times: list[float] = page.evaluate("window.labelcoreTimes")
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--gap", type=float, default=0.4)
    chosen = parser.parse_args()
    times = sorted(measure(chosen.url, chosen.presses, chosen.gap))
    p95 = times[int(0.95 * len(times))]
    print(
        f"{len(times)} of {chosen.presses} presses moved the card; key to painted p50 "
        f"{statistics.median(times):.1f} ms, p95 {p95:.1f} ms, worst {times[-1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
