"""The bare loops do the same work as kaverun, or the comparison means nothing."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bare.encoding import joined_body, sendarray_body
from benchmarks.bare.outgoing import batches
from benchmarks.bare.parts import parts
from benchmarks.bare.status import pages
from benchmarks.lists import rows, write_list
from kaverun.kavenegar import Client, OutgoingMessage
from kaverun.kavenegar.form import form_body
from kaverun.text.parts import measure


class Kept:
    """A transport that keeps the body kaverun would send."""

    def call(self, method, fields):
        self.body = form_body(fields)
        return []


def test_the_loop_sends_the_bytes_kaverun_sends(tmp_path):
    (batch,) = batches(write_list(tmp_path, 200).path)
    transport = Kept()
    Client(transport).send_array([OutgoingMessage(*row) for row in zip(*batch, strict=True)])
    assert sendarray_body(batch) == transport.body


def test_it_asks_for_statuses_in_the_bytes_kaverun_asks_in():
    transport = Kept()
    (page,) = pages(8_792_343, 500)
    Client(transport).status(page)
    assert joined_body(b"messageid", page) == transport.body


def test_pages_hold_every_id_once():
    assert [number for page in pages(7, 1201) for number in page] == list(range(7, 1208))
    assert max(map(len, pages(7, 1201))) == 500


LATIN = st.text("ab^€{ ", min_size=1, max_size=400)
PERSIAN = st.text("اب😀 ", min_size=1, max_size=300).map(lambda text: "س" + text)


@given(LATIN | PERSIAN)
def test_parts_are_counted_as_kaverun_counts_them(text):
    assert parts(text) == measure(text).parts


def test_everyone_on_the_list_has_a_number_of_their_own():
    made = list(rows(20_000))
    assert len({row[0] for row in made}) == len(made)
    assert all(len(row[0]) == 11 and row[0].startswith("09") for row in made)
    assert len({row[1] for row in made}) > 100


def test_batches_hold_every_row_once_with_a_localid_of_its_own(tmp_path):
    made = batches(write_list(tmp_path, 450).path)
    assert [len(batch.receptors) for batch in made] == [200, 200, 50]
    localids = [localid for batch in made for localid in batch.localids]
    assert len(set(localids)) == 450
    assert all(0 < localid < 2**63 for localid in localids)
    assert orjson.loads(orjson.dumps(localids)) == localids
