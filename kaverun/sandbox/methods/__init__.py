"""The API's methods, a module per scope. A new scope adds its `METHODS` here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kaverun.sandbox.call import Method
from kaverun.sandbox.methods import account, sms

#: every method by `scope/method`
METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in (*sms.METHODS, *account.METHODS)})
