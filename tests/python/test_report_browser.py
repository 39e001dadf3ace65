"""The report in a real browser: charts, interaction, small screens, and no network requests.

Drives Debian's chromium (`apt-get install chromium chromium-driver`) or a Chrome with its driver.
"""

import json
import re
import shutil
import time

import pytest
from report_build import write_build

from stride.report import write_report

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Wide, high, touched.
DESKTOP, PHONE = (1280, 900, False), (390, 844, True)
# What plotly shows of the point under the pointer.
HOVER = (
    "return [...document.querySelectorAll('.hoverlayer text')].map(t => t.textContent).join(' ')"
)
SHOWN = """
    return [...document.querySelectorAll('section.athlete')].filter(s => !s.hidden).map(s => s.id)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    database = write_build(
        folder / "stride.duckdb", ["ana", "<script>bo"], years=3, races=8, later=True
    )
    write_report(database, folder / "index.html")
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    program = shutil.which("chromedriver")
    if not browser or not program:
        pytest.skip("no chromium with its chromedriver here: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.add_argument("--headless=new")
    options.add_argument("--no-sandbox")  # containers have no other user
    options.add_argument("--disable-gpu")
    options.add_argument("--disable-dev-shm-usage")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(program))
    yield driver
    driver.quit()


@pytest.fixture
def browse(driver, address):
    """Opens the report; afterwards the console has no messages and the network no requests."""

    def opened(screen=DESKTOP, scheme="light", at=""):
        width, height, touched = screen
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touched}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touched})
        wanted = [{"name": "prefers-color-scheme", "value": scheme}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": wanted})
        driver.get("about:blank")
        driver.get(address + at)
        until(driver, "return !document.getElementById('theme').hidden")
        return driver

    for log in ("browser", "performance"):
        driver.get_log(log)
    yield opened
    assert driver.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert asked, "the log of the network is not being kept"
    own = ("file:", "about:", "data:image/svg+xml", "blob:")
    assert not [url for url in asked if not url.startswith(own)]
    assert {url.split("#")[0] for url in asked if url.startswith("file:")} == {address}


def until(driver, script, *arguments):
    """Poll until a script returns a true value."""
    for _ in range(100):
        if found := driver.execute_script(script, *arguments):
            return found
        time.sleep(0.1)
    raise AssertionError(f"never came: {script}")


def find(driver, selector):
    return driver.find_element("css selector", selector)


def into_view(driver, selector):
    """Scroll a chart into view and wait until it is drawn."""
    plot = find(driver, selector)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", plot)
    until(driver, "return arguments[0].querySelector('.main-svg') && arguments[0].data", plot)
    return plot


def seen(driver, plot):
    """First and last day in view."""
    return driver.execute_script(
        "return arguments[0].layout.xaxis.range.map(d => String(d).slice(0, 10))", plot
    )


def press(driver, plot, selector):
    figure = plot.find_element("xpath", "ancestor::figure")
    button = figure.find_element("css selector", selector)
    driver.execute_script("arguments[0].click()", button)
    return button


def test_buttons_zoom_and_turn_the_pages_of_time(browse):
    driver = browse()
    plot = into_view(driver, "#athlete-1 [data-figure$=fitness-chart]")
    assert seen(driver, plot) == ["2025-06-30", "2026-06-30"]
    button = press(driver, plot, "button[data-days='92']")
    until(driver, "return arguments[0].layout.xaxis.range[0].startsWith('2026-03-30')", plot)
    assert button.get_attribute("aria-pressed") == "true"
    press(driver, plot, "button[data-turn='-1']")
    until(driver, "return arguments[0].layout.xaxis.range[1] < '2026-05'", plot)
    press(driver, plot, "button[data-days='0']")
    until(driver, "return arguments[0].layout.xaxis.range[0].startsWith('2023-07')", plot)


def test_the_pointer_shows_units_and_dates_and_no_markup(browse):
    from selenium.webdriver.common.action_chains import ActionChains

    driver = browse()
    plot = into_view(driver, "#athlete-1 [data-figure$=fitness-chart]")
    # The first race of the fixture has a script for a name.
    driver.execute_script("Plotly.Fx.hover(arguments[0], [{curveNumber: 2, pointNumber: 0}])", plot)
    text = until(driver, HOVER)
    assert "5k 0:24:50, </script><script>alert('x')</script><b>5K</b>" in text
    ActionChains(driver).move_to_element_with_offset(plot, 60, -150).perform()
    text = until(driver, HOVER)
    assert re.search(r" 202[56] .*: -?[\d.]+ load a day", text)


def test_dragging_zooms_and_two_clicks_return(browse):
    from selenium.webdriver.common.action_chains import ActionChains

    driver = browse()
    plot = into_view(driver, "#athlete-1 [data-figure$=fitness-chart]")
    moves = ActionChains(driver).move_to_element_with_offset(plot, -100, -150)
    moves.click_and_hold().move_by_offset(150, 0).release().perform()
    until(driver, "return arguments[0].layout.xaxis.range[0] > '2025-08'", plot)
    first, last = seen(driver, plot)
    assert "2025-06-30" < first < last < "2026-06-30"
    ActionChains(driver).move_to_element_with_offset(plot, 0, -150).double_click().perform()
    until(driver, "return arguments[0].layout.xaxis.range[0].startsWith('2025-06-30')", plot)


def test_arrow_keys_read_the_chart(browse):
    driver = browse()
    plot = into_view(driver, "#athlete-1 [data-figure$=fitness-chart]")
    driver.execute_script("arguments[0].focus()", plot)
    spoken = plot.find_element("xpath", "../output")
    plot.send_keys("\ue010")  # End
    assert spoken.text.startswith("Tue, 30 Jun 2026. CTL (fitness): ")
    assert "load a day; " in spoken.text
    plot.send_keys("\ue012")  # left
    assert spoken.text.startswith("Mon, 29 Jun 2026.")
    plot.send_keys("\ue011")  # Home, outside of what was in view
    assert spoken.text.startswith("Sun, 9 Jul 2023.")  # a week
    assert seen(driver, plot)[0] <= "2023-07-09"


def test_choices_change_the_chart(browse):
    driver = browse()
    visible = "return arguments[0].data.filter(t => t.visible).map(t => t.meta.shown)"
    plot = into_view(driver, "#athlete-1 [data-figure$=history]")
    assert set(driver.execute_script(visible, plot)) == {"10k"}
    press(driver, plot, "button[data-shown='5k']")
    assert set(until(driver, visible, plot)) == {"5k"}
    ticks = until(
        driver,
        "return [...arguments[0].querySelectorAll('.ytick text')].map(t => t.textContent)",
        plot,
    )
    assert all(tick.startswith("0:2") for tick in ticks)  # 5 km in 0:2x:xx
    plot = into_view(driver, "#athlete-1 [data-figure$=weeks]")
    press(driver, plot, "button[data-shown='km']")
    assert set(driver.execute_script(visible, plot)) == {"km"}


def test_one_athlete_at_a_time(browse):
    driver = browse()
    assert driver.execute_script(SHOWN) == ["athlete-1"]
    driver.execute_script(
        "const c = document.getElementById('chooser'); c.value = 'athlete-2';"
        "c.dispatchEvent(new Event('change'))"
    )
    until(driver, "return document.getElementById('athlete-1').hidden")
    assert driver.execute_script(SHOWN) == ["athlete-2"]
    # A word's definition is for everybody: looking it up keeps the athlete.
    driver.execute_script("document.querySelector('#athlete-2 a.term').click()")
    until(driver, "return location.hash.startsWith('#word-')")
    assert driver.execute_script(SHOWN) == ["athlete-2"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_device_unless_set(browse, scheme):
    driver = browse(scheme=scheme)
    ground = "return getComputedStyle(document.body).backgroundColor"
    line = (
        "return getComputedStyle(document.querySelector("
        "'#athlete-1 [data-figure$=fitness-chart] .scatterlayer .js-line')).stroke"
    )
    light, dark = "rgb(252, 251, 248)", "rgb(22, 24, 27)"
    into_view(driver, "#athlete-1 [data-figure$=fitness-chart]")
    before = driver.execute_script(ground), driver.execute_script(line)
    assert before[0] == (light if scheme == "light" else dark)
    find(driver, "#theme").click()
    after = driver.execute_script(ground), driver.execute_script(line)
    assert after[0] == (dark if scheme == "light" else light)
    assert after[1] != before[1]  # the chart too
    driver.execute_script("localStorage.clear()")


def test_a_phone_shows_everything_without_sideways_scrolling(browse):
    driver = browse(PHONE)
    for selector in ("history", "fitness-chart", "recovery", "weeks", "zones"):
        into_view(driver, f"#athlete-1 [data-figure$={selector}]")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 390
    driver.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 390
    # A drag scrolls the page; the buttons are large enough for a thumb.
    assert driver.execute_script(
        "return document.querySelector('[data-figure$=fitness-chart]').layout.dragmode === false"
    )
    assert (
        driver.execute_script(
            "return Math.min(...[...document.querySelectorAll('#athlete-1 button')]"
            ".map(b => b.getBoundingClientRect().height))"
        )
        >= 24
    )


def test_paper_is_white_and_has_every_chart(browse):
    driver = browse(scheme="dark")
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    undrawn = (
        "return [...document.querySelectorAll('#athlete-1 .plot')].filter(p => !p.data).length"
    )
    assert driver.execute_script(undrawn) == 0
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ground = "return getComputedStyle(document.body).backgroundColor"
    assert driver.execute_script(ground) == "rgb(255, 255, 255)"
    assert driver.execute_cdp_cmd("Page.printToPDF", {})["data"]
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
