"""One verdict for each campaign file, with everything that is to be said of it."""

from __future__ import annotations

from kaverun.planning.planner import open_campaign
from kaverun.validation.as_json import verdicts_json

CAMPAIGN = (
    "version: 1\nname: {}\nrecipients: [{{phone: '09260000001'}}]\nmessage: سلام لغو11\n"
    "schedule: {{quiet_hours: '22:00-08:00'}}\n"
)


def told(verdict):
    return [str(problem) for problem in verdict.problems]


def test_every_file_gets_its_verdict_and_none_hides_another(write, validate):
    write("a.yaml", CAMPAIGN.format("a"))
    write("f/b.yaml", CAMPAIGN.format("B"))
    write("f/c.yaml", CAMPAIGN.format("c").replace("message", "mesage"))
    write("empty/x.txt", "")
    found = validate("empty", "a.yaml", "absent.yaml", "f")
    assert [(one.path, one.errors, one.warnings) for one in found] == [
        ("empty", 1, 0),
        ("a.yaml", 0, 0),
        ("absent.yaml", 1, 0),
        ("f/b.yaml", 1, 0),
        ("f/c.yaml", 2, 0),
    ]
    assert found[1].totals.send == 1
    assert found[3].totals is None


def test_the_warnings_of_a_file_are_told_beside_its_errors(write, validate):
    write("a.yaml", CAMPAIGN.format("a").replace("}]", ", vip: no}]").replace("سلام لغو11", "'{{ nam }}'"))
    (one,) = validate("a.yaml")
    assert (one.errors, one.warnings) == (1, 1)


def test_limits_that_no_earlier_run_can_change_are_errors_and_the_others_warnings(write, validate):
    write("m.csv", "phone\n09260000001\n09260000002\n12\n")
    write(
        "a.yaml",
        CAMPAIGN.format("a")
        .replace("[{phone: '09260000001'}]", "{csv: m.csv, on_invalid: skip}")
        .replace("سلام", "سلام" * 30)
        + "limits: {recipients: 1, parts: 1, invalid: 0, cost: 5}\n",
    )
    (one,) = validate("a.yaml")
    assert [(problem.key, problem.severity) for problem in one.problems] == [
        ("limits.parts", "error"),
        ("limits.invalid", "error"),
        ("limits.recipients", "warning"),
        ("limits.cost", "warning"),
        ("phone", "warning"),
    ]
    assert (one.errors, one.problems[-1].row) == (2, 3)


def test_the_time_of_day_is_no_matter_and_a_time_that_has_passed_is_a_warning_at_its_place_also_when_strict(
    write, validate
):
    write("a.yaml", CAMPAIGN.format("a").replace("22:00-08:00", "00:00-23:59"))
    write("b.yaml", CAMPAIGN.format("b").replace("quiet_hours: '22:00-08:00'", "at: 1403-01-01 10:00"))
    for strict in (False, True):
        one, other = validate(".", strict=strict)
        assert one.problems == ()
        (problem,) = other.problems
        assert (problem.key, problem.line, problem.severity) == ("schedule.at", 5, "warning")
        assert "write a later time" in problem.what


def test_a_time_within_its_deadline_has_not_passed(write, validate):
    schedule = "at: 2027-01-10 10:00, deadline: 30d"
    write("a.yaml", CAMPAIGN.format("a").replace("quiet_hours: '22:00-08:00'", schedule))
    assert not any("ago" in problem.what for one in validate(".") for problem in one.problems)


def test_strict_makes_errors_of_warnings_but_not_of_rows_left_out_as_the_file_says(write, validate):
    rows = "[{phone: '09260000001', vip: no}, {phone: '09260000001'}]"
    write("a.yaml", CAMPAIGN.format("a").replace("[{phone: '09260000001'}]", rows).replace("لغو11", "x.ir"))
    lenient, strict = validate("a.yaml")[0], validate("a.yaml", strict=True)[0]
    assert (lenient.errors, lenient.warnings) == (0, 4)
    assert (strict.errors, strict.warnings) == (3, 1)
    assert "duplicate" in next(line for line in told(strict) if "warning" in line)


def test_strict_counts_the_warnings_of_a_file_with_errors_too(write, validate):
    write("a.yaml", CAMPAIGN.format("A").replace("}]", ", vip: no}]"))
    assert [validate("a.yaml", strict=strict)[0].errors for strict in (False, True)] == [1, 2]


def test_two_files_of_one_name_are_one_campaign(write, validate):
    write("a.yaml", CAMPAIGN.format("same"))
    write("b.yaml", CAMPAIGN.format("same"))
    write("c.yaml", CAMPAIGN.format("same") + "lints: {off: same-name}\n")
    first, second, silenced = validate(".")
    assert (first.problems, silenced.problems) == ((), ())
    (line,) = told(second)
    assert line.startswith("b.yaml:2:7: name: warning: is the name of a.yaml too")
    assert line.endswith("[same-name]")


def test_what_a_problem_is_has_one_of_a_few_names(write, validate):
    write("m.csv", "phone,age\n12,5\n")
    write("t.yaml", "version: 2\n")
    write("a.yaml", CAMPAIGN.format("A").replace("[{phone: '09260000001'}]", "m.csv") + "tariff: t.yaml\n")
    (one,) = validate("a.yaml")
    assert {(problem.path, one.kind(problem)) for problem in one.problems} == {
        ("a.yaml", "campaign"),
        ("m.csv", "recipient-row"),
        ("t.yaml", "named-file"),
    }


def test_the_rows_of_each_file_are_counted_as_they_are_looked_at(write, validate):
    rows = "\n".join(f"0926{number:07d}" for number in range(450))
    write("members.csv", f"phone\n{rows}\n")
    write("a.yaml", CAMPAIGN.format("a").replace("[{phone: '09260000001'}]", "members.csv"))
    write("b.yaml", CAMPAIGN.format("b"))
    heard = []
    validate("a.yaml", "b.yaml", progress=heard.append)
    assert heard == [200, 400, 450, 1]


def test_a_time_that_clocks_skip_is_an_error_at_its_place_and_hides_no_other_file(write, validate):
    skipped_times = ["2026-03-29 02:30 Europe/Berlin", "2021-03-22 00:30 Asia/Tehran", "2011-12-30 10:00 Pacific/Apia"]
    for number, time in enumerate(skipped_times):
        schedule = "at: {} {}, timezone: {}".format(*time.split())
        write(f"{number}.yaml", CAMPAIGN.format(f"c{number}").replace("quiet_hours: '22:00-08:00'", schedule))
    write("z.yaml", CAMPAIGN.format("z").replace("0926", "0021"))
    *skipped, last = validate(".")
    for one in skipped:
        (problem,) = one.problems
        assert (problem.key, problem.line, problem.severity) == ("schedule.at", 5, "error")
        assert "does not exist in" in problem.what
    assert last.problems[0].row == 1


def test_a_file_whose_name_is_no_utf_8_is_shown_with_its_bytes_in_every_form(write, validate):
    write("c\udcff.yaml", CAMPAIGN.format("c"))
    write("dir\udcff/d.yaml", CAMPAIGN.format("d").replace("message", "mesage"))
    found = validate(".")
    assert [one.path for one in found] == ["c\\xff.yaml", "dir\\xff/d.yaml"]
    assert {problem.path for one in found for problem in one.problems} == {"dir\\xff/d.yaml"}
    verdicts_json(found).encode()


def test_a_file_that_the_system_refuses_hides_no_other(write, validate, monkeypatch):
    write("a.yaml", CAMPAIGN.format("a"))
    write("b.yaml", CAMPAIGN.format("b"))

    def refused(path, given):
        if path.name == "a.yaml":
            raise PermissionError(13, "Permission denied")
        return open_campaign(path, given)

    monkeypatch.setattr("kaverun.validation.verdict.open_campaign", refused)
    one, other = validate(".")
    assert told(one) == ["a.yaml: cannot be checked: Permission denied"]
    assert other.problems == ()
