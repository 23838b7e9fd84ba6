"""What a plan is made from, as it is now: every file that the campaign and its templates read, and the variables."""

from __future__ import annotations

from hashlib import blake2b

from kaverun.campaign.inputs import digests_of
from kaverun.campaign.loader import LoadedCampaign
from kaverun.errors import Invalid
from kaverun.ledger.runs import Input


def inputs_now(loaded: LoadedCampaign) -> tuple[Input, ...]:
    """All of them, in order; nothing where one cannot be read twice, as a pipe: nobody knows whether that changed."""
    try:
        files = digests_of(loaded.inputs)
    except Invalid:
        return ()
    given = repr(sorted(loaded.variables.values.items())).encode("utf-8", "surrogatepass")
    variables = Input("variables", "", blake2b(given, digest_size=16).hexdigest())
    return (*sorted(Input(file.role, file.shown, file.digest) for file in files), variables)
