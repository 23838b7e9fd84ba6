from __future__ import annotations

import pytest

from kaverun.kavenegar.codes import ERRORS
from kaverun.sandbox import magic


@pytest.mark.parametrize("code", ERRORS)
def test_every_code_has_its_numbers(code: int) -> None:
    assert magic.code(f"09090000{code}") == magic.code(f"09091234{code}") == code


@pytest.mark.parametrize("receptor", ["09120000418", "09090000200", "09090000999", "09090000010", "9090000418", "418"])
def test_other_numbers_refuse_nothing(receptor: str) -> None:
    assert magic.code(receptor) == 0


@pytest.mark.parametrize("status", [1, 4, 5, 6, 10, 11, 13, 14, 50, 100])
def test_every_last_status_has_its_numbers(status: int) -> None:
    assert magic.ending(f"09090000{status:03d}") == status


@pytest.mark.parametrize("receptor", ["09120000011", "09090000002", "09090000000", "09090000418", "09090000777"])
def test_other_numbers_end_as_usual(receptor: str) -> None:
    assert magic.ending(receptor) is None


def test_three_zeroes_refuse_the_row() -> None:
    assert magic.refuses_row("09091234000")
    assert not magic.refuses_row("09121234000")


def test_a_key_about_the_account_is_refused_everywhere() -> None:
    assert magic.key_code("sandbox-403", "account/info") == magic.key_code("sandbox-403", "sms/send") == 403


def test_a_key_about_sending_is_refused_where_something_is_sent() -> None:
    assert magic.key_code("sandbox-418", "account/info") == 0
    assert magic.key_code("sandbox-418", "sms/sendarray") == magic.key_code("sandbox-418", "call/maketts") == 418


@pytest.mark.parametrize("key", ["sandbox-200", "sandbox-999", "sandbox-", "418", "my-sandbox-418"])
def test_other_keys_are_keys(key: str) -> None:
    assert magic.key_code(key, "sms/send") == 0
