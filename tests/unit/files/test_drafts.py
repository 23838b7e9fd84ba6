"""Files appear whole or not at all."""

from __future__ import annotations

import stat

import pytest

from kaverun.files.drafts import draft_of


def test_a_file_appears_for_its_owner_alone_once_it_is_whole(tmp_path):
    target = tmp_path / "list.csv"
    with draft_of(target) as draft:
        draft.write_text("new")
        assert not target.exists()

    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_what_fails_leaves_the_older_file_and_no_draft(tmp_path):
    target = tmp_path / "list.csv"
    target.write_text("older")
    with pytest.raises(IsADirectoryError), draft_of(target) as draft:
        draft.write_text("new") and tmp_path.write_text("")

    assert target.read_text() == "older"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_one_and_the_file_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "latest.csv"
    link.symlink_to("folder/list.csv")
    with draft_of(link) as draft:
        draft.write_text("new")

    assert link.is_symlink()
    assert (tmp_path / "folder" / "list.csv").read_text() == "new"


def test_two_drafts_of_one_file_are_not_one(tmp_path):
    with draft_of(tmp_path / "list.csv") as one, draft_of(tmp_path / "list.csv") as other:
        assert one != other


def test_links_that_lead_round_in_a_circle_are_an_error_of_the_system(tmp_path):
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="symbolic links"), draft_of(tmp_path / "one"):
        pass
