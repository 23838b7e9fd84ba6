"""Partials, until the loader names them."""

from __future__ import annotations

import re
from pathlib import Path

from kaverun.campaign.loader import LoadedCampaign

_included = re.compile(r"""\binclude\s+["']([^"']+)["']""")


def included(loaded: LoadedCampaign) -> set[Path]:
    found: set[Path] = set()
    waiting = [source.text for source in loaded.templates.values()]
    while waiting:
        for name in _included.findall(waiting.pop()):
            path = loaded.folder / name
            if path not in found:
                found.add(path)
                waiting.append(path.read_text(encoding="utf-8", errors="replace"))
    return found
