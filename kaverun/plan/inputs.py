"""What a plan is made from, as it is now: every file that the campaign and its templates read, and the variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from kaverun.campaign.files import file_and_sheet, named_files
from kaverun.campaign.loader import LoadedCampaign
from kaverun.campaign.shorthand import written_out
from kaverun.ledger.runs import Input
from kaverun.path_text import path_text
from kaverun.plan.saved_names import included

_PIECE = 2**20
_DIGEST = 16


def inputs_now(loaded: LoadedCampaign) -> tuple[Input, ...]:
    """All of them, in order; raises `OSError` where a file cannot be read."""
    found = {(role, from_root(loaded, path)): path for role, path in files(loaded)}
    given = repr(sorted(loaded.variables.values.items())).encode("utf-8", "surrogatepass")
    variables = Input("variables", "", blake2b(given, digest_size=_DIGEST).hexdigest())
    return (*sorted(Input(role, shown, _digest(path)) for (role, shown), path in found.items()), variables)


def from_root(loaded: LoadedCampaign, path: Path) -> str:
    """A file as every checkout of the repository calls it."""
    return path_text(Path(os.path.relpath(path.resolve(), loaded.root)))


def files(loaded: LoadedCampaign) -> Iterator[tuple[str, Path]]:
    """Every file that a plan is made from, with its role."""
    yield "campaign", loaded.path
    for keys, name in named_files(written_out(loaded.document.data)):
        role = {"exclude": "exclude", "file": "template", "tariff": "tariff"}.get(
            str(keys[-2] if isinstance(keys[-1], int) else keys[-1]), "list"
        )
        yield role, loaded.folder / file_and_sheet(name)[0]
    yield from (("partial", path) for path in included(loaded))


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=_DIGEST)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
