"""What the file makes today of messages that were handed over earlier: edited texts, and scheduled ones that differ.

Nobody is sent a second message because a text was edited. What went out is only reported; what the provider still holds
for a time to come is not what the file says any more, and nothing is sent until somebody cancels it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kaverun.campaign.schedule import due_time
from kaverun.errors import Problem
from kaverun.kavenegar.codes import FINAL_STATUSES
from kaverun.ledger.store import Store
from kaverun.message.batch import Shared
from kaverun.plan.plan import KINDS, Change, Past, Totals
from kaverun.planning.fates import SENT_OTHERWISE
from kaverun.text.layout import without_layout
from kaverun.text.phone import mask
from kaverun.text.plurals import plural

if TYPE_CHECKING:
    from kaverun.campaign.loader import LoadedCampaign
    from kaverun.campaign.models import Campaign

_FINAL = ", ".join(map(str, sorted(FINAL_STATUSES)))
# Accepted messages of the occurrence, with whether the provider still holds them.
_OF_MESSAGE = """
JOIN outcome ON outcome.message = message.id AND outcome.fate = 'accepted' JOIN batch ON batch.id = outcome.batch
"""
_HELD = f"message {_OF_MESSAGE}"
_SCHEDULED = f"(coalesce(batch.date, 0) > :now AND (outcome.status IS NULL OR outcome.status NOT IN ({_FINAL})))"
# Everything about a row whose message was handed over that may be another today.
_COMPARED = f"""
CREATE TEMP TABLE compared AS
SELECT row.row, message.id AS message, decision.action, decision.cause, batch.id AS batch, {_SCHEDULED} AS scheduled,
    row.text <> message.text AS text, row.phone <> message.phone AS number,
    :names_lines AND row.line <> message.line AS line
FROM temp.decision JOIN plan.row ON row.row = decision.row JOIN message ON message.id = decision.message
{_OF_MESSAGE}
WHERE decision.fate = 'accepted' AND (
    decision.action <> 'done' OR row.text <> message.text OR row.phone <> message.phone
    OR (:names_lines AND row.line <> message.line) OR {_SCHEDULED}
)
"""
_GONE = f"""
FROM {_HELD} WHERE message.occurrence = :occurrence AND {_SCHEDULED}
AND message.id NOT IN (SELECT message FROM temp.decision)
"""
_BATCH_OF_KIND = {
    "time": "batch.date IS NOT :date",
    "type": "batch.hide IS NOT NULL AND batch.type IS NOT :type",
    "tag": "batch.hide IS NOT NULL AND batch.tag IS NOT :tag",
    "hide": "batch.hide IS NOT NULL AND batch.hide <> :hide",
    "policy": "batch.hide IS NOT NULL AND batch.policy IS NOT :policy",
}
# A key that is left out in one row may be served in another.
_LEFT_OUT = "(action <> 'done' AND message NOT IN (SELECT message FROM temp.decision WHERE action = 'done'))"
# Rows whose texts are compared without their layout together.
_TOGETHER = 2_000


def look_back(store: Store, campaign: Campaign, occurrence: int, now: float) -> Past:
    """Compare decided rows with what was handed over, and let their reasons say so; `now` is in unix seconds."""
    return _Comparison(store, campaign, occurrence, now).past()


def scheduled_only(store: Store, occurrence: int, now: float) -> Past:
    """What is scheduled of a plan that is gone on with: nothing of it differs, as its inputs are as they were."""
    counted = f"SELECT count(*) FROM {_HELD} WHERE message.occurrence = :occurrence AND {_SCHEDULED}"
    ((scheduled,),) = store.rows(counted, {"occurrence": occurrence, "now": now})
    return Past(scheduled)


class _Comparison:
    def __init__(self, store: Store, campaign: Campaign, occurrence: int, now: float) -> None:
        self._store = store
        self._timezone = campaign.schedule.timezone if campaign.schedule else "Asia/Tehran"
        shared = Shared.of(campaign, due_time(campaign.schedule))
        self._values: dict[str, Any] = {
            **shared._asdict(),
            "type": None if shared.type is None else str(shared.type),
            "hide": int(shared.hide),
            "occurrence": occurrence,
            "now": now,
            # Without a line in the file the account's own is used, whichever that is.
            "names_lines": int(bool(campaign.senders)),
        }
        self._handling = {kind: str(value) for kind, value in shared._asdict().items()}

    def past(self) -> Past:
        self._store.write("DROP TABLE IF EXISTS temp.compared")
        self._store.write(_COMPARED, self._named(_COMPARED))
        self._forget_layout()
        self._kinds_of_batches()
        self._say_why()
        counts = f"SELECT count(*) FROM {_HELD} WHERE message.occurrence = :occurrence AND {_SCHEDULED}"
        ((scheduled,),) = self._store.rows(counts, self._named(counts))
        changes = sorted(self._changes(), key=lambda change: -change.messages) if scheduled else []
        ((differing,),) = self._store.rows(
            f"SELECT count(DISTINCT message) FROM temp.compared WHERE scheduled AND ({_LEFT_OUT} OR (action = 'done'"
            " AND (text OR number OR line OR batch IN (SELECT batch FROM temp.handled))))"
        )
        gone = sum(change.messages for change in changes if change.kind == "gone")
        return Past(scheduled, differing + gone if scheduled else 0, tuple(changes), self._edited())

    def _named(self, sql: str) -> Mapping[str, Any]:
        return {name: value for name, value in self._values.items() if f":{name}" in sql}

    def _forget_layout(self) -> None:
        """Texts that differ only in line ends, white space at ends and blank lines are the same."""
        last = 0
        texts = (
            "SELECT row.row, row.text, message.text FROM temp.compared JOIN plan.row ON row.row = compared.row"
            " JOIN message ON message.id = compared.message"
            f" WHERE compared.text AND row.row > ? ORDER BY row.row LIMIT {_TOGETHER}"
        )
        while found := self._store.rows(texts, (last,)):
            same = [(row,) for row, now, then in found if without_layout(now) == without_layout(then)]
            self._store.write_many("UPDATE temp.compared SET text = 0 WHERE row = ?", same)
            last = found[-1][0]

    def _kinds_of_batches(self) -> None:
        """What differs for whole batches that are scheduled: their time, and how they are to be handled."""
        self._store.write("DROP TABLE IF EXISTS temp.handled")
        self._store.write("CREATE TEMP TABLE handled (batch INTEGER NOT NULL, kind TEXT NOT NULL)")
        for kind, differs in _BATCH_OF_KIND.items():
            self._store.write(
                f"INSERT INTO temp.handled SELECT batch.id, '{kind}' FROM batch WHERE {differs} AND batch.id IN ("
                "SELECT batch FROM temp.compared WHERE scheduled AND action = 'done')",
                self._named(differs),
            )

    def _say_why(self) -> None:
        for kind, reason in reversed(SENT_OTHERWISE.items()):
            self._set_reason("action = 'done' AND NOT scheduled AND " + kind, "?", (reason,))
        self._set_reason(
            "action <> 'done' AND NOT scheduled",
            "decision.reason || '; an earlier run had sent a message' || " + _MESSAGEID,
        )
        dates = self._store.rows(
            "SELECT DISTINCT date FROM batch JOIN temp.compared ON batch.id = batch WHERE scheduled"
        )
        for (date,) in dates:
            of_date = f"scheduled AND batch IN (SELECT id FROM batch WHERE date = {int(date)})"
            left = f"; an earlier run scheduled a message for {self._time(date)}"
            self._set_reason(
                f"action <> 'done' AND {of_date}",
                f"decision.reason || ? || {_MESSAGEID} || ', which goes out unless cancelled'",
                (left,),
            )
            self._set_reason(
                f"action = 'done' AND {of_date}",
                f"? || {_KINDS_OF_ROW}",
                (f"scheduled by an earlier run for {self._time(date)}",),
            )

    def _set_reason(self, which: str, reason: str, values: tuple[str, ...] = ()) -> None:
        self._store.write(
            f"UPDATE temp.decision SET reason = {reason} WHERE row IN (SELECT row FROM temp.compared WHERE {which})",
            values,
        )

    def _changes(self) -> Iterator[Change]:
        """How scheduled messages differ: one message may do so in several ways."""
        rows = "SELECT count(*), min(compared.row) FROM temp.compared WHERE scheduled AND action = 'done' AND "
        for kind in ("text", "number", "line"):
            yield from self._change(kind, rows + kind)
        for kind in _BATCH_OF_KIND:
            yield from self._change(kind, f"{rows} batch IN (SELECT batch FROM temp.handled WHERE kind = '{kind}')")
        causes = self._store.rows(
            f"SELECT cause, count(DISTINCT message), min(row) FROM temp.compared WHERE scheduled AND {_LEFT_OUT}"
            " GROUP BY cause"
        )
        for cause, messages, row in causes:
            yield self._shown(cause, messages, row)
        for messages, example in self._store.rows(f"SELECT count(*), min(message.id) {_GONE}", self._named(_GONE)):
            if messages:
                ((phone, text),) = self._store.rows("SELECT phone, text FROM message WHERE id = ?", (example,))
                yield Change("gone", messages, 0, mask(phone), text, KINDS["gone"])

    def _change(self, kind: str, counted: str) -> Iterator[Change]:
        for messages, row in self._store.rows(counted):
            if messages:
                yield self._shown(kind, messages, row)

    def _shown(self, kind: str, messages: int, row: int) -> Change:
        """A change with one row as an example."""
        ((phone, text, line, date, *handling, now_phone, now_text, now_line, reason),) = self._store.rows(
            "SELECT message.phone, message.text, message.line, batch.date, batch.type, batch.tag, batch.hide,"
            " batch.policy, row.phone, row.text, row.line, row.reason"
            " FROM temp.compared JOIN plan.row ON row.row = compared.row JOIN message ON message.id = compared.message"
            " JOIN batch ON batch.id = compared.batch WHERE compared.row = ?",
            (row,),
        )
        before = dict(zip(("type", "tag", "hide", "policy"), handling, strict=True))
        before["hide"] = bool(before["hide"])
        known = {
            "text": (text, now_text),
            "number": (mask(phone), mask(now_phone)),
            "line": (line, now_line),
            "time": (self._time(date), self._time(self._values["date"])),
            **{name: (str(value), self._handling[name]) for name, value in before.items()},
        }
        then, now = known.get(kind, (text, reason))
        return Change(kind, messages, row, mask(phone), then, now)

    def _edited(self) -> Change | None:
        """What went out with another text than the file has."""
        counted = "SELECT count(*), min(row) FROM temp.compared WHERE action = 'done' AND NOT scheduled AND text"
        return next(self._change("text", counted), None)

    def _time(self, seconds: int | None) -> str:
        if seconds is None:
            return "at once"
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(self._timezone)):%Y-%m-%d %H:%M}"


_MESSAGEID = (
    "coalesce((SELECT ' (messageid ' || messageid || ')' FROM outcome WHERE outcome.message = decision.message), '')"
)
# " with another text and another time": in the order of `KINDS`.
_KINDS_OF_ROW = (
    "coalesce((SELECT ' with ' || group_concat(words, ' and ') FROM (SELECT words FROM ("
    + " UNION ALL ".join(
        f"SELECT {place} AS place, '{KINDS[kind]}' AS words FROM temp.compared AS one"
        f" WHERE one.row = decision.row AND one.{kind}"
        for place, kind in enumerate(("text", "number", "line"))
    )
    + "".join(
        f" UNION ALL SELECT {place}, '{KINDS[kind]}' FROM temp.compared AS one JOIN temp.handled"
        f" ON handled.batch = one.batch AND handled.kind = '{kind}' WHERE one.row = decision.row"
        for place, kind in enumerate(_BATCH_OF_KIND, 3)
    )
    + ") ORDER BY place)), '')"
)


def refusals(loaded: LoadedCampaign, past: Past) -> Iterator[Problem]:
    """That scheduled messages differ from the file: nothing is sent before somebody takes them back."""
    if not past.differing:
        return
    kinds = ", ".join(f"{change.messages:,} {change.words}" for change in past.changes)
    what = (
        f"{plural(past.differing, 'scheduled message')} of {past.scheduled:,} would go out otherwise than the file "
        f"says now ({kinds}), and kaverun does not replace them yet: take back what is scheduled with "
        f"`kaverun cancel {loaded.document.path}`, then apply again, which sends what is still wanted"
    )
    schedule = loaded.campaign.schedule
    yield loaded.document.problem(what, *(("schedule", "at") if schedule and schedule.at else ()))


def asks_for_a_name(loaded: LoadedCampaign, totals: Totals, past: Past) -> Iterator[Problem]:
    """Whether this may be a copied campaign: most of its list was served with another text, or nobody is left."""
    if past.edited is None or (totals.send and 2 * past.edited.messages < totals.done + totals.send):
        return
    what = (
        f"{past.edited.messages:,} of {plural(totals.done, 'recipient')} served earlier got another text, and nobody "
        "is sent a second one under this name. Is this a new campaign that was copied from an older one? Then give it "
        "a new name"
    )
    yield loaded.document.problem(what, "name", severity="warning")
