"""One list of all files that a campaign is made from, and what they hold."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import pytest

from kaverun.campaign.inputs import InputDigest, InputFile, digests_of
from kaverun.campaign.loader import LoadedCampaign, examine, load_campaign
from kaverun.errors import Invalid

Load = Callable[[str | bytes], LoadedCampaign]

HEAD = "version: 1\nname: a\n"
MESSAGE = "message: hi\n"
LIST = "recipients: members.csv\n"


def listed(loaded: LoadedCampaign) -> list[tuple[str, str]]:
    return [(file.role, file.shown) for file in loaded.inputs[1:]]


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path("c", name.replace("__", "/"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_campaign_itself_comes_first_with_its_whole_path_and_the_one_from_the_root(
    load: Load, repository: Path
) -> None:
    loaded = load(f"{HEAD}recipients: [{{phone: '09121234567'}}]\n{MESSAGE}")
    assert loaded.inputs == (InputFile("campaign", repository / "c/campaign.yaml", "c/campaign.yaml"),)


@pytest.mark.parametrize(
    ("recipients", "files"),
    [
        ("members.csv", ["members.csv"]),
        ("{jsonl: members.jsonl, csv: [more.csv, members.csv]}", ["more.csv", "members.csv", "members.jsonl"]),
        ("members.xlsx", ["members.xlsx"]),
    ],
)
def test_lists_are_inputs_in_the_order_in_which_they_are_read(load: Load, recipients: str, files: list[str]) -> None:
    loaded = load(f"{HEAD}recipients: {recipients}\n{MESSAGE}")
    assert listed(loaded) == [("list", f"c/{name}") for name in files]


def test_a_sheet_is_not_part_of_its_file_and_two_sheets_are_one_file(load: Load, repository: Path) -> None:
    loaded = load(f"{HEAD}recipients: {{excel: ['members.xlsx#A', 'members.xlsx#B']}}\n{MESSAGE}")
    assert loaded.inputs[1:] == (InputFile("list", repository / "c/members.xlsx", "c/members.xlsx"),)


def test_lists_that_exclude_are_inputs(load: Load) -> None:
    loaded = load(f"{HEAD}recipients: {{csv: members.csv, exclude: [opt-outs.csv, old.XLS]}}\n{MESSAGE}")
    assert listed(loaded)[1:] == [("exclude", "c/opt-outs.csv"), ("exclude", "c/old.XLS")]


def test_a_file_of_two_roles_is_listed_for_each(load: Load) -> None:
    loaded = load(f"{HEAD}recipients: {{csv: members.csv, exclude: ../c/members.csv}}\n{MESSAGE}")
    assert listed(loaded) == [("list", "c/members.csv"), ("exclude", "c/members.csv")]


def test_a_tariff_in_another_folder_is_an_input_by_its_path_from_the_root(load: Load, repository: Path) -> None:
    loaded = load(f"{HEAD}{LIST}{MESSAGE}tariff: ../tariff.yaml\n")
    assert loaded.inputs[-1] == InputFile("tariff", repository / "tariff.yaml", "tariff.yaml")


def test_the_file_of_a_message_is_an_input(load: Load) -> None:
    write(**{"text.j2": "hi"})
    assert listed(load(f"{HEAD}{LIST}message: {{file: text.j2}}\n")) == [
        ("template", "c/text.j2"),
        ("list", "c/members.csv"),
    ]


def test_partials_are_inputs_and_so_are_theirs_each_once_in_the_order_of_reading(load: Load) -> None:
    write(
        **{
            "text.j2": "{% include './b.j2' %}{% if x %}{% include\n\"parts/a.j2\" %}{% endif %}{% include 'b.j2' %}",
            "parts__a.j2": "{% include 'parts/deep.j2' %}",
            "parts__deep.j2": "deep {# include 'no.j2' #}{% raw %}{% include 'no.j2' %}{% endraw %}",
            "b.j2": "{% include 'parts/deep.j2' %}",
        }
    )
    partials = ["c/b.j2", "c/parts/deep.j2", "c/parts/a.j2"]
    for message in ("{file: text.j2}", "\"{% include 'b.j2' %}{% include 'parts/a.j2' %}\""):
        found = [shown for role, shown in listed(load(f"{HEAD}{LIST}message: {message}\n")) if role == "partial"]
        assert found == partials


def test_partials_of_every_template_of_a_lookup_are_inputs(load: Load) -> None:
    write(**{"a.j2": "a", "b.j2": "b"})
    lookup = (
        "channel: lookup\nmessage: {template: t, token: \"{% include 'b.j2' %}\", token2: \"{% include 'a.j2' %}\"}\n"
    )
    assert [shown for role, shown in listed(load(HEAD + LIST + lookup)) if role == "partial"] == ["c/b.j2", "c/a.j2"]


def test_of_a_broken_template_what_it_reads_is_listed_as_far_as_it_is_known(load: Load) -> None:
    write(**{"good.j2": "{{ oops", "bad.j2": "x"})
    text = "{% include 'gone.j2' %}{% include 'good.j2' %}{% include '../tariff.yaml' %}"
    assert ("partial", "c/good.j2") in listed(load(f'{HEAD}{LIST}message: "{text}"\n'))
    assert listed(load(f"{HEAD}{LIST}message: \"{{% include 'bad.j2' %}}{{% if %}}\"\n")) == [("list", "c/members.csv")]


def test_the_list_is_the_same_from_every_folder(load: Load, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(**{"a.j2": "a"})
    loaded = load(f"{HEAD}{LIST}message: \"{{% include 'a.j2' %}}\"\ntariff: ../tariff.yaml\n")
    monkeypatch.chdir(repository.parent)
    assert load_campaign(Path("repository/c/campaign.yaml")).inputs == loaded.inputs
    monkeypatch.chdir(repository / "c")
    assert load_campaign(Path("campaign.yaml")).inputs == loaded.inputs


def test_a_link_to_a_list_keeps_its_name_and_gives_what_it_leads_to(load: Load, repository: Path) -> None:
    (repository / "c/newest.csv").symlink_to("more.csv")
    (repository / "c/more.csv").write_text("phone\n09121234567\n")
    loaded = load(f"{HEAD}recipients: newest.csv\n{MESSAGE}")
    assert listed(loaded) == [("list", "c/newest.csv")]
    assert digests_of(loaded.inputs)[1].size == 18


def test_files_that_a_wrong_campaign_names_and_that_are_not_there_are_left_out(load: Load) -> None:
    Path("c/campaign.yaml").write_text(f"{HEAD}recipients: {{csv: [members.csv, gone.csv]}}\n{MESSAGE}")
    examined = examine(Path("c/campaign.yaml"))
    assert not examined.sound
    assert examined.loaded
    assert listed(examined.loaded) == [("list", "c/members.csv")]


def test_a_digest_says_what_a_file_holds_now(load: Load, repository: Path) -> None:
    loaded = load(f"{HEAD}{LIST}{MESSAGE}")
    for content in (b"", b"phone\n09121234567\n", os.urandom(3 << 20)):
        (repository / "c/members.csv").write_bytes(content)
        expected = blake2b(content, digest_size=16).hexdigest()
        assert digests_of(loaded.inputs)[1] == InputDigest("list", "c/members.csv", expected, len(content))


def test_every_file_that_cannot_be_read_is_an_error_at_its_place(load: Load, repository: Path) -> None:
    loaded = load(f"{HEAD}recipients: [members.csv, more.csv]\n{MESSAGE}tariff: ../tariff.yaml\n")
    (repository / "c/members.csv").unlink()
    (repository / "tariff.yaml").unlink()
    os.mkfifo(repository / "tariff.yaml")
    with pytest.raises(Invalid) as raised:
        digests_of(loaded.inputs)
    assert [str(problem) for problem in raised.value.problems] == [
        "c/members.csv: the file cannot be read: no such file or directory",
        "tariff.yaml: the file cannot be read: it is not a regular file",
    ]
