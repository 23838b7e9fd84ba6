"""The fourteen methods as data, and the package as a library."""

import inspect
import subprocess
import sys

import pytest

import kaverun.kavenegar
from kaverun.kavenegar import Client
from kaverun.kavenegar.methods import METHODS


def test_there_are_fourteen_in_the_documents_order():
    assert list(METHODS) == [
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


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_each_is_a_documented_method_of_the_client(method):
    call = getattr(Client, method.call)
    words = inspect.getdoc(call)
    assert "API document, *" in words
    assert "Raises" in words


@pytest.mark.parametrize("name", kaverun.kavenegar.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(kaverun.kavenegar, name)


def test_the_table_of_methods_costs_no_http_library():
    seen = "import sys, kaverun.kavenegar.methods; print('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True).stdout == "False\n"
