"""The explorer: the time for a frame of its map, for solving alone and from a slider to the screen.

    python -m benchmarks.suite.exploring

prints a table in Markdown, with the median, the least and the most, for 1024 x 1024 games with closed forms.
The time to the screen goes from a change of a slider until the map is drawn with all that belongs to it, in a
headless Chromium on this machine. It needs the packages of tests/browser.py.
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
  await new Promise((resolve) => setTimeout(resolve, 600));  // until the details added in a pause are there
  const started = performance.now(), next = drawn();
  slider.value = slider.start + (0.3 + 0.4 * (i % 7) / 7) * (slider.end - slider.start);
  await next;
  taken.push(performance.now() - started);
}
return taken;
"""


def solving():
    """Return the milliseconds for solving each frame."""
    taken = []
    for i in range(FRAMES):
        view = DEFAULT._replace(game=Game(stake=0.5 + i / FRAMES))
        started = time.perf_counter()
        next(frames(view, lambda: False))
        taken.append(1e3 * (time.perf_counter() - started))
    return taken


def to_the_screen():
    """Return the milliseconds from a slider to the screen, for each frame."""
    from tests.browser import deep, open_browser  # asv loads every module here, but does not find the tests

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
