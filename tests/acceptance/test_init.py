"""`kaverun init` writes what can be validated strictly and rehearsed at once, at any hour, and overwrites nothing."""

from __future__ import annotations


def test_what_init_writes_is_valid_to_the_letter_and_can_be_rehearsed(kaverun):
    (kaverun.folder / ".git").mkdir()
    ended = kaverun("init", "campaigns/yalda")
    assert ended.code == 0, ended.err
    written = sorted(
        path.relative_to(kaverun.folder).as_posix() for path in kaverun.folder.rglob("*") if path.is_file()
    )
    assert written == [
        ".github/workflows/kaverun-yalda.yml",
        "campaigns/yalda/.gitignore",
        "campaigns/yalda/campaign.schema.json",
        "campaigns/yalda/campaign.yaml",
        "campaigns/yalda/members.csv",
        "campaigns/yalda/opt-outs.csv",
    ]
    assert all(f"wrote {path}" in ended.out for path in written)
    validated = kaverun("validate", "--strict", ".")
    assert (validated.code, validated.err) == (0, "")
    assert "campaigns/yalda/campaign.yaml: valid, 3 messages" in validated.out
    applied = kaverun("apply", "campaigns/yalda/campaign.yaml", "--sandbox", "--yes", "--strict", KAVENEGAR_API_KEY="")
    assert applied.code == 0, applied.err
    assert kaverun.reports("yalda")[0][0]["counts"]["accepted"] == 3


def test_every_file_in_the_way_is_named_and_none_is_touched(kaverun):
    kaverun.write("members.csv", "mine\n")
    kaverun.write(".gitignore", "mine\n")
    ended = kaverun("init")
    assert ended.code == 1
    assert ended.err == "error: init overwrites nothing, and these already exist: members.csv, .gitignore\n"
    assert (kaverun.folder / "members.csv").read_text() == "mine\n"
    assert sorted(path.name for path in kaverun.folder.iterdir()) == [".gitignore", "members.csv"]


def test_a_file_is_no_folder_to_write_to(kaverun):
    kaverun.write("c", "mine\n")
    assert kaverun("init", "c").err == "error: c is a file: name a folder\n"
    assert "cannot be written" in kaverun("init", "c/d").err
