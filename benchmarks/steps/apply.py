"""`kaverun apply` against loops that only send. What is compared is the sending, from the first request to the last
answer at the server; the loops have rendered everything before that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.child import Cost
from benchmarks.lists import Recipients, write_campaign
from benchmarks.results import BARE, CEILING, KAVERUN, NAIVE, SDK, Case, Sample
from benchmarks.workshop import LEDGER, Workshop, check_once_each

STEP = "apply"
# Whoever is slow by nature is measured with fewer messages: rates are compared.
_FEWER, _FEWER_WITH_LATENCY = 100_000, 10_000
_CALLERS = 4


def measure(shop: Workshop, cases: Sequence[Case], *, others: bool) -> None:
    """`others` adds the naive loop and the PyPI package, where there are no more threads than they can use."""
    sizes = [case.messages for case in cases]
    for case in cases:
        rounds = shop.rounds if case.latency else shop.rounds_of(case.messages, sizes)
        _measure(shop, case, rounds, others=others and case.threads <= _CALLERS)


def ceiling(shop: Workshop, size: int) -> None:
    """What the server can take at all."""
    recipients, case = shop.list_of(size), Case(STEP, size, 0, _CALLERS)
    throw = partial(shop.bare, "ceiling", shop.server.port, recipients.path, _CALLERS)
    shop.interleaved(partial(_keep, shop, case, CEILING, throw))


def _measure(shop: Workshop, case: Case, rounds: int, *, others: bool) -> None:
    bare = partial(_keep, shop, case, BARE, partial(_loop, shop, "apply", case))
    shop.interleaved(bare, partial(_keep_kaverun, shop, case, shop.list_of(case.messages)), rounds=rounds)
    less = case._replace(messages=min(case.messages, _FEWER_WITH_LATENCY if case.latency else _FEWER))
    if others and not shop.results.best(less, NAIVE):
        sdk = partial(shop.bare, "sdk", shop.server.host, "send", shop.list_of(less.messages).path)
        naive = partial(_keep, shop, less, NAIVE, partial(_loop, shop, "naive", less))
        shop.interleaved(naive, partial(_keep, shop, less._replace(threads=1), SDK, sdk))


def _loop(shop: Workshop, loop: str, case: Case) -> Cost:
    return shop.bare(loop, shop.server.url, shop.list_of(case.messages).path, case.threads)


def _keep(shop: Workshop, case: Case, who: str, act: Callable[[], Cost], **more: float) -> Sample:
    """Let somebody send everything, see that it came once, and keep how long the sending took."""
    shop.server.reset(latency=case.latency / 1000)
    cost = act()
    counts = shop.server.counts()
    check_once_each(counts, case.messages)
    more |= {
        "server_busy": counts.busy / counts.sending,
        "before": counts.first_arrival - cost.started,
        "after": cost.ended - counts.last_answer,
    }
    sample = Sample(case, who, counts.sending, cost.seconds, cost.cpu, cost.rss, more)
    shop.keep(sample)
    return sample


def _keep_kaverun(shop: Workshop, case: Case, recipients: Recipients) -> None:
    folder = shop.empty("apply") if case.latency else shop.empty_applied(case.messages)
    campaign = write_campaign(folder, recipients, threads=case.threads)
    sample = _keep(shop, case, KAVERUN, lambda: shop.kaverun(folder, "apply", campaign.name, "--yes").finish())
    files = (folder / LEDGER).parent.glob(f"{LEDGER}*")
    sample.more["ledger"] = sum(path.stat().st_size for path in files) / case.messages
