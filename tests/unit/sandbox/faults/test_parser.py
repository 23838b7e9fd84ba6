from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaverun.errors import Invalid
from kaverun.sandbox.faults.parser import load_faults, parse_fault, parse_faults, parse_span
from kaverun.sandbox.faults.vocabulary import KINDS, SENDING, Trigger


def problems(spec: object) -> list[str]:
    with pytest.raises(Invalid) as caught:
        parse_faults(spec)
    return [problem.what for problem in caught.value.problems]


def test_a_bare_kind_always_acts_on_the_sending_methods() -> None:
    fault = parse_fault("drop-after")
    assert (fault.kind.name, fault.trigger, fault.methods, fault.times) == ("drop-after", Trigger(), SENDING, None)


def test_a_spec_says_what_when_how_often_and_where() -> None:
    fault = parse_fault("drop-after:every=5,times=3,method=sms/sendarray+sms/send")
    assert (fault.trigger.every, fault.times, fault.methods) == (5, 3, ("sms/sendarray", "sms/send"))


@pytest.mark.parametrize(
    ("spec", "trigger"),
    [
        ("cut:probability=20%", Trigger(probability=0.2)),
        ("cut:probability=0.5,after=3", Trigger(probability=0.5, after=3)),
        ("cut:at=1+4+9", Trigger(at=(1, 4, 9))),
        ("cut:first=2", Trigger(first=2)),
        ("cut:messages=1000", Trigger(messages=1000)),
    ],
)
def test_every_kind_of_trigger(spec: str, trigger: Trigger) -> None:
    assert parse_fault(spec).trigger == trigger


def test_values_of_the_kinds() -> None:
    assert parse_fault("slow-before:seconds=500ms").seconds == 0.5
    assert parse_fault("http-after:status=503,retry-after=2").retry_after == 2
    assert parse_fault("error:code=418").code == 418
    assert parse_fault("forget-localids:window=12h,for=sending").window == 43200
    assert parse_fault("forget-localids:for=lookup").scope == "lookup"
    assert parse_fault("drop-before:reset=yes").reset
    assert parse_fault("cut:bytes=0").bytes == 0


def test_a_comma_in_a_pattern_is_written_with_a_backslash() -> None:
    assert parse_fault(r"error:code=413,text=a{2\,3},times=1").text == "a{2,3}"


def test_any_method_and_patterns_of_methods() -> None:
    assert parse_fault("cut:method=any").methods == ("*",)
    assert parse_fault("cut:method=SMS/*").methods == ("sms/*",)


def test_a_mapping_says_the_same_as_a_spec() -> None:
    told = parse_faults(
        [{"fault": "error", "code": 411, "receptor": "7$", "at": [1, 3]}, {"fault": "drop-after", "reset": True}]
    )
    assert told.faults[0] == parse_fault("error:code=411,receptor=7$,at=1+3")
    assert told.faults[1].reset


def test_a_pattern_with_a_comma_survives_in_a_mapping() -> None:
    fault = parse_faults([{"fault": "bad-row", "text": "a{2,3}"}]).faults[0]
    assert parse_fault(fault.spec) == fault


def test_an_unknown_kind_names_its_neighbour_and_all_kinds() -> None:
    (what,) = problems("drop-aftr")
    assert "unknown fault 'drop-aftr', did you mean 'drop-after'?" in what
    assert "foreign-receptor" in what


def test_an_unknown_key_names_its_neighbour() -> None:
    (what,) = problems("slow-before:second=3")
    assert what.startswith("slow-before takes no 'second', did you mean 'seconds'?")


def test_all_problems_are_reported_at_once() -> None:
    found = problems(["cut:every=0,times=x", "error", "nonsense", "error:code=200,text=("])
    assert [what.split(":")[0].split(";")[0][:24] for what in found] == [
        "every=0",
        "times=x",
        "error needs code=",
        "unknown fault 'nonsense'"[:24],
        "code=200",
        "text=(",
    ]


@pytest.mark.parametrize(
    "spec",
    [
        "cut:probability=2",
        "cut:probability=nan",
        "cut:at=0",
        "cut:first=-1",
        "cut:every=٣",
        "slow-before:seconds=fast",
        "http-before:status=200",
        "http-before:status=304",
        "cut:method=sms sendarray",
        "forget-localids:for=ever",
        "drop-before:reset=perhaps",
        "cut:bytes",
    ],
)
def test_a_wrong_value_is_named_with_what_it_must_be(spec: str) -> None:
    (what,) = problems(spec)
    assert what.startswith(spec.partition(":")[2].partition("=")[0])
    assert "must be" in what


@pytest.mark.parametrize(
    "data", [3, [3], [{"code": 411}], {"faults": "cut"}, {"fault": "cut", "kind": 1}, {"seeds": 1}]
)
def test_anything_but_a_list_of_faults_is_refused(data: object) -> None:
    assert problems(data)


@given(
    st.text(max_size=40)
    | st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.text(max_size=30).map(f"{kind}:".__add__))
)
def test_no_text_makes_the_parser_fail_otherwise(spec: str) -> None:
    with suppress(Invalid):
        assert parse_fault(spec).kind in KINDS.values()


def test_a_file_holds_specs_mappings_and_a_seed(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("seed: 7\nfaults:\n  - drop-after:every=5\n  - {fault: error, code: 411, receptor: '^0912'}\n")
    told = load_faults(file)
    assert [fault.spec for fault in told.faults] == ["drop-after:every=5", "error:code=411,receptor=^0912"]
    assert told.seed == 7


def test_a_file_may_be_json_or_a_bare_list(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text('[{"fault": "slow-after", "seconds": 0.5}, "cut"]')
    assert [fault.kind.name for fault in load_faults(file).faults] == ["slow-after", "cut"]


@pytest.mark.parametrize("content", ["[", "- nonsense", "seed: x", "\x00", "a: &a [*a]", "[" * 5000])
def test_a_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text(content)
    with pytest.raises(Invalid, match=r"faults\.yaml"):
        load_faults(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"none\.yaml: cannot be read: No such file"):
        load_faults(tmp_path / "none.yaml")


def test_a_span_names_what_it_is_for() -> None:
    assert parse_span("90m", "localid_send_window") == 5400
    with pytest.raises(Invalid, match="localid_send_window"):
        parse_span("soon", "localid_send_window")
