import os

import pytest

from kaverun.cli.streams import _Aside, _Result, result_of
from kaverun.errors import NotShown


def written_to(path, encoding="utf-8"):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding=encoding)


def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


def test_a_result_on_a_full_disk_is_an_error_once_and_leaves_nothing_behind_for_pythons_end():
    stream = _Result(written_to("/dev/full"))
    with pytest.raises(NotShown, match="No space left on device"):
        print("a result", file=stream, flush=True)
    stream.close()


def test_a_result_that_nobody_reads_to_its_end_is_said_to_be_one():
    stream = _Result(closed_pipe())
    with pytest.raises(NotShown) as lost:
        print("a result", file=stream, flush=True)
    assert lost.value.by_reader
    stream.close()


def test_a_result_for_a_stream_that_was_closed_from_the_start_is_an_error():
    stream = _Result(None)
    with pytest.raises(NotShown, match="closed"):
        print("a result", file=stream)
    stream.close()


@pytest.mark.parametrize("stream", [lambda: written_to("/dev/full"), closed_pipe, lambda: None])
def test_what_is_said_aside_is_lost_without_a_word(stream):
    aside = _Aside(stream())
    print("a warning", file=aside, flush=True)
    print("another one", file=aside, flush=True)
    assert aside.lost
    aside.close()


def test_streams_are_utf_8_whatever_the_locale_says_and_odd_names_are_escaped(tmp_path):
    stream = _Result(written_to(tmp_path / "out", "ascii"))
    print("سلام \udcff", file=stream, flush=True)
    assert (tmp_path / "out").read_bytes() == "سلام \\udcff\n".encode()
    stream.close()


def test_a_lost_result_carries_the_exit_code_of_what_was_done():
    with pytest.raises(NotShown, match="it is closed; all was sent") as lost, result_of(3, "all was sent"):
        raise NotShown("it is closed")
    assert lost.value.exit_code == 3


@pytest.mark.parametrize("kind", [_Result, _Aside])
def test_no_control_character_that_is_printed_reaches_the_terminal(tmp_path, kind):
    stream = kind(written_to(tmp_path / "out"))
    print("علی\x1b[2J\x1b]0;x\x07\x9b31m\b\r\tSend?\u200c", file=stream, flush=True)
    shown = "علی\\x1b[2J\\x1b]0;x\\x07\\u009b31m\\x08\\x0d\tSend?\u200c\n"
    assert (tmp_path / "out").read_text(encoding="utf-8") == shown
    stream.close()


def test_the_line_of_progress_is_drawn_again_and_what_it_says_is_harmless(tmp_path):
    stream = _Aside(written_to(tmp_path / "out"))
    stream.redraw("5 of 10 \x1b[2J")
    assert (tmp_path / "out").read_bytes() == b"\r\x1b[K5 of 10 \\x1b[2J"
    stream.close()
