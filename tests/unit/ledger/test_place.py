"""Where a ledger lies: one repository, folders above and below it, and ledgers at the places of old."""

from __future__ import annotations

import shlex
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from kaverun.cli.ledger import command
from kaverun.errors import Refused
from kaverun.ledger.place import Place, check_known, moved, place_of_campaign, place_of_run
from kaverun.ledger.sqlite import SqliteStore
from kaverun.message.scope import Scope
from tests.ledger_rows import given_run

LEDGERS = Path(__file__).parents[2] / "data" / "ledgers"
RUN = "20261123T062155Z-8f2dc5"


def ledger_in(folder, *runs):
    """A ledger with runs, each a campaign or a pair of run id and campaign."""
    path = folder / ".kaverun" / "ledger.db"
    store = SqliteStore.open(path)
    for number, run in enumerate(runs):
        run_id, campaign = run if isinstance(run, tuple) else (f"{folder.name}-{number}", run)
        given_run(store, Scope(campaign, "once", "loopback"), run_id)
    store.close()
    return path


@pytest.fixture
def repository(tmp_path):
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "campaigns" / "nowruz").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    return root


def of_campaign(root, current):
    return place_of_campaign("nowruz", root / "campaigns" / "nowruz", root, current)


def test_it_is_at_the_root_of_the_repository_whatever_folder_a_command_runs_in(repository, tmp_path):
    for current in (repository, repository / "campaigns" / "nowruz", tmp_path / "elsewhere"):
        assert of_campaign(repository, current) == Place(repository / ".kaverun" / "ledger.db")


def test_one_at_an_old_place_that_knows_the_campaign_is_used_and_the_line_that_moves_all_of_it_works(
    repository, tmp_path, monkeypatch
):
    monkeypatch.chdir(repository)
    for old in (tmp_path / "elsewhere", repository / "campaigns" / "nowruz"):
        path = ledger_in(old, "nowruz")
        (path.parent / "ledger.db.nowruz.lock").touch()
        found, advice = of_campaign(repository, old)
        assert found == path
        assert str(repository / ".kaverun" / "ledger.db") in advice
        line = shlex.split(advice.split("`")[1])
        assert line[:2] == ["kaverun", "ledger"]
        assert command.main(line[2:], standalone_mode=False) == 0
        assert of_campaign(repository, old) == Place(repository / ".kaverun" / "ledger.db")
        assert not list(path.parent.glob("ledger.db*"))
        shutil.rmtree(repository / ".kaverun")


def test_a_ledger_of_an_earlier_version_is_moved_with_the_copy_that_was_kept(repository, tmp_path):
    old, new = tmp_path / "elsewhere" / "ledger.db", repository / ".kaverun" / "ledger.db"
    shutil.copyfile(LEDGERS / "schema4.db", old)
    moved(old, new, 1.0)
    assert list(old.parent.iterdir()) == []
    assert new.with_name("ledger.db.schema4").read_bytes()[:15] == b"SQLite format 3"
    assert {file.stat().st_mode & 0o777 for file in new.parent.glob("*.schema4")} == {0o600}
    with closing(SqliteStore.open_to_read(new)) as store:
        assert store.rows("SELECT version FROM migration") == [(7,)]


def test_one_at_an_old_place_that_knows_only_others_is_left_alone(repository, tmp_path):
    ledger_in(tmp_path / "elsewhere", "yalda")
    assert of_campaign(repository, tmp_path / "elsewhere") == Place(repository / ".kaverun" / "ledger.db")


def test_an_old_one_is_never_moved_over_another(repository, tmp_path):
    path = ledger_in(tmp_path / "elsewhere", "nowruz")
    ledger_in(repository, "yalda")
    found, advice = of_campaign(repository, tmp_path / "elsewhere")
    assert found == path
    assert "mv " not in advice
    assert f"--ledger {shlex.quote(str(path))}" in advice


def test_two_that_know_the_campaign_are_refused_with_both_names(repository, tmp_path):
    one, other = ledger_in(tmp_path / "elsewhere", "nowruz"), ledger_in(repository, "nowruz")
    with pytest.raises(Refused) as refused:
        of_campaign(repository, tmp_path / "elsewhere")
    assert str(one) in str(refused.value)
    assert str(other) in str(refused.value)


def test_links_to_one_ledger_are_one_ledger(repository, tmp_path):
    ledger_in(repository, "nowruz")
    (tmp_path / "elsewhere" / ".kaverun").symlink_to(repository / ".kaverun")
    assert of_campaign(repository, tmp_path / "elsewhere") == Place(repository / ".kaverun" / "ledger.db")


def test_a_run_is_looked_for_upwards_to_the_root_and_no_further(repository, tmp_path):
    path = ledger_in(repository, (RUN, "nowruz"))
    assert place_of_run(RUN, repository / "campaigns" / "nowruz").path == path
    # A nearer ledger that does not know it does not hide it.
    near = ledger_in(repository / "campaigns", "yalda")
    assert place_of_run(RUN, repository / "campaigns" / "nowruz").path == path
    assert place_of_run("20300101T000000Z-000000", repository / "campaigns" / "nowruz").path == near
    ledger_in(repository / "campaigns" / "nowruz", (RUN, "nowruz"))
    with pytest.raises(Refused, match="two ledgers know run"):
        place_of_run(RUN, repository / "campaigns" / "nowruz")
    ledger_in(tmp_path, ("20261124T062155Z-8f2dc5", "outside"))
    assert place_of_run("20261124T062155Z-8f2dc5", repository).path == path


def test_a_ledger_that_does_not_know_a_campaign_says_where_it_is_and_what_it_knows(tmp_path):
    path = ledger_in(tmp_path, "nowruz")
    ledger = SqliteStore.open_to_read(path)
    check_known(ledger, Scope("nowruz", "once", "loopback"))
    with pytest.raises(Refused, match=rf"ledger {path} knows nothing of a campaign yalda at loopback;"):
        check_known(ledger, Scope("yalda", "once", "loopback"))
    with pytest.raises(Refused, match=r"at api\.kavenegar\.com, but of one at loopback"):
        check_known(ledger, Scope("nowruz", "once", "api.kavenegar.com"))
    ledger.close()


def test_the_folder_of_a_ledger_is_left_alone_by_git_and_an_own_folder_is_not_touched(tmp_path):
    path = ledger_in(tmp_path, "nowruz")
    assert (path.parent / ".gitignore").read_text() == "*\n"
    assert path.stat().st_mode & 0o777 == 0o600
    SqliteStore.open(tmp_path / "own" / "ledger.db").close()
    assert not (tmp_path / "own" / ".gitignore").exists()
