"""Neither the key nor a whole number is in anything a command prints; the key is in no file it leaves either."""

from __future__ import annotations

import secrets

import pytest

FAULTS = (
    "drop-after:times=1", "http-after:status=502,times=1", "error:code=401", "error:code=411", "error:code=999",
    "foreign-receptor:times=1",
)  # fmt: skip


def everything_written(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_that_goes_wrong_tells_no_secret(kaverun, campaign, start_sandbox, fault):
    key = secrets.token_hex(20)
    sandbox = start_sandbox("--fault", fault)
    path = campaign(rows=12, extra="sending: {batch: 5, concurrency: 2}\n")
    for command in (["apply", path, "--yes"], ["apply", path, "--yes", "--format", "json"], ["plan", path]):
        ended = kaverun(*command, "--base-url", sandbox.url, KAVENEGAR_API_KEY=key)
        assert key not in ended.said
        assert "0926000" not in ended.said
    assert key.encode() not in everything_written(kaverun.folder)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:9/v1",
        "https://127.0.0.1:9/v1",
        "https://no-such-host.invalid/v1/{key}",
        "http://example.com/{key}",
        "ftp://{key}",
    ],
)
def test_an_address_that_does_not_work_tells_no_secret(kaverun, campaign, base_url):
    key = secrets.token_hex(20)
    ended = kaverun("apply", campaign(), "--yes", "--base-url", base_url.format(key=key), KAVENEGAR_API_KEY=key)
    assert ended.code == 1
    assert key not in ended.said
    assert key.encode() not in everything_written(kaverun.folder)


def test_a_bug_says_so_and_its_log_holds_no_secret(kaverun, campaign, sandbox):
    key = secrets.token_hex(20)
    kaverun.write(
        "sitecustomize.py", f"import kaverun.run.execution as a\na.preflight = lambda *b, **c: 1 / len('{key}'[:0])\n"
    )
    ended = kaverun(
        "apply", campaign(), "--yes", "--base-url", sandbox.url,
        KAVENEGAR_API_KEY=key, PYTHONPATH=str(kaverun.folder), TMPDIR=str(kaverun.folder),
    )  # fmt: skip
    assert ended.code == 1
    assert "this is a bug in kaverun (ZeroDivisionError)" in ended.err
    (log,) = kaverun.folder.glob("kaverun-bug-*.log")
    assert "ZeroDivisionError" in log.read_text()
    assert key not in log.read_text() + ended.said
    assert not (kaverun.folder / "reports" / "nowruz").exists() or not kaverun.reports("nowruz")
