"""The same recipients and the same campaign for everyone who is measured."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TEMPLATE = "{{ name }} عزیز، {{ points }} امتیاز شما تا پایان {{ month }} در {{ city }} اعتبار دارد.\nلغو۱۱"
LINE = "10004346"
HEADER = ("phone", "name", "city", "month", "points")
BATCH = 200

# Prefixes that no operator has, so that no number is anyone's.
_PREFIXES = ("0906", "0907", "0908", "0909", "0924", "0925", "0926", "0927", "0928", "0929")
_GIVEN = (
    "سارا", "داریوش", "شیرین", "کاوه", "مریم", "رضا", "نیلوفر", "امیرحسین", "فاطمه", "بهرام", "پریسا", "آرش", "مینا",
)  # fmt: skip
_FAMILY = (
    "احمدی", "رضایی", "محمدی", "کریمی", "موسوی", "جعفری", "رحیمی", "صادقی", "قاسمی", "نوری", "اکبری", "زارع", "ملکی",
)  # fmt: skip
_CITIES = ("تهران", "مشهد", "اصفهان", "شیراز", "تبریز", "کرمانشاه", "یزد")
_MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد")
# Prime to 10**7, so that ten million numbers differ before the first comes again.
_STRIDE = 7_919_317
# An odd multiplier that mixes well.
_SPREAD = 0x9E3779B97F4A7C15

_CAMPAIGN = """\
version: 1
name: benchmark
recipients: {list}
senders: ["{line}"]
message:
  text: {text}
sending: {{batch: {batch}, concurrency: {threads}{rate}}}
retry: {{attempts: 3, initial: 100ms, max: 1s, jitter: 10ms}}
"""


class Recipients(NamedTuple):
    """A list on disk."""

    path: Path
    size: int


def rows(count: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Numbers in no order, each once; names, cities and points as if drawn by lot, the same in every list."""
    for n in range(count):
        lot = (n + 1) * _SPREAD % 2**61
        phone = f"{_PREFIXES[n % 10]}{(n // 10) * _STRIDE % 10**7:07d}"
        name = f"{_GIVEN[(lot >> 20 & 0xFFF) % 13]} {_FAMILY[(lot >> 32 & 0xFFF) % 13]}"
        yield phone, name, _CITIES[(lot >> 44 & 0xFF) % 7], _MONTHS[(lot >> 52 & 0xFF) % 5], str(lot % 9973)


def write_list(folder: Path, count: int) -> Recipients:
    """A CSV of `count` recipients, made once and kept in `folder`."""
    path = folder / f"members-{count}.csv"
    if not path.exists():
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            writer.writerows(rows(count))
    return Recipients(path, count)


def write_campaign(folder: Path, recipients: Recipients, *, threads: int = 4, rate: str = "") -> Path:
    """A campaign for the list, which is linked into `folder`; `rate` as in the campaign file, "" for none."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / recipients.path.name
    if not link.exists():
        link.hardlink_to(recipients.path)
    text = _CAMPAIGN.format(
        list=link.name,
        line=LINE,
        text=json.dumps(TEMPLATE, ensure_ascii=False),
        batch=BATCH,
        threads=threads,
        rate=f", rate: {rate}" if rate else "",
    )
    path = folder / "campaign.yaml"
    path.write_text(text, encoding="utf-8")
    return path
