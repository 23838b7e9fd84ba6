"""What is told once the provider was asked: the delivery by the ledger, and the reports that say so now."""

from __future__ import annotations

import math
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kaverun.errors import ReportError
from kaverun.ledger.protocol import Scope
from kaverun.ledger.sqlite import SqliteLedger
from kaverun.report.beside import Wait
from kaverun.report.delivery import Delivery
from kaverun.report.delivery_count import DeliveryCount
from kaverun.report.refresh import refresh_reports
from kaverun.run.tracking import is_open


class Newest(NamedTuple):
    """`refreshed` are the folders of reports in which something changed; `failure` says why others could not be."""

    delivery: Delivery
    refreshed: list[Path]
    failure: ReportError | None


class Counting(NamedTuple):
    """Counts a scope's messages while it brings its reports up to date; `ledger` is a file."""

    scope: Scope
    ledger: Path
    reports: Path

    def newest(self, asked: float, wait: Wait = lambda batch: math.inf) -> Newest:
        """`asked` is when the provider was asked, in unix seconds; no batch is looked at before `wait` returns."""
        open_, refreshed, failure = partial(is_open, now=asked), list[Path](), None
        with closing(SqliteLedger.open_to_read(self.ledger)) as ledger:
            count = DeliveryCount(ledger, self.scope, open_)

            def go_on(batch: float) -> None:
                count.go_on(wait(batch))

            try:
                refreshed = refresh_reports(self.reports, ledger, self.scope, open_, asked, go_on)
            except ReportError as error:
                failure = error
            go_on(math.inf)
            return Newest(count.delivery(asked), refreshed, failure)
