from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kaverun.campaign.loader import load_campaign
from kaverun.errors import Invalid

WRONG = Path(__file__).parents[2] / "data/campaigns/wrong"


def test_a_campaign_wrong_in_many_ways_is_told_all_of_them_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(WRONG, tmp_path / "c")
    (tmp_path / "c/.git").mkdir()
    monkeypatch.chdir(tmp_path / "c")
    with pytest.raises(Invalid) as caught:
        load_campaign(Path("campaign.yaml"))
    assert f"{caught.value}\n" == (WRONG / "errors.txt").read_text(encoding="utf-8")


def test_the_golden_file_holds_thirty_errors_each_with_its_place_and_no_secret() -> None:
    told = (WRONG / "errors.txt").read_text(encoding="utf-8")
    lines = told.splitlines()
    assert len([line for line in lines if "warning: " not in line]) >= 30
    assert all(line.startswith("campaign.yaml:") and line.split(":")[1].isdigit() for line in lines)
    assert not any(secret in told for secret in ("4B5A6C7D8E9F", "09121234567", "09351234567"))
