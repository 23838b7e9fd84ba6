"""Partials come from the campaign's folder only, and are checked like the message itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.template.partials import Partials
from kaverun.template.template import RenderError, Template, check_variables, compile_template


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "campaign").mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    return tmp_path / "campaign"


def template(folder: Path, text: str, **files: str) -> Template:
    for name, content in files.items():
        (folder / name.replace("__", "/")).parent.mkdir(exist_ok=True)
        (folder / name.replace("__", "/")).write_text(content, encoding="utf-8")
    return compile_template(text, path="c.yaml", line=12, column=5, partials=Partials(folder, Path("campaign")))


def problems_of(folder: Path, text: str, **files: str) -> list[str]:
    with pytest.raises(Invalid) as raised:
        template(folder, text, **files)
    return [str(problem) for problem in raised.value.problems]


def test_a_partial_stands_where_it_is_included_and_sees_the_row(folder: Path) -> None:
    message = template(folder, "{{ name }}{% include 'end' %}!", end="، {{ shop }}\nلغو11\n")
    assert message.render({"name": "سارا", "shop": "کتاب"}) == "سارا، کتاب\nلغو11!"
    assert message.variables == {"name", "shop"}
    assert message.render_many([{"name": "a", "shop": "b"}] * 2) == ["a، b\nلغو11!"] * 2


def test_a_partial_may_lie_deeper_and_include_others_by_their_path_from_the_campaigns_folder(folder: Path) -> None:
    files = {"parts__end": "{% include 'parts/opt' %}", "parts__opt": "لغو11"}
    assert template(folder, "{% include './parts/end' %}", **files).render({}) == "لغو11"


def test_a_partial_sees_what_surrounds_it_and_keeps_its_own_names_to_itself(folder: Path) -> None:
    text = "{% for n in [1, 2] %}{% include 'p' %}{% endfor %}{{ a | default('-') }}"
    assert template(folder, text, p="{% set a = n * 2 %}<{{ a }}>").render({}) == "<2><4>-"


def test_a_macro_of_the_message_can_be_called_in_a_partial(folder: Path) -> None:
    text = "{% macro m(x) %}[{{ x }}]{% endmacro %}{% include 'p' %}"
    assert template(folder, text, p="{{ m('a') }}").render({}) == "[a]"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../outside.txt", "leads out of the campaign's folder"),
        ("a/../../outside.txt", "leads out of the campaign's folder"),
        ("/etc/passwd", "leads out of the campaign's folder"),
        ("link", "is a link out of the campaign's folder"),
        ("linked/outside.txt", "is a link out of the campaign's folder"),
        ("loop", "is a link"),
        ("", "is named by its path below"),
        ("a\\\\b", "with / between the parts"),
        ("parts", "is a folder"),
        ("signture.txt", '"signture.txt" does not exist in campaign/ (did you mean signature.txt?)'),
    ],
)
def test_a_name_that_leads_out_or_nowhere_is_an_error_at_the_include(folder: Path, name: str, words: str) -> None:
    (folder / "link").symlink_to("../outside.txt")
    (folder / "linked").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    (folder / "parts").mkdir()
    (problem,) = problems_of(folder, f'\n{{% include "{name}" %}}', **{"signature.txt": "x"})
    assert problem.startswith("c.yaml:13:8: message.text: ")
    assert words in problem


@pytest.mark.parametrize(
    ("include", "words"),
    [
        ("{% include name %}", "an include names one file, in quotes"),
        ("{% include ['a', 'b'] %}", "an include names one file, in quotes"),
        ("{% include 'a' ignore missing %}", "`ignore missing` is not available"),
        ("{% include 'a' without context %}", "`without context` is not available"),
    ],
)
def test_an_include_names_one_file_without_conditions(folder: Path, include: str, words: str) -> None:
    (problem,) = problems_of(folder, include, a="x")
    assert words in problem


def test_partials_in_a_circle_are_told_with_the_circle(folder: Path) -> None:
    (problem,) = problems_of(folder, "{% include 'a' %}", a="1\n{% include 'b' %}", b="{% include 'a' %}")
    assert problem == "campaign/b:1:4: message.text: 'a' includes itself: a includes b includes a"


def test_depth_and_number_of_partials_are_cut_off(folder: Path) -> None:
    deep = {f"p{n}": f"{{% include 'p{n + 1}' %}}" for n in range(9)}
    (problem,) = problems_of(folder, "{% include 'p0' %}", **deep)
    assert problem.startswith("campaign/p7:1:4:")
    assert "more than 8 deep" in problem
    wide = {f"w{n}": f"{{% include 'w{n + 1}' %}}" * 9 for n in range(6)} | {"w6": "x"}
    assert any("more than 100 partials" in problem for problem in problems_of(folder, "{% include 'w0' %}", **wide))


def test_all_problems_of_message_and_partials_are_told_at_once_each_in_its_file(folder: Path) -> None:
    text = "{{ a | nope }}{% include 'p' %}{% include 'q' %}{% include 'gone' %}"
    files = {"p": "1\n2\n{{ b | nope2 }}", "q": "{% if %}"}
    assert [problem.split(": ")[0] for problem in problems_of(folder, text, **files)] == [
        "c.yaml:12", "campaign/p:3", "campaign/q:1", "c.yaml:12:22",
    ]  # fmt: skip


def test_a_partial_that_is_not_utf_8_is_told_with_the_place_of_the_byte(folder: Path) -> None:
    (folder / "p").write_bytes("سلام\n".encode() + b"abc\xff")
    (problem,) = problems_of(folder, "{% include 'p' %}")
    assert problem == "campaign/p:2:4: the file is not UTF-8 (byte 0xFF); save it as UTF-8"


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_partial(folder: Path) -> None:
    (folder / "p").write_bytes("\ufeffسلام\r\nلغو11\r\n".encode())
    assert template(folder, "{% include 'p' %}").render({}) == "سلام\nلغو11"


def test_a_huge_partial_is_refused(folder: Path) -> None:
    assert "larger than 1 MiB" in problems_of(folder, "{% include 'p' %}", p="x" * (2**20 + 1))[0]
    assert "more than 20,000 parts" in problems_of(folder, "{% include 'p' %}", p="{{ a }}" * 20_001)[0]


def test_a_column_that_a_partial_needs_is_looked_for_too_and_told_at_its_place_there(folder: Path) -> None:
    message = template(folder, "{{ name }}\n\n{% include 'p' %}", p="سلام\n  {{ cty }}")
    (problem,) = check_variables(message, ["name", "city"])
    assert str(problem) == "campaign/p:2:6: message.text: no column is called 'cty'; did you mean 'city'?"


def test_an_error_in_a_row_names_the_line_of_the_partial_and_the_column(folder: Path) -> None:
    message = template(folder, "{{ name }}\n{% include 'p' %}{{ due }}", p="۱\n{{ name }} {{ amount | thousands }}\n")
    with pytest.raises(RenderError) as raised:
        message.render({"name": "a", "amount": "x", "due": ""})
    assert str(raised.value) == "amount: thousands needs a number, and its input is none (campaign/p:2)"
    assert (raised.value.path, raised.value.line, raised.value.columns) == ("campaign/p", 2, ("amount",))
