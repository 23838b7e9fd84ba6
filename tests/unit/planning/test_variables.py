"""Variables stand beside columns: they fill texts, and a name means one thing only."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaverun.errors import Invalid
from kaverun.ledger.opening import read_ledger
from kaverun.planning.planner import make_plan, open_campaign

CSV = "phone,name,city\n09260000001,سارا,تهران\n09260000002,علی,قم\n"
BASIC = "recipients: {csv: members.csv, where: city == home}\nmessage: '{{ name }} {{ gifts | join(\" و \") }}'\n"


def texts(plan):
    return [entry.text for entry in plan.entries() if entry.action == "send"]


def test_variables_fill_texts_and_conditions(planned):
    plan = planned(BASIC + "vars: {home: قم, gifts: [چای, قهوه]}\n", members_csv=CSV)
    assert texts(plan) == ["علی چای و قهوه"]
    assert plan.warnings == ()


def test_a_variable_changes_the_digest_only_through_texts(planned):
    files = {"members_csv": CSV}
    basic = "recipients: members.csv\nmessage: '{{ name }} {{ shop }}'\n"
    one, same, other = (planned(basic + f"vars: {{shop: {shop}}}\n", **files) for shop in ("a", "'a'", "b"))
    assert one.digest == same.digest != other.digest


def given(path, **values):
    return make_plan(open_campaign(Path(path), values), now=0.0, store=read_ledger(), provider="")


def test_given_values_fill_what_the_file_leaves_open(planned):
    with pytest.raises(Invalid, match="no column is called 'gifts'"):
        planned(BASIC, members_csv=CSV)
    with pytest.raises(Invalid, match="no column or variable is called 'gifts'"):
        given("campaign.yaml", home="تهران")
    assert texts(given("campaign.yaml", home="تهران", gifts="x")) == ["سارا x"]


def test_a_name_that_is_a_column_too_is_an_error_at_its_place(planned):
    with pytest.raises(Invalid) as caught:
        planned("recipients: members.csv\nmessage: '{{ name }}'\nvars:\n  name: x\n", members_csv=CSV)
    (problem,) = caught.value.problems
    assert str(problem) == "campaign.yaml:6:3: vars.name: is a column too: give one of the two another name"
    planned("recipients: members.csv\nmessage: '{{ name }}'\n", members_csv=CSV)
    with pytest.raises(Invalid, match=r"campaign\.yaml: --var city: is a column too"):
        given("campaign.yaml", city="x")


def test_a_variable_that_nothing_takes_is_a_warning(planned):
    plan = planned("recipients: members.csv\nmessage: '{{ name }}'\nvars: {shop: x}\n", members_csv=CSV)
    (warning,) = plan.warnings
    assert str(warning) == (
        "campaign.yaml:5:8: vars.shop: warning: is not used: no text and no condition of the campaign takes it"
    )
    told = [str(warning) for warning in given("campaign.yaml", town="y").warnings]
    assert told[1].startswith("campaign.yaml: --var town: warning: is not used")


def test_a_wrong_variable_is_told_alone_and_not_also_as_missing(planned, tmp_path):
    planned("recipients: members.csv\nmessage: '{{ shop }} {{ name }}'\nvars: {shop: x}\n", members_csv=CSV)
    text = (tmp_path / "campaign.yaml").read_text()
    (tmp_path / "campaign.yaml").write_text(text.replace("{shop: x}", "{shop: {}}"))
    with pytest.raises(Invalid) as caught:
        open_campaign(Path("campaign.yaml"))
    assert [problem.key for problem in caught.value.problems] == ["vars.shop"]


def test_an_error_in_a_row_names_its_place_the_column_and_the_line_of_the_template(planned):
    rows = "".join(f"0926{n:07d},{n * 10},1404/12/29\n" for n in range(8_411)) + "09269999999,x,1404/12/30\n"
    message = "message: |-\n  سلام\n  {{ due | jalali_words }} {{ amount | thousands }}\n"
    with pytest.raises(Invalid) as caught:
        planned("recipients: members.csv\n" + message, members_csv="phone,amount,due\n" + rows)
    (problem,) = caught.value.problems
    assert str(problem) == (
        "members.csv:8413: row 8412: due: 1404/12/30 does not exist in the Jalali calendar: 1404 is no leap year, its "
        "Esfand has 29 days (campaign.yaml:6)"
    )
    assert (problem.row, problem.line) == (8_412, 8_413)


def test_a_campaign_includes_partials_from_its_own_folder(planned, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/end.j2").write_text("{{ shop }}\nلغو11\n")
    message = "message: |-\n  {{ name }}\n  {% include 'texts/end.j2' %}\nvars: {shop: کتاب}\n"
    plan = planned("recipients: members.csv\n" + message, members_csv=CSV)
    assert texts(plan)[0] == "سارا\nکتاب\nلغو11"
    with pytest.raises(Invalid, match=r"campaign\.yaml:6:6: message\.text: '\.\./x' leads out"):
        planned("recipients: members.csv\n" + message.replace("texts/end.j2", "../x"), members_csv=CSV)
