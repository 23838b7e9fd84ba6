"""A faithful local Kavenegar over real HTTP, for trying campaigns and for tests.

    from kaverun.sandbox import Sandbox, SandboxSettings, parse_fault
    with Sandbox(SandboxSettings(faults=(parse_fault("drop-after:every=5"),))) as sandbox:
        sandbox.url           # http://127.0.0.1:PORT/v1
        sandbox.messages()    # what was accepted
        sandbox.requests()    # what was asked, why it was refused, what the real service might refuse

Numbers 0909… and keys sandbox-… choose what happens: see kaverun.sandbox.magic.
Written only from the API document and the facts page, never from what our own client sends.
"""

from kaverun.sandbox.faults.parser import load_faults, parse_fault
from kaverun.sandbox.faults.vocabulary import Fault
from kaverun.sandbox.records import Message, Note, Request
from kaverun.sandbox.server import Sandbox
from kaverun.sandbox.settings import SandboxSettings

__all__ = ["Fault", "Message", "Note", "Request", "Sandbox", "SandboxSettings", "load_faults", "parse_fault"]
