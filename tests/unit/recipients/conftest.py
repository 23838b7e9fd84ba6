from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign

Load = Callable[..., LoadedCampaign]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads a campaign with the given `recipients` section, beside files given as name=content."""
    monkeypatch.chdir(tmp_path)

    def loaded(recipients: str, **files: str) -> LoadedCampaign:
        for name, content in files.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
        head = "version: 1\nname: test\nsenders: 10004346\nmessage: سلام\nrecipients:"
        (tmp_path / "c.yaml").write_text(f"{head} {recipients}\n", encoding="utf-8")
        return load_campaign(Path("c.yaml"))

    return loaded
