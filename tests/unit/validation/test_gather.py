from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.validation.gather import campaign_files, each_once


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nname: a\nrecipients: m.csv\nmessage: hi\n",
        "# a note\nname: a\nrecipients : m.csv\n",
        "mesage: hi\nrecipient: m.csv\nversion: 1\nname: a\nlimits: {}\n",
        "# yaml-language-server: $schema=../schemas/campaign.schema.json\n",
        "senders: ['1000']\r\n",
    ],
)
def test_a_campaign_shows_by_its_keys_though_some_are_misspelt(write, text):
    write("c/a.yaml", text)
    assert campaign_files(Path("c")) == [Path("c/a.yaml")]


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ncurrency: IRR\nlines: {}\n",
        "name: ci\non: push\njobs: {a: {message: x}}\n",
        "version: '3'\nname: stack\nservices: {}\n",
        "",
    ],
)
def test_other_yaml_is_passed_over(write, text):
    write("c/a.yaml", text)
    write("c/b.yml", "recipients: m.csv\n")
    assert campaign_files(Path("c")) == [Path("c/b.yml")]


def test_folders_are_walked_in_order_and_hidden_ones_left_out(write):
    for name in ("c/z.yaml", "c/b/x.yml", "c/a/y.yaml", "c/.venv/h.yaml", ".git/g.yaml", "c/n.txt", "c/n.yaml.bak"):
        write(name, "recipients: m.csv\n")
    assert [path.as_posix() for path in campaign_files(Path())] == ["c/z.yaml", "c/a/y.yaml", "c/b/x.yml"]


def test_a_folder_without_campaigns_is_an_error_and_a_file_is_taken_as_it_is(write):
    write("c/tariff.yaml", "currency: IRR\n")
    with pytest.raises(Invalid, match=r"^c: no campaign files in this folder"):
        campaign_files(Path("c"))
    assert campaign_files(Path("c/tariff.yaml")) == [Path("c/tariff.yaml")]
    assert campaign_files(Path("absent.yaml")) == [Path("absent.yaml")]


def test_a_file_named_twice_is_looked_at_once_under_its_first_name(write):
    path = write("c/a.yaml", "")
    assert each_once([path, Path("b.yaml"), Path("c/../c/a.yaml"), path.absolute()]) == [path, Path("b.yaml")]
