"""The explorer: how long a frame of its map takes, solved alone and from a slider to the screen.

    python -m benchmarks.suite.exploring

prints a table in Markdown: medians, least and most, of 1024 x 1024 games with closed forms. To the screen is
from the moment at which a slider of the page has another value to that at which the browser has drawn the map
that belongs to it, in a headless Chromium on this machine; it takes the packages of tests/browser.py.
"""

import re
import statistics
import subprocess
import sys
import time

from foedus import Game
from foedus.explorer.view import DEFAULT, frames

FRAMES = 40

# move the first slider that is not on an axis to and fro, and time each map until it is drawn
TIME = """
const [frames, done] = arguments;
const models = Bokeh.documents.flatMap((page) => [...page._all_models.values()]);
const image = models.find((model) => model.type === "ColumnDataSource" && model.data.image);
const slider = models.filter((model) => model.type === "Slider")[1];
const drawn = () => new Promise((resolve) => {
  const changed = () => {
    image.properties.data.change.disconnect(changed);
    requestAnimationFrame(() => setTimeout(resolve));
  };
  image.properties.data.change.connect(changed);
});
const taken = [];
for (let i = 0; i < frames; i++) {
  await new Promise((resolve) => setTimeout(resolve, 600));  // until what a pause adds is there, too
  const started = performance.now(), next = drawn();
  slider.value = slider.start + (0.3 + 0.4 * (i % 7) / 7) * (slider.end - slider.start);
  await next;
  taken.push(performance.now() - started);
}
return taken;
"""


def solving():
    """Return the milliseconds that each of some frames took to solve."""
    taken = []
    for i in range(FRAMES):
        view = DEFAULT._replace(game=Game(stake=0.5 + i / FRAMES))
        started = time.perf_counter()
        next(frames(view, lambda: False))
        taken.append(1e3 * (time.perf_counter() - started))
    return taken


def to_the_screen():
    """Return the milliseconds from a slider to the screen of each of some frames."""
    from tests.browser import deep, open_browser  # which asv, that loads every module here, does not see

    command = [sys.executable, "-m", "foedus", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, open_browser() as driver:
        driver.set_script_timeout(300)
        driver.get(re.search(r"http://\S+", server.stdout.readline()).group())
        while not deep(driver, ".claims li[class]"):
            time.sleep(0.1)
        taken = driver.execute_script(TIME, FRAMES)
        server.terminate()
    return taken


if __name__ == "__main__":
    next(frames(DEFAULT, lambda: False))
    print("| a frame of 1024 × 1024 games | median (least–most), ms |")
    print("|---|---|")
    for what, taken in (("solved", solving()), ("from a slider to the screen", to_the_screen())):
        print(f"| {what} | {statistics.median(taken):.0f} ({min(taken):.0f}–{max(taken):.0f}) |")
