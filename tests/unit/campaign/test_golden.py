from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kaverun.validation.verdict import verdicts

CAMPAIGNS = Path(__file__).parents[2] / "data/campaigns"
# `wrong` in everything that can stand in the file itself, `astray` in the files that it names as well.
FOLDERS = ("wrong", "astray")
PLACE = re.compile(
    r"campaign\.yaml:\d+(?::\d+)?: [\w.\[\]: *]+: |nowruz\.txt\.j2:\d+|[\w-]+\.csv:\d+: |tariff\.yaml:\d+:\d+: "
)


def golden(folder: str) -> list[str]:
    return (CAMPAIGNS / folder / "errors.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_campaign_wrong_in_many_ways_is_told_all_of_them_at_once(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CAMPAIGNS / folder, tmp_path / "c")
    (tmp_path / "c/.git").mkdir()
    monkeypatch.chdir(tmp_path / "c")
    (verdict,) = verdicts([Path("campaign.yaml")], now=0.0, strict=False)
    assert [str(problem) for problem in verdict.problems] == golden(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_golden_file_holds_thirty_errors_each_with_its_place_and_no_secret(folder: str) -> None:
    lines = golden(folder)
    assert len([line for line in lines if "warning: " not in line]) >= 30
    assert [line for line in lines if not PLACE.match(line)] == []
    told = "\n".join(lines)
    assert not any(secret in told for secret in ("4B5A6C7D8E9F", "09121234567", "09351234567", "09261234567"))


def test_the_errors_come_from_the_file_its_template_its_lists_its_rows_and_its_tariff() -> None:
    files = {line.split(":")[0] for line in golden("astray")}
    assert files == {"campaign.yaml", "nowruz.txt.j2", "members.csv", "opt-outs.csv", "tariff.yaml"}
