"""The inbox page in a real headless Chromium, driven over plain WebDriver (W3C) by requests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from kaverun.sandbox.parts import size

CHROMEDRIVER = shutil.which("chromedriver")
CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(
    not (CHROMEDRIVER and CHROMIUM),
    reason="needs chromium and chromedriver (Debian: apt-get install chromium chromium-driver)",
)

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=1100,900"),
)
#: seconds until something must appear; the page polls once a second
PATIENCE = 10.0


class Browser:
    """One browser session; scripts are function bodies whose `arguments` and result are JSON."""

    def __init__(self, driver: str, profile: Path) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._address = f"{driver}/session"
        options = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        opened = self._ask("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._address += f"/{opened['sessionId']}"

    def _ask(self, verb: str, path: str, body: Any = None) -> Any:
        data = None if verb != "POST" else json.dumps(body or {})
        value = self._session.request(verb, self._address + path, data=data, timeout=60).json()["value"]
        assert not (isinstance(value, dict) and "error" in value), value["message"]
        return value

    def open(self, address: str) -> None:
        self._ask("POST", "/url", {"url": "about:blank"})  # so that a mere fragment loads the page again
        self._ask("POST", "/url", {"url": address})

    def run(self, script: str, *arguments: Any) -> Any:
        return self._ask("POST", "/execute/sync", {"script": script, "args": arguments})

    def run_later(self, script: str, *arguments: Any) -> Any:
        """Like `run`, for the body of an async function of `given`, the arguments."""
        body = f"const [...given] = arguments, done = given.pop(); (async () => {{ {script} }})().then(done);"
        return self._ask("POST", "/execute/async", {"script": body, "args": arguments})

    def resize(self, width: int, height: int) -> None:
        self._ask("POST", "/window/rect", {"width": width, "height": height})

    def texts(self, selector: str) -> list[str]:
        """The visible text of every matching element."""
        script = "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility())"
        return self.run(f"{script}.map(e => e.innerText)", selector)  # type: ignore[no-any-return]

    def wait(self, seen: Callable[[], Any]) -> Any:
        """What `seen` returns once that is true; fails if it never is."""
        until = time.monotonic() + PATIENCE
        while not (value := seen()):
            assert time.monotonic() < until, self.run("return document.body.innerText")
            time.sleep(0.05)
        return value

    def type(self, selector: str, text: str) -> None:
        script = "const e = document.querySelector(arguments[0]); e.value = arguments[1];"
        self.run(f"{script} e.dispatchEvent(new Event(e.tagName === 'SELECT' ? 'change' : 'input'))", selector, text)

    def complaints(self) -> list[str]:
        """What was written to the console since the last call."""
        return [entry["message"] for entry in self._ask("POST", "/se/log", {"type": "browser"})]

    def close(self) -> None:
        self._ask("DELETE", "")
        self._session.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMEDRIVER
    with subprocess.Popen([CHROMEDRIVER, "--port=0"], stdout=subprocess.PIPE, text=True) as driver:
        try:
            assert driver.stdout
            said = next(filter(None, (re.search(r"successfully on port (\d+)", line) for line in driver.stdout)))
            opened = Browser(f"http://127.0.0.1:{said[1]}", tmp_path_factory.mktemp("profile"))
            yield opened
            opened.close()
        finally:
            driver.terminate()


@pytest.fixture
def shown(browser: Browser) -> Iterator[Callable[..., Browser]]:
    """Opens the page of a sandbox and waits until it is live; afterwards the console must be empty."""

    def opened(caller: Any, fragment: str = "") -> Browser:
        browser.open(f"http://{caller.sandbox.host_and_port}/{fragment}")
        browser.wait(lambda: browser.run("return document.querySelector('#state').className === 'live'"))
        return browser

    browser.complaints()
    yield opened
    assert browser.complaints() == []
    browser.open("about:blank")  # before the sandbox stops


Show = Callable[..., Browser]

ONE_AND_A_HALF = "نیلوفر عزیز، نوروزتان پیروز! باشگاه مشتریان لاله سالی پر از شادی و تندرستی برایتان آرزو می‌کند."


def test_an_empty_inbox_says_how_to_send_a_first_message(caller: Any, shown: Show) -> None:
    page = shown(caller)
    (steps,) = page.wait(lambda: page.texts("#first-steps"))
    assert f"KAVENEGAR_BASE_URL={caller.sandbox.url}" in steps
    assert "kaverun apply" in steps
    assert "curl" in steps


def test_a_message_appears_without_a_reload(caller: Any, shown: Show) -> None:
    page = shown(caller)
    page.run("window.before = true")
    first = caller.send("09123456789", "سلام", localid=7, tag="greeting")
    assert page.wait(lambda: page.texts("#messages .text")) == ["سلام"]
    caller.send("09120000000", "Hello")
    assert page.wait(lambda: len(page.texts("#messages .text")) == 2)
    assert page.texts("#messages .text") == ["Hello", "سلام"]
    assert page.texts("#messages .receptor") == ["09120000000", "09123456789"]
    (about,) = page.texts(f"[data-id='{first}'] .about")
    assert all(words in about for words in ("120 ریال", "12 تومان", str(first), "greeting"))
    assert page.texts("#count-messages") == ["2"]
    assert not page.texts("#first-steps")
    assert page.run("return window.before") is True


def test_persian_text_runs_from_right_to_left_and_latin_from_left_to_right(caller: Any, shown: Show) -> None:
    caller.send("09123456789", "سلام Sara")
    caller.send("09123456789", "Hello سارا")
    page = shown(caller)
    page.wait(lambda: page.texts("#messages .text"))
    script = "return [...document.querySelectorAll('.text')].map(e => getComputedStyle(e).direction)"
    assert page.run(script) == ["ltr", "rtl"]
    assert page.run("return getComputedStyle(document.body).direction") == "rtl"
    assert page.run("return [...document.querySelectorAll('.receptor')].every(e => e.matches('bdi[dir=ltr]'))")


def test_a_text_of_two_parts_shows_where_the_second_begins(caller: Any, shown: Show) -> None:
    caller.send("09123456789", ONE_AND_A_HALF)
    page = shown(caller)
    assert page.wait(lambda: page.texts(".part")) == [ONE_AND_A_HALF[:67], ONE_AND_A_HALF[67:]]
    assert page.run("return [...document.querySelectorAll('.part')].map(e => e.dataset.part)") == ["1/2", "2/2"]
    marker = "return getComputedStyle(document.querySelectorAll('.part')[1], '::before').content"
    assert page.run(marker) == '"2"'
    (count,) = page.texts(".count")
    assert all(words in count for words in ("2 بخش", "UCS-2", f"{len(ONE_AND_A_HALF)}/134"))


def test_what_is_read_out_has_no_parts(caller: Any, shown: Show) -> None:
    caller.entries("call/maketts", receptor="09123456789", message=ONE_AND_A_HALF)
    page = shown(caller)
    assert page.wait(lambda: page.texts(".part")) == [ONE_AND_A_HALF]
    assert page.texts(".count") == []
    assert any("voice call" in chip for chip in page.texts(".line .chip"))


def test_what_never_reached_its_phone_is_faint(still: Any, shown: Show) -> None:
    caller = still()
    for receptor in ("09090000006", "09090000011", "09090000014", "09090000010"):
        caller.send(receptor, "سلام")
    caller.sandbox.clock.advance(60)
    page = shown(caller)
    page.wait(lambda: len(page.texts("#messages .text")) == 4)
    opacities = "return [...document.querySelectorAll('.bubble')].map(e => Number(getComputedStyle(e).opacity))"
    assert [opacity < 1 for opacity in page.run(opacities)] == [False, True, True, True]


def test_a_message_that_was_put_there_leads_to_no_request(caller: Any, shown: Show) -> None:
    caller.control("seed", "POST", {"messages": [{"receptor": "09123456789", "message": "سلام"}]})
    page = shown(caller)
    assert page.wait(lambda: page.texts("#messages .text")) == ["سلام"]
    assert page.texts(".request-link") == []


def test_nothing_runs_out_of_a_narrow_page(caller: Any, shown: Show) -> None:
    caller.send("09123456789", "https://example.org/" + "x" * 300, tag="t" * 120, localid=2**63 - 1)
    caller.send("09123456789", ONE_AND_A_HALF, sender="10004346")
    page = shown(caller)
    page.resize(400, 800)
    try:
        for tab in ("#messages", "#journal"):
            page.run("location.hash = arguments[0]", tab)
            page.wait(lambda tab=tab: page.texts(f"{tab} > li"))  # type: ignore[misc]
            wide = "return [document.documentElement.scrollWidth, innerWidth]"
            width, room = page.run(wide)
            assert (width <= room, room < 600) == (True, True)
    finally:
        page.resize(1100, 900)


def test_the_page_cuts_texts_into_as_many_parts_as_the_sandbox_counts(caller: Any, shown: Show) -> None:
    escapes = ["a" * length + "€" * tail + "b" * length for length in (76, 151, 152, 153) for tail in (0, 1, 2, 9)]
    pairs = ["س" * length + "😀" * tail + "x" for length in (33, 65, 66, 67, 68, 133) for tail in (0, 1, 2, 40)]
    texts = ["a", "س", *escapes, *pairs]
    page = shown(caller)
    script = """
        const { split, measure } = await import("/_sandbox/page/parts.js");
        return given[0].map(([text, encoding]) => [split(text, encoding), measure(text, encoding)]);
    """
    cuts = page.run_later(script, [(text, size(text).encoding) for text in texts])
    for text, (pieces, units) in zip(texts, cuts, strict=True):
        assert ("".join(pieces), len(pieces), units) == (text, size(text).parts, size(text).units)


def test_a_script_in_a_text_is_shown_and_not_run(caller: Any, shown: Show) -> None:
    evil = "<script>window.owned = 1</script><img src=x onerror='window.owned = 1'><b>bold</b>"
    caller.send("09123456789", evil)
    caller.status("sms/send", receptor=evil, message=evil, tag=evil, sender="10004346")
    page = shown(caller)
    assert page.wait(lambda: page.texts("#messages .text")) == [evil]
    page.open(f"http://{caller.sandbox.host_and_port}/#journal")
    page.wait(lambda: page.texts("#journal .why"))
    page.run("document.querySelectorAll('#journal details').forEach(e => { e.open = true; })")
    assert page.wait(lambda: evil in page.texts("#journal .fields dd"))
    assert page.run("return window.owned ?? null") is None
    assert page.run("return document.querySelectorAll('main img, main script, .text b').length") == 0


def test_search_narrows_by_number_and_by_text(caller: Any, shown: Show) -> None:
    caller.entries("sms/sendarray", **caller.array(["09121112233", "09120000000"], ["سلام کیوان", "Hello"]))
    page = shown(caller)
    page.wait(lambda: len(page.texts("#messages .text")) == 2)
    for search, found in (("۲۲۳۳", ["سلام کیوان"]), ("hel", ["Hello"]), ("كيوان", ["سلام کیوان"]), ("zzz", [])):
        page.type("#search", search)
        page.wait(lambda found=found: page.texts("#messages .text") == found)  # type: ignore[misc]
    assert page.texts("#messages-panel .nothing")
    page.type("#search", "hel")
    page.wait(lambda: page.texts("#messages .text") == ["Hello"])
    caller.entries("sms/sendarray", **caller.array(["09121112233", "09120000000"], ["سلام", "Help"]))
    assert page.wait(lambda: page.texts("#messages .text") == ["Help", "Hello"])


def test_statuses_change_while_one_looks(still: Any, shown: Show) -> None:
    caller = still()
    caller.send("09123456789", "later", date=1_700_003_600)
    caller.send("09123456789", "now")
    page = shown(caller)
    (now, later) = page.wait(lambda: page.texts("#messages .state"))
    assert ("In queue" in now, "Scheduled" in later, "1402/08/24 02:43" in later) == (True, True, True)
    caller.sandbox.clock.advance(11)
    page.wait(lambda: "Delivered" in page.texts("#messages .state")[0])
    caller.entries("sms/cancel", messageid=caller.sandbox.messages()[0].messageid)
    page.wait(lambda: "Cancelled" in page.texts("#messages .state")[1])


def test_the_journal_shows_a_refusal_and_what_the_real_service_may_refuse(caller: Any, shown: Show) -> None:
    caller.status("sms/send", receptor="123", message="سلام")
    caller.send("09123456789", "سلام", sender="10004346")
    page = shown(caller, "#journal")
    noted, refused = page.wait(lambda: page.texts("#journal .request"))
    assert "412" in noted
    assert "unless these are lines of the account: 10004346" in noted
    assert all(words in refused for words in ("POST sms/send", "411", "Invalid receptor number", "#1"))
    page.type("#only", "refused")
    page.wait(lambda: len(page.texts("#journal .request")) == 1)
    caller.status("sms/send", receptor="456", message="سلام")
    assert page.wait(lambda: page.texts("#journal .number") == ["#3", "#1"])


def test_a_message_leads_to_its_request(caller: Any, shown: Show) -> None:
    caller.send("09123456789", "سلام")
    caller.status("account/info")
    page = shown(caller)
    page.wait(lambda: page.texts("#messages .text"))
    page.run("document.querySelector('.request-link').click()")
    assert page.wait(lambda: page.texts("#journal .meant .number")) == ["#1"]


def test_thousands_of_messages_are_shown_a_page_at_a_time(caller: Any, shown: Show) -> None:
    page = shown(caller)
    sent = [f"0912{number:07d}" for number in range(2000)]
    caller.entries("sms/sendarray", **caller.array(sent[:10]))
    page.wait(lambda: len(page.texts("#messages .receptor")) == 10)
    for start in range(10, 2000, 199):  # more at once than the page requests
        caller.entries("sms/sendarray", **caller.array(sent[start : start + 199]))
    page.wait(lambda: page.texts("#count-messages") == ["2,000"])
    page.wait(lambda: page.texts("#messages .receptor")[:1] == [sent[-1]])
    assert len(page.texts("#messages .receptor")) <= 250
    before = len(page.texts("#messages .receptor"))
    page.run("document.querySelector('#messages-panel .older').click()")
    page.wait(lambda: len(page.texts("#messages .receptor")) == before + 50)
    assert page.texts("#messages .receptor") == sent[: -before - 51 : -1]


def test_a_reset_empties_the_page_even_when_new_messages_follow_at_once(caller: Any, shown: Show) -> None:
    caller.entries("sms/sendarray", **caller.array(["09120000001", "09120000002"], ["one", "two"]))
    page = shown(caller)
    page.wait(lambda: page.texts("#messages .text") == ["two", "one"])
    caller.sandbox.reset()
    caller.entries("sms/sendarray", **caller.array(["09120000003"] * 3, ["three", "four", "five"]))
    page.wait(lambda: page.texts("#messages .text") == ["five", "four", "three"])
