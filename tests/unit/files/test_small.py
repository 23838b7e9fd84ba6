"""Small files are read within a size and a time, whatever kind of file a name leads to."""

from __future__ import annotations

import os
from threading import Thread

import pytest

from kaverun.files.small import read_small


def test_a_file_is_read_whole_and_one_byte_further_than_it_may_be_long(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"12345")
    assert read_small(path, 5) == b"12345"
    assert read_small(path, 3) == b"1234"


def test_a_device_without_an_end_is_read_as_far_as_it_may_be_long():
    assert len(read_small("/dev/zero", 1000)) == 1001


def test_a_pipe_that_nobody_writes_into_is_an_error_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nothing comes from it"):
        read_small(tmp_path / "pipe", 5)


def test_a_pipe_whose_writer_never_ends_is_an_error_after_some_seconds():
    reading, writing = os.pipe()
    os.write(writing, b"half a k")
    try:
        with pytest.raises(OSError, match="does not come in time"):
            read_small(f"/dev/fd/{reading}", 100, patience=0.05)
    finally:
        os.close(reading)
        os.close(writing)


def test_what_a_program_writes_into_a_pipe_is_read_to_its_end():
    reading, writing = os.pipe()

    def write():
        os.write(writing, b"the ")
        os.write(writing, b"key")
        os.close(writing)

    thread = Thread(target=write)
    thread.start()
    try:
        assert read_small(f"/dev/fd/{reading}", 100) == b"the key"
    finally:
        thread.join()
        os.close(reading)


def test_a_folder_is_an_error(tmp_path):
    with pytest.raises(IsADirectoryError):
        read_small(tmp_path, 5)
