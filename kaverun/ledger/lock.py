"""One executor per campaign and ledger: a lock the operating system frees when its process dies."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from kaverun.errors import LedgerError, Locked
from kaverun.ledger.flock import Holder, in_place, lock, lock_file
from kaverun.ledger.location import Identity, identity, located, made

# One process at a time holds the name of a campaign, and a second name that says who it is.
_SOCKETS = Path("/proc/net/unix")


@contextmanager
def campaign_lock(ledger: Path, campaign: str, now: float) -> Iterator[None]:
    """Hold the lock while the block runs; raises `Locked` naming who holds it (pid, host, since).

    The lock is on the ledger itself, whatever name it is opened by, and has two parts. The lock file next to it works
    between containers, and between machines on a network file system; but if somebody removes it, the next process
    locks a new one. So a name on this machine stands for the ledger too, which Linux frees when its process dies.
    """
    holder = Holder.this(now)
    try:
        named = identity(ledger)
    except OSError:
        named = _made(ledger)
    with _name_taken(named, campaign, holder), _file_locked(located(ledger), campaign, holder):
        yield


def _made(ledger: Path) -> Identity:
    try:
        return identity(made(ledger))
    except OSError as error:
        raise LedgerError(f"ledger {ledger}: {error.strerror}: it cannot be created there") from None


@contextmanager
def _name_taken(ledger: Identity, campaign: str, holder: Holder) -> Iterator[None]:
    """Hold an address in Linux's abstract namespace (unix(7)), which has no file; other systems have no such names."""
    key = f"kaverun/{blake2b(repr((*ledger, campaign)).encode(), digest_size=16).hexdigest()}"
    with socket.socket(socket.AF_UNIX) as taken, socket.socket(socket.AF_UNIX) as signed:
        try:
            taken.bind(f"\0{key}")
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _locked(campaign, _named_holder(key)) from None
        else:
            with suppress(OSError):
                signed.bind(f"\0{key}/{holder.pid}/{holder.since:.0f}")
        yield


def _named_holder(key: str) -> str:
    with suppress(OSError, ValueError):
        for line in _SOCKETS.read_text(encoding="utf-8", errors="replace").splitlines():
            _, found, words = line.partition(f" @{key}/")
            if found:
                pid, since = map(int, words.split("/"))
                return str(Holder.this(since)._replace(pid=pid))
    return "another process"


@contextmanager
def _file_locked(ledger: Path, campaign: str, holder: Holder) -> Iterator[None]:
    path = ledger.with_name(f"{ledger.name}.{campaign}.lock")
    file = lock_file(path)
    try:
        while True:
            if not lock(file, path):
                raise _locked(campaign, Holder.of(file))
            if in_place(file, path):
                break
            # It was removed in between; the next process locks its replacement.
            os.close(file)
            file = lock_file(path)
        holder.sign(file)
        yield
    finally:
        os.close(file)


def _locked(campaign: str, holder: str) -> Locked:
    return Locked(f"campaign {campaign} is held by {holder}: wait until that ends")
