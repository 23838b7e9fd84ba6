"""The final status of each number's messages, if it is not delivery."""

from __future__ import annotations

from hashlib import blake2b

from kaverun.sandbox import magic
from kaverun.sandbox.settings import SandboxSettings


class Fates:
    """The last status of a number's messages: by magic or drawn by shares, and always the same for a number."""

    def __init__(self, settings: SandboxSettings, seed: int) -> None:
        self._magic, self._outcomes, self._seed = settings.magic, settings.outcomes, seed

    def ending(self, receptor: str) -> int | None:
        """The last status for `receptor` (09…); None for the usual one."""
        if self._magic and receptor.startswith(magic.PREFIX):
            return magic.ending(receptor)
        return self._drawn(receptor) if self._outcomes else None

    def _drawn(self, receptor: str) -> int | None:
        digest = blake2b(f"{self._seed}:{receptor}".encode(), digest_size=8).digest()
        draw = int.from_bytes(digest) / 2**64
        for status, share in self._outcomes:
            draw -= share
            if draw < 0:
                return status
        return None
