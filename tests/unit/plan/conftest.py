"""Plans made from files in a temporary folder."""

from __future__ import annotations

import pytest

from kaverun.campaign.lints import LINTS
from kaverun.campaign.loader import load_campaign
from kaverun.plan.planner import make_plan
from kaverun.plan.served import NothingServed

NOW = 1_800_000_000.0
# Lints are the matter of their own tests.
NO_SECOND_LOOK = f"lints: {{off: [{', '.join(LINTS)}]}}\n"


@pytest.fixture
def planned(tmp_path, monkeypatch):
    """Writes files and plans the campaign among them."""
    monkeypatch.chdir(tmp_path)

    def plan(campaign, served=None, now=NOW, lifted=(), second_look=False, **files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="utf-8")
        path = tmp_path / "campaign.yaml"
        path.write_text(
            "version: 1\nname: nowruz\n" + campaign + ("" if second_look else NO_SECOND_LOOK), encoding="utf-8"
        )
        loaded = load_campaign(path.relative_to(tmp_path))
        return make_plan(loaded, now=now, served=served or NothingServed(), lifted=lifted)

    return plan
