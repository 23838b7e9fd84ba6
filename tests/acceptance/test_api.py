"""`kaverun api` and `kaverun account`, as installed, against a sandbox over HTTP."""

from __future__ import annotations

import json
import re
import secrets
import socket
import sys
import time
from pathlib import Path

import pexpect
import pytest

METHODS = [
    "sms/send",
    "sms/sendarray",
    "sms/status",
    "sms/statuslocalmessageid",
    "sms/statusbyreceptor",
    "sms/select",
    "sms/selectoutbox",
    "sms/latestoutbox",
    "sms/countoutbox",
    "sms/cancel",
    "verify/lookup",
    "call/maketts",
    "account/info",
    "account/config",
]
PHONE = "09123456789"
SENDING = [
    ("sms/send", [f"receptor={PHONE}", "message=سلام"]),
    ("sms/sendarray", [f'receptor=["{PHONE}"]', 'sender=["10004346"]', 'message=["سلام"]']),
    ("verify/lookup", [f"receptor={PHONE}", "template=verify", "token=12345"]),
    ("call/maketts", [f"receptor={PHONE}", "message=سلام"]),
]


@pytest.fixture
def api(kaverun, sandbox):
    def call(*arguments, **environment):
        return kaverun("api", *arguments, KAVENEGAR_BASE_URL=sandbox.url, **environment)

    return call


def entries(ended):
    assert (ended.code, ended.err) == (0, "")
    answer = json.loads(ended.out)
    assert answer["return"] == {"status": 200, "message": "تایید شد"}
    return answer["entries"]


def sent(api, *fields):
    return entries(
        api("sms/send", f"receptor={PHONE}", "message=سلام", "localid=4611686018427387905", "--yes", *fields)
    )[0]


def test_the_list_has_the_fourteen_with_a_line_each(kaverun):
    ended = kaverun("api", "--list")
    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == METHODS
    assert all(len(line.split(maxsplit=1)[1]) > 10 for line in ended.out.splitlines())


@pytest.mark.parametrize(("method", "fields"), SENDING)
def test_what_sends_wants_a_yes_without_a_terminal(api, sandbox, method, fields):
    ended = api(method, *fields)
    assert (ended.code, ended.out) == (1, "")
    assert "--yes" in ended.err
    assert not sandbox.messages()
    answered = entries(api(method, *fields, "--yes"))
    assert [row["receptor"] for row in answered] == [PHONE]
    assert len(sandbox.messages()) == 1


def test_what_changes_something_wants_a_yes_too(api):
    messageid = sent(api, f"date={int(time.time()) + 3600}")["messageid"]
    for arguments in (["sms/cancel", f"messageid={messageid}"], ["account/config", "apilogs=disabled"]):
        assert "--yes" in api(*arguments).err
    assert entries(api("sms/cancel", f"messageid={messageid}", "--yes"))[0]["status"] == 13
    assert entries(api("account/config"))["apilogs"] == "enabled"
    assert entries(api("account/config", "apilogs=disabled", "--yes"))["apilogs"] == "disabled"


def test_what_reads_asks_nobody(api):
    row = sent(api)
    messageid = row["messageid"]
    assert messageid > 2**32
    now = int(time.time())
    assert entries(api("sms/status", f"messageid={messageid},7"))[1]["status"] == 100
    (found,) = entries(api("sms/statuslocalmessageid", "localid=4611686018427387905"))
    assert (found["messageid"], found["localid"]) == (messageid, "4611686018427387905")
    assert entries(api("sms/statusbyreceptor", f"receptor={PHONE}", f"startdate={now - 60}"))[0]["receptor"] == PHONE
    for arguments in (
        ["sms/select", f"messageid={messageid}"],
        ["sms/selectoutbox", f"startdate={now - 60}"],
        ["sms/latestoutbox"],
        ["sms/latestoutbox", "pagesize=1"],
    ):
        assert [found["messageid"] for found in entries(api(*arguments))] == [messageid]
    assert entries(api("sms/countoutbox", f"startdate={now - 60}")) == {"sumcount": 1}
    assert entries(api("account/info"))["remaincredit"] == 1_000_000_000 - row["cost"]


def test_settings_are_read_by_a_bare_get(api, sandbox):
    entries(api("account/config"))
    assert [request["verb"] for request in sandbox.requests("account/config")] == ["GET"]


@pytest.mark.parametrize("name", ["account/info", "ACCOUNT/Info", "account/info.json", "/Account/Info.JSON"])
def test_a_method_is_known_in_any_case_with_or_without_its_format(api, name):
    assert "remaincredit" in entries(api(name))


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("sms/sned", "sms/send"),
        ("lookup", "verify/lookup"),
        ("sms/sendaray", "sms/sendarray"),
        ("info", "account/info"),
    ],
)
def test_a_wrong_method_names_its_nearest(api, name, nearest):
    ended = api(name)
    assert ended.code == 1
    assert f"did you mean {nearest}?" in ended.err
    assert "--list" in ended.err


def test_no_method_at_all_is_wrong_use(api):
    ended = api()
    assert (ended.code, ended.out) == (1, "")
    assert "which method" in ended.err


def test_all_wrong_pairs_are_told_at_once(api, sandbox):
    ended = api("sms/send", "receptor", "message=a", "message=b", "sender=@missing.txt", "--yes")
    assert ended.code == 1
    assert "parameter: must be NAME=VALUE, is receptor" in ended.err
    assert "message: is given twice" in ended.err
    assert "missing.txt: sender: the file cannot be read" in ended.err
    assert not sandbox.messages()


def test_a_value_may_come_from_a_file_without_its_last_line_end(api, kaverun, sandbox):
    kaverun.write("text.txt", "سطر یک\nسطر دو\r\n", "utf-8-sig")
    sent(api)
    entries(api("sms/send", f"receptor={PHONE}", "message=@text.txt", "--yes"))
    entries(api("sms/send", f"receptor={PHONE}", "message=@@سارا = سلام", "--yes"))
    assert [message["text"] for message in sandbox.messages()] == ["سلام", "سطر یک\nسطر دو", "@سارا = سلام"]


def test_a_parameter_no_document_names_goes_out_and_is_mentioned(api, sandbox):
    ended = api("sms/send", f"receptor={PHONE}", "message=سلام", "dat=1", "--yes")
    assert ended.code == 0
    assert "no documented parameter dat (did you mean date?)" in ended.err


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_a_refusal_exits_1_with_the_codes_meaning_and_the_answer_as_it_came(kaverun, start_sandbox, dialect):
    sandbox = start_sandbox("--dialect", dialect)
    ended = kaverun("api", "sms/send", "receptor=123", "message=a", "--yes", "--base-url", sandbox.url)
    assert ended.code == 1
    assert "411: Invalid receptor number" in ended.err
    assert json.loads(ended.out) == {
        "return": {"status": 411, "message": "دریافت‌کننده نامعتبر است"},
        "entries": None,
    }
    table = kaverun("api", "sms/send", "message=a", "--yes", "--format", "table", "--base-url", sandbox.url)
    assert (table.code, table.out) == (1, "")
    assert "400: Incomplete parameters" in table.err


def test_the_provider_itself_says_what_is_missing(api):
    assert "400" in api("sms/sendarray", "--yes").err
    assert "400" in api("sms/status").err


@pytest.mark.parametrize(("method", "fields", "code"), [(*SENDING[0], 3), ("account/info", [], 1)])
def test_no_answer_is_told_apart_where_it_may_have_sent(kaverun, start_sandbox, method, fields, code):
    sandbox = start_sandbox("--fault", "drop-after", "--fault", "drop-after:method=account/info")
    ended = kaverun("api", method, *fields, "--yes", "--base-url", sandbox.url)
    assert ended.code == code
    assert ("may have been carried out" in ended.err) == (code == 3)


def test_a_refused_connection_sent_nothing(kaverun):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    ended = kaverun("api", *SENDING[0][:1], *SENDING[0][1], "--yes", "--base-url", f"http://127.0.0.1:{port}/v1")
    assert ended.code == 1
    assert "refused" in ended.err


def test_a_table_shows_times_in_tehran_too(api):
    sent(api)
    ended = api("sms/send", f"receptor={PHONE},09351234567", "message=سلام\nدنیا", "--yes", "--format", "table")
    assert ended.code == 0
    header, *lines = ended.out.splitlines()
    assert header.split()[:2] == ["messageid", "status"]
    assert header.split()[-2:] == ["statustext", "message"]
    assert len(lines) == 2
    assert all(re.search(r"\d{10} \(20\d\d-\d\d-\d\d \d\d:\d\d Asia/Tehran\)", line) for line in lines)
    assert all("1 (In queue)" in line and "120 Rial" in line and "سلام دنیا" in line for line in lines)


def test_one_entry_is_shown_as_names_and_values(api):
    shown = dict(line.split(maxsplit=1) for line in api("account/info", "--format", "table").out.splitlines())
    assert shown["remaincredit"] == "1,000,000,000 Rial"
    assert shown["expiredate"].endswith("03:30 Asia/Tehran)")
    assert "پیش پرداخت" in shown["type"]


def test_an_empty_answer_says_so(api):
    assert api("sms/latestoutbox", "--format", "table").out == "no entries\n"


def test_a_sandbox_of_its_own_needs_no_key(kaverun):
    ended = kaverun("api", "sms/latestoutbox", "--sandbox", KAVENEGAR_API_KEY="")
    assert ended.code == 0
    assert json.loads(ended.out)["entries"] == []
    assert "no message leaves this machine" in ended.err


def test_without_a_key_nothing_is_asked(kaverun, sandbox):
    for command in (["api", "account/info"], ["account"]):
        ended = kaverun(*command, "--base-url", sandbox.url, KAVENEGAR_API_KEY="")
        assert ended.code == 1
        assert "KAVENEGAR_API_KEY" in ended.err


def test_plain_http_to_another_host_is_refused(kaverun):
    for command in (["api", "account/info"], ["account"]):
        assert "unencrypted" in kaverun(*command, "--base-url", "http://example.com/v1").err


@pytest.mark.parametrize("fault", ["http-after:status=502", "cut", "error:code=401", "error:code=999", "drop-before"])
def test_the_key_is_in_nothing_that_is_said(kaverun, start_sandbox, fault):
    key = secrets.token_hex(20)
    sandbox = start_sandbox("--fault", f"{fault}{',' if ':' in fault else ':'}method=account/info")
    for command in (["api", "account/info"], ["api", "account/info", "--format", "table"], ["account"]):
        ended = kaverun(*command, "--base-url", sandbox.url, KAVENEGAR_API_KEY=key)
        assert ended.code == 1
        assert key not in ended.said


def terminal(kaverun, sandbox, *arguments):
    command = str(Path(sys.executable).with_name("kaverun"))
    environment = {**kaverun.environment, "KAVENEGAR_BASE_URL": sandbox.url}
    return pexpect.spawn(
        command,
        list(arguments),
        cwd=kaverun.folder,
        env=environment,
        encoding="utf-8",
        timeout=30,
        dimensions=(40, 200),
    )


@pytest.mark.parametrize(("answer", "code", "count"), [("y", 0, 1), ("n", 1, 0), ("", 1, 0)])
def test_on_a_terminal_a_person_is_asked_and_sees_a_table(kaverun, sandbox, answer, code, count):
    child = terminal(kaverun, sandbox, "api", "sms/send", f"receptor={PHONE}", "message=salam")
    child.expect(r"sms/send sends messages, which cost money. Go on\? \[y/N\]:")
    child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert len(sandbox.messages()) == count
    assert ("Asia/Tehran" in child.before) == bool(count)


# --- kaverun account


def test_account_shows_money_expiry_and_settings(kaverun, start_sandbox):
    sandbox = start_sandbox("--credit", "1234565")
    ended = kaverun("account", "--base-url", sandbox.url)
    assert (ended.code, ended.err) == (0, "")
    shown = {line[:13].strip(): line[14:] for line in ended.out.splitlines()}
    assert shown["credit"] == "1,234,565 Rial (123,456.5 Toman)"
    assert re.fullmatch(r"20\d\d-\d\d-\d\d 03:30 Asia/Tehran \(14\d\d-\d\d-\d\d Jalali\)", shown["expires"])
    assert "پیش پرداخت" in shown["type"]
    assert shown["default line"] == "10004346"
    assert shown["debugmode"] == "disabled"
    assert shown["credit alarm"] == "below 10,000 Rial (1,000 Toman)"
    assert (shown["apilogs"], shown["dailyreport"], shown["resendfailed"]) == ("enabled",) * 3
    assert [request["verb"] for request in sandbox.requests("account/config")] == ["GET"]


@pytest.mark.parametrize("dialect", ["document", "live"])
def test_account_as_json(kaverun, start_sandbox, dialect):
    sandbox = start_sandbox("--dialect", dialect, "--credit", "1000000")
    account = json.loads(kaverun("account", "--format", "json", "--base-url", sandbox.url).out)
    expires = account.pop("expires")
    assert account == {
        "credit_rial": 1_000_000,
        "credit_toman": 100_000,
        "type": "پیش پرداخت",
        "default_line": "10004346",
        "debugmode": False,
        "mincreditalarm_rial": 10_000,
        "settings": {"apilogs": "enabled", "dailyreport": "enabled", "resendfailed": "enabled"},
    }
    assert list(expires) == ["unix", "gregorian", "jalali"]
    assert expires["gregorian"].endswith("T03:30:00+03:30")


@pytest.mark.parametrize("form", ["text", "json"])
def test_account_says_loudly_that_debugmode_is_on(kaverun, start_sandbox, form):
    ended = kaverun("account", "--format", form, "--base-url", start_sandbox("--debugmode").url)
    assert ended.code == 0
    assert "DEBUGMODE IS ENABLED" in ended.err
    assert "sends none" in ended.err
    assert ("ENABLED: nothing is really sent" in ended.out) if form == "text" else json.loads(ended.out)["debugmode"]


def test_account_that_is_refused_says_why(kaverun, start_sandbox):
    ended = kaverun("account", "--base-url", start_sandbox("--api-key", "another").url)
    assert (ended.code, ended.out) == (1, "")
    assert "401: Invalid API key" in ended.err


def test_account_of_a_sandbox_of_its_own(kaverun):
    ended = kaverun("account", "--sandbox", KAVENEGAR_API_KEY="")
    assert ended.code == 0
    assert "1,000,000,000 Rial" in ended.out
