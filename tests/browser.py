"""A real browser, and what tests do in it; skipped where there is no Chromium."""

import contextlib
import shutil

import pytest

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="drives Chromium; install Debian's chromium and chromium-driver",
)
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP *.example 127.0.0.1",  # as of a hostile page, or of a hub
)  # fmt: skip

# all elements that match, those inside shadow trees, too
DEEP = """
const found = [], look = (root) => {
  found.push(...root.querySelectorAll(arguments[0]));
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) look(element.shadowRoot);
};
look(document);
return found;
"""


# the words of all these
READ = f"return (function () {{{DEEP}}})(arguments[0]).map((element) => element.innerText.trim());"


@contextlib.contextmanager
def open_browser():
    """Give a headless Chromium."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in QUIET:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


@contextlib.contextmanager
def open_tab(driver, width=1280, height=1000, dark=False, downloads=None):
    """Give a Chromium a new tab of this size, as on a system that prefers light or dark pages, without cookies and
    errors of pages before."""
    driver.get_log("browser")
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        touch = {"enabled": size["mobile"], "maxTouchPoints": 2}
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", touch)
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        if downloads:
            folder = {"behavior": "allow", "downloadPath": str(downloads)}
            driver.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
        driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        yield
    finally:
        driver.close()
        driver.switch_to.window(first)


def deep(driver, selector):
    """Return all elements that match, those inside shadow trees, too."""
    return driver.execute_script(DEEP, selector)


def texts(driver, selector):
    """Return the words of all elements that match, read at once: the page may put others in their place."""
    return driver.execute_script(READ, selector)
