"""The API's methods, one module per subject. A new module adds its `METHODS` here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kaverun.sandbox.call import Method
from kaverun.sandbox.methods import account, cancel, outbox, sms, status, verify, voice

#: every method by `scope/method`
METHODS: Mapping[str, Method] = MappingProxyType(
    {method.name: method for room in (sms, status, outbox, cancel, verify, voice, account) for method in room.METHODS}
)
