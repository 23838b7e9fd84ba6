"""An unexpected error: a message for the user, and a traceback in a file, both without secrets."""

from __future__ import annotations

import os
import re
import tempfile
import traceback
from pathlib import Path

from kaverun.kavenegar.redaction import Secret, redact

# Iranian mobile numbers in any spelling with Latin digits (facts page, *Money and language*).
_MOBILE = re.compile(r"(?<![0-9])((?:\+98|0098|98|0)?9[0-9]{2})[0-9]{3}([0-9]{4})(?![0-9])")
_LONGEST_KEY_FILE = 4096


def bug_message(error: BaseException, *, sent: bool) -> str:
    """A message for the user that says where the details are; `sent` is whether something may have been sent."""
    details = _details(error)
    try:
        # Its mode is 0600.
        with tempfile.NamedTemporaryFile(
            "w", prefix="kaverun-bug-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as log:
            log.write(details)
        where = f"The details, without the API key, are in {log.name}: please send them to us."
    except OSError as failure:
        last = details.strip().rpartition("\n")[2]
        why = failure.strerror or failure
        where = f"The details cannot be written to a file ({why}); their last line is: {last}"
    again = "Run the same command again to continue where it stopped."
    so_far = "Messages were or may have been sent before it happened. " if sent else ""
    return f"error: this is a bug in kaverun ({type(error).__name__}). {so_far}{where} {again}"


def _details(error: BaseException) -> str:
    """The traceback without API keys and full phone numbers; if that fails, only where it happened."""
    try:
        _learn_keys()
        return _MOBILE.sub(r"\1***\2", redact("".join(traceback.format_exception(error))))
    except Exception:
        frames = "".join(traceback.format_tb(error.__traceback__))
        return f"{frames}{type(error).__name__}, whose message cannot be shown\n"


def _learn_keys() -> None:
    """Load the keys to redact: the error may have happened before they were read."""
    keys = [os.environ.get("KAVENEGAR_API_KEY", "")]
    name = os.environ.get("KAVENEGAR_API_KEY_FILE", "")
    # Only a regular file: a pipe would block until somebody writes to it.
    if name and os.path.isfile(name):
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            keys.append(file.read(_LONGEST_KEY_FILE))
    for key in keys:
        Secret(key.strip())
