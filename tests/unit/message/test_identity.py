"""Identities are part of the contract: a changed one would send everything again."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from kaverun.message.identity import Digest, localid_of


def test_a_localid_is_the_first_63_bits_of_blake2b_over_the_four_parts():
    whole = blake2b(b'["nowruz","once","09121234567",0]', digest_size=8).digest()
    assert localid_of("nowruz", "once")("09121234567") == int.from_bytes(whole, "big") >> 1


def test_known_localids_never_change():
    localid = localid_of("nowruz-1405", "once")
    assert localid("09121234567") == 7485417977970060683
    assert localid("شناسه-۱") == 1959879399934321028
    assert localid("09121234567", generation=1) == 7781160807262162077


@given(st.text(), st.text(), st.text())
def test_localids_are_positive_and_fit_a_signed_long(campaign, occurrence, key):
    try:
        key.encode(), campaign.encode(), occurrence.encode()
    except UnicodeEncodeError:
        return
    assert 0 < localid_of(campaign, occurrence)(key) < 2**63


def test_parts_that_run_together_are_different_identities():
    assert localid_of("a", "bc")("d") != localid_of("ab", "c")("d")


def test_every_part_of_a_message_changes_the_digest():
    def digest(shared=None, **changed):
        digest = Digest(**{"campaign": "c", "date": None} | (shared or {}))
        digest.add(**{"key": "a", "phone": "09121234567", "line": "3000", "text": "سلام"} | changed)
        return digest.hexdigest()

    changes = [{"key": "b"}, {"phone": "09121234568"}, {"line": "3001"}, {"text": "درود"}, {"shared": {"date": 5}}]
    digests = {digest()} | {digest(**change) for change in changes}
    assert len(digests) == 6
    assert all(len(one) == 32 for one in digests)
