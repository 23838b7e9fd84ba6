"""The inbox page as files over HTTP, and the listings it needs; test_browser tests what it looks like."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from kaverun.sandbox import page

FOLDER = Path(page.__file__).parent
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def fetch(caller: Any, path: str, **headers: str) -> requests.Response:
    address = f"http://{caller.sandbox.host_and_port}{path}"
    return caller.session.get(address, headers=headers, timeout=5)  # type: ignore[no-any-return]


def fill(caller: Any, count: int = 10) -> None:
    receptors = [f"0912{number:07d}" for number in range(1, count + 1)]
    for start in range(0, count, 200):
        caller.entries("sms/sendarray", **caller.array(receptors[start : start + 200]))


def receptors(answer: Any) -> list[str]:
    return [message["receptor"][-2:] for message in answer["messages"]]


def test_a_browser_finds_the_page_at_the_root(caller: Any) -> None:
    found = fetch(caller, "/", **BROWSER)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert '<html lang="fa" dir="rtl">' in found.text
    assert fetch(caller, "/_sandbox/").content == fetch(caller, "/_sandbox").content == found.content


def test_an_api_client_at_the_root_still_gets_404(caller: Any) -> None:
    assert fetch(caller, "/").json()["return"]["status"] == 404


def test_every_file_is_served_with_its_type_and_none_is_left_behind(caller: Any) -> None:
    present = {path.name for path in FOLDER.iterdir() if path.is_file() and path.suffix != ".py"}
    assert {name for name in present if page.serves(f"page/{name}")} == present - {"inbox.html"}
    types = {name: fetch(caller, f"/_sandbox/page/{name}").headers["Content-Type"] for name in present - {"inbox.html"}}
    wanted = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
    assert types == {name: wanted[Path(name).suffix] for name in types}
    assert fetch(caller, "/_sandbox/page/__init__.py").status_code == 404


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_written_as_markup() -> None:
    for path in FOLDER.iterdir():
        if path.suffix in (".js", ".html", ".css"):
            source = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://|//cdn|@import|url\(", source), path.name
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", source), path.name


def test_the_page_forbids_scripts_of_others_and_frames(caller: Any) -> None:
    policy = fetch(caller, "/_sandbox/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_words_are_those_of_the_tables(caller: Any) -> None:
    words = fetch(caller, "/_sandbox/page/words.json").json()
    assert words["statuses"]["10"] == {"persian": "رسیده به گیرنده", "english": "Delivered", "final": True}
    assert words["errors"]["411"]["english"] == "Invalid receptor number"


def test_looking_at_the_page_leaves_no_trace_in_the_journal(caller: Any) -> None:
    for path in ("/", "/_sandbox/", "/_sandbox/page/inbox.js", "/_sandbox/messages?after=0"):
        fetch(caller, path, **BROWSER)
    assert caller.sandbox.requests() == ()


def test_messages_go_on_from_a_number(caller: Any) -> None:
    fill(caller)
    newest = caller.control("messages", after=0, newest=1, limit=3)
    assert (receptors(newest), newest["count"]) == (["10", "09", "08"], 10)
    assert newest["last"] == caller.sandbox.messages()[-1].messageid
    older = caller.control("messages", after=0, before=newest["messages"][-1]["messageid"], newest=1, limit=3)
    assert (receptors(older), older["count"]) == (["07", "06", "05"], 7)
    assert caller.control("messages", after=newest["last"])["messages"] == []
    fill(caller, 2)
    news = caller.control("messages", after=newest["last"])
    assert (receptors(news), news["count"], news["last"]) == (["01", "02"], 2, newest["last"] + 2)


def test_messages_are_asked_for_again_by_id(caller: Any) -> None:
    fill(caller, 3)
    first, _, third = (message.messageid for message in caller.sandbox.messages())
    assert receptors(caller.control("messages", messageid=f"{third},{first},7")) == ["01", "03"]
    assert "numbers" in caller.control("messages", messageid="x")["error"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("0912", ["09121112233", "09120000000"]),
        ("1112233", ["09121112233"]),
        ("+989121112233", ["09121112233"]),
        ("۰۹۱۲۱۱۱۲۲۳۳", ["09121112233"]),
        ("کیوان", ["09121112233"]),
        ("كيوان", ["09121112233"]),
        ("hello", ["09120000000"]),
        ("order-7", ["09120000000"]),
        ("nothing like it", []),
    ],
)
def test_messages_are_searched_by_number_text_and_tag(caller: Any, search: str, found: list[str]) -> None:
    caller.send("09121112233", "سلام کیوان")
    caller.send("09120000000", "Hello", tag="order-7")
    assert [message["receptor"] for message in caller.control("messages", search=search)["messages"]] == found
    assert caller.control("messages", search=search, after=0)["count"] == len(found)


def test_requests_go_on_from_a_number_and_can_be_chosen(caller: Any) -> None:
    caller.status("account/info")
    caller.status("sms/send", receptor="1", message="a")
    caller.status("sms/send", receptor="09123456789", message="a", sender="10004346")
    numbers = {
        only: [entry["number"] for entry in caller.control("requests", only=only)["requests"]]
        for only in ("", "refused", "noted")
    }
    assert numbers == {"": [1, 2, 3], "refused": [2], "noted": [3]}
    newest = caller.control("requests", after=1, newest=1, limit=1)
    assert ([entry["number"] for entry in newest["requests"]], newest["count"], newest["last"]) == ([3], 2, 3)
    assert [entry["number"] for entry in caller.control("requests", after=0, before=2)["requests"]] == [1]
    assert [entry["number"] for entry in caller.control("requests", search="411")["requests"]] == [2]
    assert "refused or noted" in caller.control("requests", only="all")["error"]


def test_asking_for_news_stays_cheap_with_ten_thousand_messages(caller: Any) -> None:
    fill(caller, 10_000)
    last = caller.control("messages", after=0, newest=1, limit=1)["last"]
    begun = time.monotonic()
    for _ in range(20):
        answer = caller.session.get(
            f"{caller.sandbox.control_url}/messages?after={last - 5}&newest=1&limit=50", timeout=5
        )
        assert len(answer.content) < 3000
        caller.control("counters")
    assert (time.monotonic() - begun) / 20 < 0.05
