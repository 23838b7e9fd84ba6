"""One ledger for a campaign, whatever folder its commands run in."""

from __future__ import annotations

from tests.acceptance.conftest import Kaverun


def test_a_campaign_that_was_applied_in_one_folder_is_known_in_another(kaverun, campaign, sandbox, tmp_path):
    path = campaign(rows=3)
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    applied = kaverun("apply", path, "--yes", "--base-url", sandbox.url)
    assert applied.code == 0
    place = tmp_path / ".kaverun" / "ledger.db"
    assert f"ledger: {place}" in applied.err
    elsewhere = Kaverun(tmp_path / "deep" / "er", kaverun.environment)
    again = elsewhere("apply", path, "--yes", "--base-url", sandbox.url)
    assert (again.code, len(sandbox.messages())) == (0, 3)
    assert f"ledger: {place}" in again.err
    (run,) = (folder.name for folder in (tmp_path / "reports" / "nowruz").iterdir() if folder.is_dir())
    assert elsewhere("status", run, "--base-url", sandbox.url).code == 0
    assert [entry.name for entry in (tmp_path / "deep" / "er").iterdir()] == []
