"""The examples of docs/library.md run as they are printed there, in their order, and print what they say."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import kaverun

PAGE = (Path(__file__).parents[2] / "docs" / "library.md").read_text(encoding="utf-8")


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def announced(example):
    """What an example says that it prints: after `#`, several lines between `·`, and `...` for anything."""
    said = re.findall(r"^ *print\(.*\)  # (.+)$", example, re.MULTILINE)
    return [line.replace("...", "*") for words in said for line in words.split(" · ")]


def test_the_examples_do_what_they_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for file in examples("yaml"):
        path = tmp_path / file.splitlines()[0].removeprefix("# ")
        path.parent.mkdir(exist_ok=True)
        path.write_text(file, encoding="utf-8")
    names: dict[str, object] = {"__name__": "page"}
    for example in examples("python"):
        exec(compile(example, "docs/library.md", "exec"), names)
        printed = [line.strip() for line in capsys.readouterr().out.splitlines()]
        expected = announced(example)
        assert len(printed) == len(expected), (example, printed)
        for line, pattern in zip(printed, expected, strict=True):
            assert fnmatchcase(line, pattern.replace("[", "[[]")), (example, printed)


def test_every_example_prints_only_what_it_says():
    for example in examples("python"):
        assert len(re.findall(r"print\(", example)) == len(re.findall(r"print\(.*\)  # .", example))


@pytest.mark.parametrize("name", sorted({"load", "plan", "apply", "status", "report", "Client", "Sandbox", "Observer"}))
def test_the_page_speaks_of_every_part(name):
    assert name in kaverun.__all__
    assert f"`{name}" in PAGE or re.search(rf"import .*\b{name}\b", PAGE)
