"""A character that nobody sees and that makes messages dearer is pointed out where it stands."""

from __future__ import annotations

LIST = "recipients: members.csv\nsenders: ['3000']\n"
LATIN = "Your order is ready to be picked up at our shop in the city, please bring it along"


def told(plan):
    return [str(warning) for warning in plan.warnings]


def test_a_quote_in_the_template_is_told_once_with_its_place(planned):
    plan = planned(LIST + f"message: |-\n  {{{{ name }}}}\n  {LATIN}: that’s it\n", members_csv="phone,name\n" + ROWS)
    assert told(plan) == [
        "campaign.yaml:7:91: message.text: warning: RIGHT SINGLE QUOTATION MARK (U+2019) makes the text of row 1 take "
        "2 parts instead of 1: write ' in its place"
    ]


ROWS = "09260000001,Sara\n09260000002,Ali\n"


def test_an_invisible_character_of_a_partial_is_told_at_its_place_there(planned, tmp_path):
    (tmp_path / "end.j2").write_text("\n" + "س" * 60 + "\u200b\n", encoding="utf-8")
    plan = planned(LIST + "message: \"{{ name }} سلام {% include 'end.j2' %}\"\n", members_csv="phone,name\n" + ROWS)
    (warning,) = told(plan)
    assert warning.startswith("end.j2:2:61: message.text: warning: ZERO WIDTH SPACE (U+200B) makes the text of row 2 ")


def test_a_character_of_a_cell_is_told_with_row_and_column(planned):
    rows = "09260000001,Sara,x\n09260000002,A\u200cli,y\n09260000003,Mina,\u200b\n"
    plan = planned(LIST + f"message: '{{{{ name }}}} {LATIN}'\n", members_csv="phone,name,note\n" + rows)
    assert told(plan) == [
        "members.csv:3: row 2: name: warning: ZERO WIDTH NON-JOINER (U+200C) makes the text take 2 parts instead of 1: "
        "delete it"
    ]


def test_many_such_cells_are_counted(planned):
    rows = "".join(f"0926{n:07d},A\u00a0li\n" for n in range(30))
    plan = planned(LIST + f"message: '{{{{ name }}}} {LATIN}'\n", members_csv="phone,name\n" + rows)
    assert len(plan.warnings) == 21
    assert told(plan)[-1] == "warning: and 10 more rows: a character that makes the text dearer"


def test_a_variable_is_told_where_it_stands(planned):
    campaign = f"message: '{{{{ name }}}} {LATIN} {{{{ shop }}}}'\nvars:\n  shop: Sara\u2019s\n"
    (warning,) = told(planned(LIST + campaign, members_csv="phone,name\n" + ROWS))
    assert warning.startswith("campaign.yaml:7:9: vars.shop: warning: RIGHT SINGLE QUOTATION MARK (U+2019) makes ")


def test_white_space_at_the_end_is_told_at_the_end_of_the_template_or_in_its_cell(planned):
    text = "س" * 70
    (warning,) = told(planned(LIST + f"message: |-\n  {text}{{{{ ' ' }}}}\n", members_csv="phone\n09260000001\n"))
    assert warning == (
        "campaign.yaml:6: message.text: warning: white space at its end makes the text of row 1 take 2 parts instead "
        "of 1: delete it"
    )
    (warning,) = told(
        planned(LIST + f"message: '{text[:66]}{{{{ name }}}}'\n", members_csv="phone,name\n09260000001,Sara \n")
    )
    assert warning.startswith("members.csv:2: row 1: name: warning: white space at its end makes the text take 2 parts")


def test_with_a_tariff_it_is_the_price_that_counts(planned):
    campaign = LIST + f"message: '{{{{ name }}}} {LATIN}: that’s it'\ntariff: t.yaml\n"
    tariff = "version: 1\nlines: {{default: {{persian: {}, latin: 300}}}}\n"
    files = {"members_csv": "phone,name\n09260000001,Sara\n"}
    assert told(planned(campaign, t_yaml=tariff.format(120), **files)) == []
    (warning,) = told(planned(campaign, t_yaml=tariff.format(200), **files))
    assert "makes the text of row 1 cost 400 Rial instead of 300, 2 parts ucs2 instead of 1 gsm7: write '" in warning


def test_what_normalizing_takes_out_is_not_told(planned):
    campaign = LIST + "message: {text: '" + "س" * 66 + "{{ name }}', normalize: persian}\n"
    assert told(planned(campaign, members_csv="phone,name\n09260000001,S\u200bara\n")) == []
