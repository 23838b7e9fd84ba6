"""What a command is about: the messages of a campaign file, or of one run."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kaverun.campaign.loader import load_campaign
from kaverun.campaign.models import Retry, Sending
from kaverun.campaign.schedule import OCCURRENCE
from kaverun.cli.settings import api_key, provider_of
from kaverun.cli.whereabouts import campaign_ledger, run_ledger
from kaverun.kavenegar.client import Client
from kaverun.kavenegar.redaction import Secret
from kaverun.kavenegar.transport import Timeouts
from kaverun.ledger.opening import read_ledger
from kaverun.ledger.runs import Run, is_run_id
from kaverun.message.scope import Scope
from kaverun.tracking.follow import run_at


class Subject(NamedTuple):
    """A campaign's messages in a ledger, of one `run` or of all, and how to ask their provider.

    The campaign file of a run may be gone, so a run is asked about with the defaults.
    """

    scope: Scope
    run: Run | None
    client: Client
    retry: Retry
    sending: Sending
    ledger: Path

    @property
    def name(self) -> str:
        """The name shown to people."""
        return f"{self.scope.campaign}, run {self.run.run_id}" if self.run else self.scope.campaign


def subject_of(argument: Path, *, base_url: str, ledger: str | None) -> Subject:
    """From a campaign file, or the id of a run in the ledger; raises `KaverunError` if it is neither.

    The key to ask with is read from the environment.
    """
    provider, key = provider_of(base_url), Secret(api_key())

    def subject(scope: Scope, run: Run | None, retry: Retry, sending: Sending, path: Path) -> Subject:
        client = Client.connect(base_url, key, Timeouts(retry.connect_timeout, retry.read_timeout))
        return Subject(scope, run, client, retry, sending, path)

    if argument.exists() or not is_run_id(str(argument)):
        loaded = load_campaign(argument)
        campaign, path = loaded.campaign, campaign_ledger(loaded, ledger)
        return subject(Scope(campaign.name, OCCURRENCE, provider), None, campaign.retry, campaign.sending, path)
    path = run_ledger(str(argument), ledger)
    with closing(read_ledger(path)) as store:
        run = run_at(store, str(argument), provider)
    return subject(run.scope, run, Retry(), Sending(), path)
