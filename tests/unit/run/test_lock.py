import os
import re

import pytest

from kaverun.errors import Locked
from kaverun.run.lock import campaign_lock


def test_a_second_executor_is_told_who_holds_the_lock_and_since_when(tmp_path):
    ledger = tmp_path / "sub" / "ledger.db"
    with campaign_lock(ledger, "nowruz", 0.0):
        words = rf"process {os.getpid()} on \S+ since 1970-01-01T00:00:00\+00:00"
        with pytest.raises(Locked, match=words), campaign_lock(ledger, "nowruz", 1.0):
            pass
        with campaign_lock(ledger, "another", 1.0):
            pass


def test_a_lock_is_free_when_its_holder_ended_and_names_the_new_one(tmp_path):
    for now in (0.0, 60.0):
        with campaign_lock(tmp_path / "ledger.db", "nowruz", now):
            pass
    text = (tmp_path / "ledger.db.nowruz.lock").read_text()
    assert re.fullmatch(r'\{"pid": \d+, "host": "[^"]+", "since": "1970-01-01T00:01:00\+00:00"\}', text)
