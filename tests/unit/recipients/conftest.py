from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign

Load = Callable[..., LoadedCampaign]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads a campaign with the given `recipients` section, beside CSV files given as name=content.

    A name such as `a_jsonl` is the file a.jsonl; bytes are a workbook in `a_xlsx`.
    """
    monkeypatch.chdir(tmp_path)

    def loaded(recipients: str, **files: str | bytes) -> LoadedCampaign:
        for name, content in files.items():
            path = tmp_path / (name.replace("_", ".") if "_" in name else f"{name}.csv")
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        head = "version: 1\nname: test\nsenders: 10004346\nmessage: سلام\nrecipients:"
        (tmp_path / "c.yaml").write_text(f"{head} {recipients}\n", encoding="utf-8")
        return load_campaign(Path("c.yaml"))

    return loaded
