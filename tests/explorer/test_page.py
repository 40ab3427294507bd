"""The explorer in a real browser: what is dragged, typed and clicked against what `foedus.solve` says."""

import contextlib
import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
import time
import tomllib
import urllib.parse
import urllib.request
import warnings
from pathlib import Path

import numpy as np
import odd
import pytest
from browser import deep, needs_chromium, open_browser, open_tab, texts
from conftest import compiled_only
from odd import HOSTILE

import foedus
from foedus.alliance.model import EXAMPLES
from foedus.alliance.solution import outcomes
from foedus.explorer import view as explorer

pytestmark = [compiled_only, needs_chromium]

KEEP = os.environ.get("FOEDUS_SCREENSHOTS")  # a folder that screenshots are kept in


class Proxy(socketserver.BaseRequestHandler):
    """What passes on what comes, without the path under which it serves the explorer, and by another name for
    the explorer if that path ends in renamed."""

    def handle(self):
        with socket.create_connection(("127.0.0.1", self.server.target)) as far:
            back = threading.Thread(target=self.pump, args=(far, self.request, bytes))
            back.start()
            self.pump(self.request, far, self.change)
            back.join()

    def change(self, data):
        name = b"Host: 127.0.0.1:%d" % self.server.target
        if re.match(rb"\w+ /proxy/renamed/", data):
            data = re.sub(rb"Host: [^\r]*", name, data, count=1)
        return re.sub(rb"^(\w+ )/proxy/(5120|renamed)/?", rb"\1/", data)

    def pump(self, source, sink, change):
        with contextlib.suppress(OSError):
            while data := source.recv(2**16):
                sink.sendall(change(data))
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def hub():
    """A proxy to the explorer, which knows it by one name of it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever).start()
        yield proxy
        proxy.shutdown()


@contextlib.contextmanager
def served(*options):
    """Serve an explorer, and give its address."""
    command = [sys.executable, "-m", "foedus", "explore", "--no-browser", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://\S+", server.stdout.readline()).group()
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def site(hub):
    """An explorer that is served, by its address."""
    with served("--origin", f"hub.example:{hub.server_address[1]}") as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    """One for all pages: each takes a tab of its own."""
    with open_browser() as driver:
        yield driver


@pytest.fixture
def opened(browser):
    """Give a browser at an address, once the page has said everything."""

    @contextlib.contextmanager
    def opened(address, last=".claims li[class]", **how):
        with open_tab(browser, **how):
            browser.get(address)
            wait_for(lambda: deep(browser, last))
            yield browser

    return opened


def wait_for(found, seconds=120):
    """Wait until `found` returns something, and return it."""
    from selenium.common.exceptions import StaleElementReferenceException

    def look():
        with contextlib.suppress(StaleElementReferenceException):  # the page has put another in its place
            return found()

    end = time.monotonic() + seconds
    while not (result := look()):
        assert time.monotonic() < end, "the page did not change as it should"
        time.sleep(0.05)
    return result


def box(driver, label):
    """Return the box under a label."""
    at = wait_for(lambda: label in (labels := texts(driver, "label")) and labels.index(label) + 1) - 1
    return deep(driver, "label")[at].find_element("xpath", "..").find_element("css selector", "input, select")


def slider(driver, name, names=tuple(foedus.alliance.model.NUMBERS)):
    """Return the handle of the slider of a parameter, one of these."""
    at = names.index(name)
    return deep(driver, ".noUi-handle")[at]


def words(driver):
    """Return what the page says of the pinned game."""
    return "\n".join(texts(driver, "p"))


def view_in(driver, model=None):
    """Return the view in the page's address."""
    return explorer.view_of_query(driver.current_url.partition("?")[2], model)


def game_in(driver):
    """Return the game in the page's address."""
    return view_in(driver).game


def shows(driver, eq):
    """Tell whether the page shows an equilibrium: its words, and its numbers with S and without."""
    said = words(driver)
    cells = texts(driver, "td")
    regime, *sentences = eq.explain().splitlines()
    return (
        regime.lower() in said.lower()
        and all(sentence in said for sentence in sentences)
        and all(value in cells for _, *values in outcomes(eq) for value in values if value != eq.regime.words)
    )


def screenshot(driver, name):
    """Keep a screenshot of the page, where one is wanted."""
    if KEEP:
        Path(KEEP).mkdir(parents=True, exist_ok=True)
        driver.save_screenshot(str(Path(KEEP) / f"{name}.png"))


def test_sliders_are_dragged(site, opened):
    """Dragged to another place, a slider moves the game and the map, and the numbers are those of `solve`."""
    from selenium.webdriver import ActionChains

    with opened(site) as driver:
        before = texts(driver, ".legend")[0]
        for name, pixels in (("challenger_cost", 40), ("stake", -30), ("status_quo", 25)):
            ActionChains(driver).drag_and_drop_by_offset(slider(driver, name), pixels, 0).perform()
            wait_for(lambda name=name: getattr(game_in(driver), name) != getattr(foedus.Game(), name))
        game = game_in(driver)
        assert game.challenger_cost > 0.5 > game.stake - 0.5
        assert game.status_quo > 0.5
        wait_for(lambda: shows(driver, foedus.solve(game)))
        assert texts(driver, ".legend")[0] != before
        screenshot(driver, "dragged")


def test_map_is_that_of_sweep(site, opened):
    """The picture's pixels have the colours of the regimes that `solve` finds there, and the shares are
    theirs."""
    with opened(f"{site}?stake=0.5&challenger_cost=0.8") as driver:
        view = explorer.view_of_query("stake=0.5&challenger_cost=0.8")
        axes = {name: axis.values() for name, axis in view.axes.items()}
        found = foedus.sweep(axes, variables=["regime"], **view.fixed).regime
        for code in foedus.Regime:
            share = float((found == code).mean())
            if share:
                told = next(text for text in texts(driver, ".legend li") if text.startswith(code.words))
                shown, meaning = re.fullmatch(r".* ([\d.]+) %: (.+)", told).groups()
                assert abs(float(shown) - 100 * share) < 0.051
                assert meaning == code.meaning
        image = driver.execute_script(IMAGE)
        assert [image[0], len(image[1])] == [[1024, 1024], 1024**2]
        assert bytes(code % 256 for code in image[1]) == found.values.T.astype("int8").tobytes()


# the regimes that the browser was sent
IMAGE = """
const sources = Bokeh.documents.flatMap((page) => [...page._all_models.values()]);
const [image] = sources.findLast((model) => model.type === "ColumnDataSource" && model.data.image).data.image;
return image ? [image.shape, Array.from(image)] : null;
"""


def test_game_is_pinned(site, opened):
    """A click pins the game that is there, and the pointer reads games without a click."""
    from selenium.webdriver import ActionChains

    with opened(site) as driver:
        chart = deep(driver, ".bk-Figure")[0]
        ActionChains(driver).move_to_element_with_offset(chart, 90, -20).perform()
        line = wait_for(
            lambda: next((text for text in texts(driver, "div") if text.startswith("c_A = ")), None)
        )
        cost, share, regime = re.search(r"c_A = (\S+), q = (\S+)\n([\w-]+)\n", line).groups()
        eq = foedus.solve(ally_cost=float(cost), status_quo=float(share))
        assert regime == eq.regime.words
        ActionChains(driver).click().perform()
        wait_for(lambda: game_in(driver) == eq.game)
        wait_for(lambda: shows(driver, eq))
        held = explorer.claims_at(eq.game)
        marks = {"holds": True, "fails": False, "unmet": None}
        wait_for(lambda: held == {
            e.get_attribute("data-claim"): marks[e.get_attribute("class")] for e in deep(driver, ".claims li")
        })  # fmt: skip
        rows = texts(driver, "td.number")
        for parameter, (low, high) in {"ally_cost": (0.05, 5), "status_quo": (0.1, 0.9)}.items():
            others = {k: getattr(eq.game, k) for k in ("ally_cost", "status_quo") if k != parameter}
            for value in foedus.cutpoints(parameter, (low, high), points=1024, **others).value.values:
                assert f"{value:.6g}" in rows
        screenshot(driver, "pinned")


def test_address_is_the_state(site, opened, tmp_path):
    """A page that is opened at another's address shows the same, another contest and other axes included."""
    query = (
        "stake=2.0&contest=difference&decisiveness=3.0&x=challenger_cost:0.1:2.0:log&y=stake:0.2:3.0:linear"
    )
    with opened(f"{site}?{query}") as driver:
        assert box(driver, "form of the contest").get_attribute("value") == "difference"
        assert box(driver, "y to").get_attribute("value") == "3"
        assert view_in(driver) == explorer.view_of_query(query)
        assert shows(driver, foedus.solve(stake=2, contest="difference", decisiveness=3))


def test_bad_parts_of_an_address(site, opened):
    """They are named and dropped; the others are kept, and stand in the address that is then shown."""
    with opened(f"{site}?stake=-1&ally_cost=0.5&phase=1&y=stake:0.1:0.5:log&x=stake:1:2") as driver:
        said = texts(driver, ".error")
        assert (
            said[0] == "This part of the address was left out: stake = -1.0 is not allowed; it must be >= 0"
        )
        assert "'phase' is not a parameter" in said[1]
        assert said[2].endswith("x = 'stake:1:2' is not of the form parameter:from:to:scale")
        assert view_in(driver) == explorer.view_of_query("ally_cost=0.5&y=stake:0.1:0.5:log")
        assert shows(driver, foedus.solve(ally_cost=0.5))


def test_keyboard(site, opened):
    """Without a mouse: sliders by the arrow keys, numbers typed, nonsense refused in words."""
    from selenium.webdriver import Keys

    with opened(site) as driver:
        handle = slider(driver, "ally_cost")
        driver.execute_script("arguments[0].focus()", handle)
        handle.send_keys(Keys.ARROW_LEFT)
        wait_for(lambda: game_in(driver).ally_cost < 1)
        typed = box(driver, "challenger's cost of arms, c_C")
        typed.send_keys(Keys.CONTROL, "a", Keys.NULL, "0.7", Keys.ENTER)
        wait_for(lambda: game_in(driver).challenger_cost == 0.7)
        assert typed.value_of_css_property("outline-style") == "solid"  # where the keyboard is can be seen
        for nonsense, said in (
            ("-1", "challenger_cost = -1.0 is not allowed; it must be > 0"),
            ("x", "'x' is not a number"),
        ):
            typed.send_keys(Keys.CONTROL, "a", Keys.NULL, nonsense, Keys.ENTER)
            wait_for(lambda said=said: any(said in text for text in texts(driver, ".error")))
            wait_for(lambda: typed.get_attribute("value") == "0.7")
        assert game_in(driver).challenger_cost == 0.7


def test_axes_are_chosen(site, opened):
    """Other parameters on the axes, other ends, another scale; the same parameter on both changes their
    places."""
    from selenium.webdriver.support.select import Select

    with opened(site) as driver:
        Select(box(driver, "x axis")).select_by_visible_text("ally's share under the status quo, q")
        wait_for(lambda: "x=status_quo:0.1:0.9:linear&y=ally_cost:0.05:5.0:log" in driver.current_url)
        Select(box(driver, "y axis")).select_by_visible_text("superpower's stake in the status quo, λ")
        wait_for(lambda: "y=stake:0.1:10.0:log" in driver.current_url)
        Select(box(driver, "y scale")).select_by_visible_text("linear")
        wait_for(lambda: "y=stake:0.1:10.0:linear" in driver.current_url)
        assert shows(driver, foedus.solve())


def test_axes_change_places(site, opened):
    """With x and y exchanged, the picture, its labels and what is pinned are those of the exchanged map."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.support.select import Select

    with opened(site) as driver:
        Select(box(driver, "x axis")).select_by_visible_text("ally's share under the status quo, q")
        wait_for(lambda: "x=status_quo:0.1:0.9:linear&y=ally_cost:0.05:5.0:log" in driver.current_url)
        wanted = map_of(view_in(driver)).values.T.astype("int8").tobytes()
        wait_for(lambda: bytes(code % 256 for code in driver.execute_script(IMAGE)[1]) == wanted)
        ActionChains(driver).move_to_element_with_offset(
            deep(driver, ".bk-Figure")[0], 90, -20
        ).click().perform()
        wait_for(lambda: game_in(driver) != foedus.Game())
        assert 0.5 < game_in(driver).status_quo < 0.9
        wait_for(lambda: shows(driver, foedus.solve(game_in(driver))))
        labels = driver.execute_script(LABELS)
        assert labels[-1] == ["ally's share under the status quo, q", "ally's cost of arms, c_A"]


# the labels of the figures that are on the page, x before y; the map comes before the slices
LABELS = """
return Bokeh.documents.flatMap((page) => [...page._all_models.values()])
  .filter((model) => model.type === "Figure" && model.height === 500)
  .map((model) => [model.below[0].axis_label, model.left[0].axis_label]);
"""


def test_words_under_the_pointer_are_of_the_game(site, opened):
    """What the pointer read is not left there when another parameter changes."""
    from selenium.webdriver import ActionChains, Keys

    with opened(site) as driver:
        ActionChains(driver).move_to_element_with_offset(deep(driver, ".bk-Figure")[0], 90, -20).perform()
        wait_for(lambda: any(text.startswith("c_A = ") for text in texts(driver, "div")))
        typed = box(driver, "challenger's cost of arms, c_C")
        typed.send_keys(Keys.CONTROL, "a", Keys.NULL, "0.7", Keys.ENTER)
        wait_for(lambda: game_in(driver).challenger_cost == 0.7)
        assert not any(text.startswith("c_A = ") for text in texts(driver, "div"))


def press(driver, words):
    """Press the button with these words."""
    at = wait_for(lambda: words in (labels := texts(driver, "button")) and labels.index(words) + 1) - 1
    deep(driver, "button")[at].click()


def test_back_and_forward(site, opened):
    """The browser's buttons go through the views; what changed within a second is one step, and a reader who
    goes back and changes something else goes on from there."""
    from selenium.webdriver import Keys

    def give(words, value, step=True):
        typed = box(driver, words)
        typed.send_keys(Keys.CONTROL, "a", Keys.NULL, value, Keys.ENTER)
        wait_for(lambda: typed.get_attribute("value") == value)
        name = "challenger_cost" if words.endswith("c_C") else "stake"
        wait_for(lambda: getattr(game_in(driver), name) == float(value))
        time.sleep(1.1 * step)

    with opened(site) as driver:
        pages = driver.execute_script("return history.length")
        give("challenger's cost of arms, c_C", "0.7")
        give("superpower's stake in the status quo, λ", "3")
        assert driver.execute_script("return history.length") == pages + 2
        for go, game in (
            (driver.back, foedus.Game(challenger_cost=0.7)),
            (driver.back, foedus.Game()),
            (driver.forward, foedus.Game(challenger_cost=0.7)),
        ):
            go()
            wait_for(lambda game=game: shows(driver, foedus.solve(game)))
            assert game_in(driver) == game
        give("superpower's stake in the status quo, λ", "5", step=False)
        driver.execute_script(
            "window.copied = []; navigator.clipboard.writeText = async (t) => copied.push(t)"
        )
        press(driver, "copy link")
        wait_for(lambda: "copied" in texts(driver, "button"))
        assert driver.execute_script("return copied") == [driver.current_url]
        driver.back()
        wait_for(lambda: shows(driver, foedus.solve(challenger_cost=0.7)))


def test_zoom(site, opened):
    """By wheel, around the pointer, and by a box; the map is solved anew there, and one can go back."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    def ends():
        return [(axis.start, axis.to) for axis in view_in(driver).axes.values()]

    with opened(site) as driver:
        start = ends()
        chart = deep(driver, ".bk-Figure")[0]
        ActionChains(driver).scroll_from_origin(ScrollOrigin.from_element(chart), 0, -300).perform()
        wait_for(lambda: ends() != start)
        closer = ends()
        for (low, high), (lower, higher) in zip(closer, start, strict=True):
            assert lower < low < high < higher
        mouse = ActionChains(driver).move_to_element_with_offset(chart, -60, -60)
        mouse.click_and_hold().move_by_offset(120, 90).release().perform()
        wait_for(lambda: ends() != closer)
        for (low, high), (lower, higher) in zip(ends(), closer, strict=True):
            assert lower < low < high < higher
            assert high - low < 0.6 * (higher - lower)
        wait_for(lambda: draws(driver, view_in(driver)))
        screenshot(driver, "zoomed")
        press(driver, "Reset the axes")
        wait_for(lambda: ends() == start)
        wait_for(lambda: draws(driver, view_in(driver)))
        assert game_in(driver) == foedus.Game()  # dragging a box pins nothing
        # out of what the share may be: as far as its slider goes
        ActionChains(driver).scroll_from_origin(ScrollOrigin.from_element(chart), 0, 1000).perform()
        wait_for(lambda: ends()[1] == (0.01, 0.99))
        assert ends()[0][1] > 5


def test_any_outcome_is_colour(site, opened):
    """A number with its bar, and another code with its colours; the contest without closed forms is drawn in
    steps, and the page says when the map is complete."""
    from selenium.webdriver.support.select import Select

    with opened(f"{site}?decisiveness=1.5") as driver:
        told = wait_for(
            lambda: next((t for t in texts(driver, "span") if t.startswith("Complete map: ")), None)
        )
        assert told.startswith("Complete map: 1,048,576 games solved in ")
        chooser = box(driver, "colour")
        assert chooser.value_of_css_property("appearance") == "auto"  # with an arrow
        press(driver, "Reset all")
        wait_for(lambda: game_in(driver) == foedus.Game())
        for name, words in (("pledge", "forces pledged by the superpower, s"), ("crisis", "who challenges")):
            Select(chooser).select_by_visible_text(words)
            wait_for(lambda name=name: view_in(driver).colour == name)
            wait_for(lambda: draws(driver, view_in(driver)))
            screenshot(driver, name)
            if name == "pledge":
                assert f"Colours show {words} (arms)." in texts(driver, "p")
                low, high = driver.execute_script(COLOUR_BAR)
                assert low == 0
                assert high == map_of(view_in(driver)).max().item()
        assert {text.rpartition(" ")[0].rpartition(" ")[0] for text in texts(driver, ".legend li")} == {
            "ally challenges", "quiet", "challenger challenges",
        }  # fmt: skip
        assert "colour=crisis" in deep(driver, ".links a")[0].get_attribute("href")


# from where to where the colours of the bar go
COLOUR_BAR = """
const bar = Bokeh.documents.flatMap((page) => [...page._all_models.values()]).findLast((m) => m.type === "ColorBar");
return [bar.color_mapper.low, bar.color_mapper.high];
"""


def test_two_games(site, opened):
    """An example is pinned, kept as the second game, and compared with another; claims are opened."""
    from selenium.webdriver.support.select import Select

    with opened(site) as driver:
        chooser = Select(box(driver, "example"))
        assert chooser.first_selected_option.text == "deterrence"  # which the default game is
        first, second = EXAMPLES["partial"], EXAMPLES["restraint"]
        chooser.select_by_visible_text("restraint")
        wait_for(lambda: shows(driver, foedus.solve(**second)))
        press(driver, "Compare with another game")
        wait_for(lambda: view_in(driver).second == foedus.Game(**second))
        chooser.select_by_visible_text("partial")
        wait_for(lambda: shows(driver, foedus.solve(**first)))
        wait_for(lambda: game_in(driver) == foedus.Game(**first))

        def compared():
            tables = (table for table in deep(driver, "table") if "second (square)" in table.text)
            return next((driver.execute_script(ROWS, table) for table in tables), None)

        rows = wait_for(compared)
        assert rows[:3] == [
            ["ally's cost of arms", "cA", "1.5", "0.4"],  # A is set below the line
            ["ally's share under the status quo", "q", "0.88", "0.5"],
            ["regime", "", "partial", "restraint"],
        ]
        both = foedus.solve(**first), foedus.solve(**second)
        assert ["ally's share in the settlement without the alliance", "x0"] + [
            f"{eq.without.settlement:.6g}" for eq in both
        ] in rows
        screenshot(driver, "two")
        press(driver, "End the comparison")
        wait_for(lambda: view_in(driver).second is None)
        claim = deep(driver, ".claims summary")[0]
        assert claim.size["height"] < 30
        assert "Premise" not in claim.find_element("xpath", "..").text
        claim.click()
        assert "Premise: " in claim.find_element("xpath", "..").text


ROWS = "return [...arguments[0].tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim()))"


def test_random_game(site, opened):
    """It is another game on the same map; all that is shown is of it, and one can go back."""
    from selenium.webdriver.support.select import Select

    with opened(site) as driver:
        assert Select(box(driver, "example")).first_selected_option.text == "deterrence"
        time.sleep(1.1)  # so that it is an entry of its own in the browser's history
        press(driver, "Random game")
        wait_for(lambda: game_in(driver) != foedus.Game())
        assert len({k for k, v in vars(game_in(driver)).items() if v != getattr(foedus.Game(), k)}) > 9
        wait_for(lambda: shows(driver, foedus.solve(game_in(driver))))
        wait_for(lambda: draws(driver, view_in(driver)))
        assert Select(box(driver, "example")).first_selected_option.text == "none of these"
        driver.back()
        wait_for(lambda: shows(driver, foedus.solve()))


def test_tooltip_stays_in_a_narrow_window(site, opened):
    """All of it can be read wherever the pointer is on the map."""
    from selenium.webdriver import ActionChains

    with opened(site, width=640) as driver:
        chart = deep(driver, ".bk-Figure")[0]
        for x in (-150, 150, 270):
            ActionChains(driver).move_to_element_with_offset(chart, x, -20).perform()
            wait_for(lambda: any(text.startswith("c_A = ") for text in texts(driver, ".tip")))
            wait_for(lambda: deep(driver, ".tip")[0].rect["width"] > 150)
            edges = driver.execute_script(EDGES, deep(driver, ".tip")[0])
            assert 0 <= edges["left"] < edges["right"] <= 640


EDGES = "return arguments[0].getBoundingClientRect().toJSON()"


def test_theme_is_that_of_the_system_until_one_is_chosen(site, opened):
    """A system that turns dark or light turns the page; a choice stays."""
    with opened(site, dark=True) as driver:

        def shown(system):
            """Return the theme of the page on such a system."""
            feature = {"name": "prefers-color-scheme", "value": system}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            driver.refresh()
            wait_for(lambda: deep(driver, ".claims li[class]"))
            return driver.execute_script("return document.documentElement.dataset.theme")

        wait_for(lambda: shown("light") == "light")
        press(driver, "dark page")
        wait_for(lambda: shown("light") == "dark")


def test_ended_explorer_is_told(opened):
    """A page whose server has ended says so."""
    command = [sys.executable, "-m", "foedus", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        address = re.search(r"http://\S+", server.stdout.readline()).group()
        with opened(address) as driver:
            assert not deep(driver, "#lost")[0].is_displayed()
            server.terminate()
            wait_for(lambda: deep(driver, "#lost")[0].is_displayed())


# what is given to a page that asks for a file and for a connection
ASK = """
const [token, done] = arguments;
const socket = new WebSocket(`ws://${location.host}/ws`, ["bokeh", token]);
const file = fetch("/download/explored.toml").then((answer) => answer.status);
socket.onopen = () => file.then((status) => done([status, true]));
socket.onerror = () => file.then((status) => done([status, false]));
"""


def test_other_names(site, hub, browser):
    """A page of another site gets nothing, though its name leads here; proxies and tunnels learn what to
    do."""
    hub.target, port = urllib.parse.urlsplit(site).port, hub.server_address[1]
    with urllib.request.urlopen(site) as page:
        token = re.search(rb'"token":"([^"]+)"', page.read()).group(1).decode()
    driver = browser
    with open_tab(driver):
        for name in (f"evil.example:{hub.target}", f"localhost:{port}"):
            driver.get(f"http://{name}/")
            assert driver.find_element("tag name", "body").text.endswith(f"foedus explore --origin {name}")
            assert driver.execute_async_script(ASK, token) == [403, False]
        driver.get(f"http://localhost:{port}/proxy/renamed/")
        lost = wait_for(lambda: deep(driver, "#lost:not([hidden])"))
        assert lost[0].text.endswith(f"foedus explore --origin localhost:{port}")
        driver.get(f"http://hub.example:{port}/proxy/5120?stake=2.0")
        wait_for(lambda: deep(driver, ".claims li[class]"))
        assert driver.current_url.startswith(f"http://hub.example:{port}/proxy/5120/?stake=2.0&")
        assert not deep(driver, "#lost")[0].is_displayed()
        fetched = "fetch(arguments[0]).then((answer) => answer.text()).then(arguments[1])"
        link = deep(driver, ".links a[href*=toml]")[0].get_attribute("href")
        assert "stake = 2.0" in driver.execute_async_script(fetched, link)


def test_downloads(site, opened, tmp_path):
    """The files of the links: pictures, a run file that `foedus map` runs, and the data that it makes."""
    from foedus.runs.runfile import read_run

    with opened(f"{site}?stake=0.5", downloads=tmp_path) as driver:
        for link in deep(driver, ".links a"):
            link.click()
            file = tmp_path / link.get_attribute("download")
            wait_for(file.exists)
        assert sorted(file.suffix for file in tmp_path.iterdir()) == sorted(explorer.DOWNLOADS)
    assert (tmp_path / "explored.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "explored.pdf").read_bytes().startswith(b"%PDF")
    assert "<svg" in (tmp_path / "explored.svg").read_text()
    run = read_run(tmp_path / "explored.toml")
    assert tomllib.loads((tmp_path / "explored.toml").read_text())["game"] == {"stake": 0.5}
    again = foedus.sweep(run.axes, variables=run.variables, **run.fixed)
    assert foedus.load(tmp_path / "explored.nc").drop_attrs().equals(again.drop_attrs())


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_page_is_readable(site, opened, width, dark):
    """At either width, light and dark: nothing beyond the window's edge, ink that stands out, nothing from
    elsewhere and no error."""
    with opened(site, width=width, height=900, dark=dark) as driver:
        wait_for(
            lambda: (
                driver.execute_script("return document.documentElement.dataset.theme")
                == ("dark" if dark else "light")
            )
        )
        wait_for(lambda: deep(driver, ".claims li[class]"))
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        screenshot(driver, f"{width}-{'dark' if dark else 'light'}")
        # a finger that drags over the map scrolls the page, a mouse draws a box
        dragged = deep(driver, ".bk-events")[0].value_of_css_property("touch-action")
        assert dragged == ("pan-x pan-y" if width < 600 else "none")
        if width < 600:  # the map stays in view, and what scrolls goes below it
            driver.execute_script(
                "scrollBy(0, arguments[0].getBoundingClientRect().top - 60)", slider(driver, "stake")
            )
            for handle in deep(driver, ".noUi-handle"):
                assert driver.execute_script(UNDER, handle) in (None, "map")
        for selector in ("p", ".claims li", "td", "label", ".legend li"):
            ink, paper = wait_for(lambda at=selector: driver.execute_script(COLOURS, deep(driver, at)[0]))
            assert contrast(ink, paper) >= 4.5, selector
        names = driver.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
        assert names
        assert all(name.startswith(site) for name in names)
        assert not [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]


# the section that is seen where an element is, if that lies within the map
UNDER = """
const {left, top, width, height} = arguments[0].getBoundingClientRect(), map = document.querySelector("section.map");
const {bottom} = map.getBoundingClientRect();
const seen = document.elementFromPoint(left + width / 2, top + height / 2);
return top > 0 && top + height < bottom ? seen.closest("section").className : null;
"""


# the colour of an element's words, and of what is behind them
COLOURS = """
let [element] = arguments;
const ink = getComputedStyle(element).color;
const clear = /^rgba\\(.*, 0\\)$/;
while (clear.test(getComputedStyle(element).backgroundColor) && element !== document.documentElement)
  element = element.parentElement ?? element.parentNode?.host ?? element.getRootNode().host ?? document.documentElement;
return [ink, getComputedStyle(element).backgroundColor];
"""


def contrast(one, other):
    """Return the contrast of two colours, as the Web Content Accessibility Guidelines 2.2 define it."""

    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


# -- a model of one's own ---------------------------------------------------------------------------------


def map_of(view):
    """Return the map of a view, as `sweep` finds it."""
    axes = {name: axis.values() for name, axis in view.axes.items()}
    name = view.shown.name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of unsolved games
        return foedus.sweep(axes, model=view.model, variables=[name], **view.fixed)[name]


def draws(driver, view):
    """Tell whether the browser was sent the map of a view."""
    image = driver.execute_script(IMAGE)
    if image is None:
        return False
    shape, values = image
    wanted = map_of(view).values.T.astype("int8" if view.shown.codes else "float32")
    return shape == list(wanted.shape) and np.array_equal(values, wanted.ravel())


def test_model_in_a_file(opened, tmp_path):
    """A file that `foedus new` wrote: its map, a slider, a click, its example, its claim and what is
    downloaded of it."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.support.select import Select

    file, files, again = tmp_path / "own.py", tmp_path / "files", tmp_path / "again"
    again.mkdir()
    foedus_command = [sys.executable, "-m", "foedus"]
    subprocess.run([*foedus_command, "new", file], check=True)
    model = foedus.load_model(file)
    with served("--model", file) as address, opened(address, downloads=files) as driver:
        assert "Deterrence by arms. Click the map" in driver.find_element("css selector", "header").text
        # arms d deter from b (v/k - 1) = 0.5 on, and then cost 0.25 of the good; C wants none of it below v = k
        assert texts(driver, "p b")[0] == "deterred"
        assert {"0.5", "0.75"} <= set(texts(driver, "td"))
        assert {"0.5", "0.25"} <= set(texts(driver, "td.number"))
        wait_for(lambda: draws(driver, view_in(driver, model)))  # in steps, if the machine has much to do
        assert [e.get_attribute("class") for e in deep(driver, ".claims li")] == ["holds"]
        handle = slider(driver, "arms_cost", tuple(model.by_name))
        ActionChains(driver).drag_and_drop_by_offset(handle, 25, 0).perform()
        wait_for(lambda: view_in(driver, model).game.arms_cost > 0.5)
        wait_for(lambda: draws(driver, view_in(driver, model)))
        shares = map_of(view_in(driver, model)).values
        for code in model.codes:
            told = next(text for text in texts(driver, ".legend li") if text.startswith(code.words))
            shown, meaning = re.fullmatch(r".* ([\d.]+) %: (.+)", told).groups()
            assert abs(float(shown) - 100 * (shares == code).mean()) < 0.051
            assert meaning in file.read_text()
        chart = deep(driver, ".bk-Figure")[0]
        ActionChains(driver).move_to_element_with_offset(chart, 90, 60).perform()
        wait_for(lambda: any(text.startswith("v = ") for text in texts(driver, "div")))
        ActionChains(driver).click().perform()
        view = wait_for(lambda: (v := view_in(driver, model)).game.prize != 1 and v)
        one = foedus.solve(model=model, **vars(view.game))
        wait_for(lambda: {cell for row in one.table()[1] for cell in row[1:]} <= set(texts(driver, "td")))
        assert {"peace or war", "the defender's arms", "the defender's payoff"} <= set(texts(driver, "td"))
        screenshot(driver, "own")
        Select(box(driver, "example")).select_by_visible_text("war, as arms are dear")
        wait_for(lambda: view_in(driver, model).game == type(view.game)(prize=2, arms_cost=1))
        wait_for(lambda: texts(driver, "p b")[0] == "defended")
        press(driver, "Reset all")
        wait_for(lambda: view_in(driver, model) == explorer.first_view(model))
        driver.get(f"{address}?{explorer.query_of(view)}")
        wait_for(lambda: deep(driver, ".claims li[class]"))
        for link in deep(driver, ".links a"):
            link.click()
            wait_for((files / link.get_attribute("download")).exists)
    assert (files / "explored.png").read_bytes().startswith(b"\x89PNG")
    assert foedus.load(files / "explored.nc").peace.equals(map_of(view))
    subprocess.run([*foedus_command, "map", files / "explored.toml", "--quiet"], cwd=again, check=True)
    assert foedus.load(again / "explored.nc").peace.equals(map_of(view))


def test_words_of_a_model_are_only_words(opened):
    """A title with <script>, and whatever else a model says, is shown as it stands; many parameters, one of
    which is a choice, and codes in the model's own colours."""

    from selenium.webdriver import ActionChains
    from selenium.webdriver.support.select import Select

    model = foedus.load_model(odd.__file__)
    with served("--model", odd.__file__) as address, opened(address) as driver:
        assert f"{HOSTILE}." in driver.find_element("css selector", "header").text
        labels = texts(driver, "label")
        assert {f"{HOSTILE}, x", f"y, {HOSTILE}", HOSTILE, "w1", "w10"} <= {*labels}
        assert len(deep(driver, ".noUi-handle")) == 12
        assert HOSTILE in texts(driver, ".claims li")[0]
        assert {HOSTILE, "-1"} <= {*texts(driver, "td")}
        ActionChains(driver).move_to_element_with_offset(deep(driver, ".bk-Figure")[0], 90, -20).perform()
        wait_for(lambda: any(f", {HOSTILE} = " in text for text in texts(driver, "div")))
        assert [span.value_of_css_property("background-color") for span in deep(driver, ".legend span")][1:] == [
            "rgba(31, 119, 180, 1)", "rgba(102, 51, 153, 1)", "rgba(128, 128, 128, 1)",
        ]  # fmt: skip
        Select(box(driver, HOSTILE)).select_by_visible_text(HOSTILE)
        wait_for(lambda: any(text.startswith("above 9") for text in texts(driver, ".legend li")))
        wait_for(lambda: view_in(driver, model).game.form == HOSTILE)
        wait_for(lambda: draws(driver, view_in(driver, model)))
        assert driver.execute_script("return window.hit") is None
        assert not deep(driver, "img[src=x]")
        assert not [e["message"] for e in driver.get_log("browser") if e["level"] == "SEVERE"]
        screenshot(driver, "odd")


ONE = """
from foedus import Code, Model, Outcome, Parameter

class War(Code):
    PEACE, WAR = range(2)

def solve(p):
    if p.bias > 2.5:
        raise ValueError("too much")
    return (War.WAR if abs(p.bias) > 1 else War.PEACE,)

bias = Parameter("bias", "b", 0.5, long_name="the bias", usual=(-3, 2))
model = Model("one", "War by bias", [bias], [Outcome("war", codes=War)], solve)
"""


def test_model_of_one_number(opened, tmp_path):
    """Its map is a strip; what the model raises is told in a line, and gone with the game that it was
    about."""
    from selenium.webdriver import ActionChains, Keys

    file = tmp_path / "one.py"
    file.write_text(ONE)
    model = foedus.load_model(file)
    with served("--model", file) as address, opened(address, last="td.number") as driver:
        assert driver.execute_script(IMAGE)[0] == [1, 1024]
        codes = bytes(map_of(view_in(driver, model)).values.astype("int8"))
        assert bytes(driver.execute_script(IMAGE)[1]) == codes
        assert texts(driver, "td.number") == ["-1", "1"]
        assert "y axis" not in texts(driver, "label")
        assert not deep(driver, "section.claims")
        ActionChains(driver).move_to_element_with_offset(
            deep(driver, ".bk-Figure")[0], 200, -20
        ).click().perform()
        wait_for(lambda: view_in(driver, model).game.bias > 1)
        screenshot(driver, "one")
        typed = box(driver, "x to")
        for value, told in (("3", 1), ("2", 0)):
            typed.send_keys(Keys.CONTROL, "a", Keys.NULL, value, Keys.ENTER)
            wait_for(lambda told=told: len(texts(driver, ".error")) == told)
        typed = box(driver, "the bias, b")
        typed.send_keys(Keys.CONTROL, "a", Keys.NULL, "2.75", Keys.ENTER)
        wait_for(lambda: any("the kernel raised ValueError: too much, in Game(bias=2.75)" in text
                             for text in texts(driver, ".error")))  # fmt: skip


SLOW = """
import math
from foedus import Code, Model, Outcome, Parameter

class Sign(Code):
    MINUS, PLUS = range(2)

def solve(p):
    total = 0.0
    for k in range(24_000_000):
        total += math.sin(p.bias * k)
    return (Sign.PLUS if total + p.other > 0 else Sign.MINUS,)

parameters = [Parameter("bias", "b", 0.5), Parameter("other", "", 0.5)]
model = Model("slow", "A game that takes long", parameters, [Outcome("sign", codes=Sign)], solve)
"""


def test_games_that_take_long(opened, tmp_path):
    """The first map has few games, and the page says how many are solved and what comes then."""
    file = tmp_path / "slow.py"
    file.write_text(SLOW)

    def said(pattern):
        return any(re.fullmatch(pattern, text) for text in texts(driver, "span.faint"))

    with served("--model", file) as address, opened(address, last="span.faint") as driver:
        wait_for(lambda: said(r"Solving 64 games: \d\d? %\."))
        wait_for(lambda: said(r"Coarse map: 64 games solved in .* s\."))
        assert driver.execute_script(IMAGE)[0] == [8, 8]
        wait_for(lambda: said(r"Solving along each axis\."))
        assert said(r"Coarse map: 64 games solved in .* s\.")


def test_a_game_is_pinned_while_the_map_is_solved(opened, tmp_path):
    """The page shows the cutpoints through it, and the map is not begun again."""
    from selenium.webdriver import ActionChains

    file = tmp_path / "slow.py"
    file.write_text(
        SLOW.replace("24_000_000", "50_000").replace("total + p.other", "p.other - p.bias + 0 * total")
    )

    def cutpoints():
        return [float(text) for text in texts(driver, "td.number")]

    def coarse():
        (said,) = (text for text in texts(driver, "span.faint") if text.startswith("Coarse map:"))
        return said

    with served("--model", file) as address, opened(address, last="td.number") as driver:
        assert cutpoints() == [0.5, 0.5]  # along each of the two, at the value of the other
        before = coarse()
        chart = deep(driver, ".bk-Figure")[0]
        ActionChains(driver).move_to_element_with_offset(chart, 100, 0).click().perform()
        wait_for(lambda: 0.5 not in cutpoints())
        assert coarse() == before
