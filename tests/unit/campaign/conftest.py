from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaverun.campaign.loader import LoadedCampaign, load_campaign
from kaverun.errors import Invalid, Problem


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a campaign folder `c`, some lists and a tariff; the working directory."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "c").mkdir()
    for name in (
        "members.csv",
        "more.csv",
        "opt-outs.csv",
        "members.xlsx",
        "old.XLS",
        "members.jsonl",
        "x.json",
        "../tariff.yaml",
    ):
        (root / "c" / name).write_text("phone\n")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def load(repository: Path) -> Callable[[str | bytes], LoadedCampaign]:
    """Loads a campaign file of the given content as `c/campaign.yaml`."""

    def write_and_load(content: str | bytes) -> LoadedCampaign:
        source = content.encode() if isinstance(content, str) else content
        Path("c/campaign.yaml").write_bytes(source)
        return load_campaign(Path("c/campaign.yaml"))

    return write_and_load


@pytest.fixture
def problems(load: Callable[[str | bytes], LoadedCampaign]) -> Callable[[str | bytes], list[Problem]]:
    """All problems of a wrong campaign file of the given content."""

    def problems_of(content: str | bytes) -> list[Problem]:
        with pytest.raises(Invalid) as caught:
            load(content)
        return list(caught.value.problems)

    return problems_of
