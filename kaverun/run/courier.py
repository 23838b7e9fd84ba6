"""Delivers one batch: attempts, look-ups and halving until each of its messages has an outcome."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kaverun.clock import Clock
from kaverun.kavenegar.answers import SentColumns, SentMessage
from kaverun.kavenegar.codes import CANCELLED
from kaverun.kavenegar.errors import ApiError, KavenegarError, Unanswered
from kaverun.kavenegar.outcome import Outcome
from kaverun.ledger.batches import NOTHING_SENT, Outcomes, Result
from kaverun.message.batch import Batch, Message
from kaverun.message.fate import Fate
from kaverun.report.report import Stop
from kaverun.run.candidates import LOST, NEVER_SILENTLY
from kaverun.run.channels import Channel
from kaverun.run.decision import Decision, decide
from kaverun.run.failpoints import failpoint
from kaverun.run.matching import NOT_TOLD_APART, contradiction, in_order, match, readable
from kaverun.run.pacing import Pacer
from kaverun.run.retrying import Patience
from kaverun.run.throttle import Throttle
from kaverun.text.folding import folded
from kaverun.text.plurals import plural

# Statuses of a row without a messageid that say it was not sent: failed, undelivered, cancelled, blocked (API document,
# *Message Status Codes*).
_REJECTIONS = (6, 11, 13, 14)
_OTHER_TEXT = "the provider holds another text under this localid: an earlier text was sent"
_OF_THE_ACCOUNT = (Outcome.REFUSED, Outcome.NO_CREDIT)
# Not documented: whether other messages of a batch pass if credit runs out within it, or one receptor is bad.
_MAYBE_TAKEN_IN_PART = (Outcome.NO_CREDIT, Outcome.BAD_MESSAGE)


class Delivery(NamedTuple):
    """The result of one batch: an outcome for each of its messages, and what else was learnt on the way.

    `stop` is set if nothing more can be sent in this run, `gave_up` if attempts ran out. `texts` are the provider's
    descriptions of the status codes it used.
    """

    outcomes: Outcomes
    stop: Stop | None
    gave_up: bool
    notes: tuple[str, ...]
    texts: Mapping[int, str]


@dataclass
class _Piece:
    """Messages of a batch that travel in the same requests; `open` are the places of those not settled yet."""

    batch: Batch
    open: list[int]
    attempts: int = 0
    # Set if the messages may have been accepted: they are looked up before they are sent again, and from `certain_at`
    # on (unix seconds) what is not found was not accepted.
    doubtful: bool = False
    certain_at: float = 0.0
    # When they were first sent from here, in unix seconds; None if only an earlier run may have sent them.
    asked_at: float | None = None
    # Receptors of rows that match none of the messages, by messageid. Ours may be among them.
    foreign: dict[int, str] = field(default_factory=dict)
    error: KavenegarError | None = None

    def messages(self) -> dict[int, Message]:
        return {index: self.batch[index] for index in self.open}

    def on_its_way(self) -> Batch:
        """What is open, as a separate batch."""
        whole = len(self.open) == len(self.batch)
        return self.batch if whole else Batch.of([self.batch[index] for index in self.open])

    def settle(self, indexes: Collection[int]) -> None:
        self.open = [index for index in self.open if index not in indexes]


class Courier:
    """Delivers batches of one campaign; used by many threads at once.

    A request without an answer may still be on its way: absence at the provider only counts `settle` seconds later.
    """

    def __init__(
        self,
        channel: Channel,
        patience: Patience,
        pacer: Pacer,
        throttle: Throttle,
        clock: Clock,
        *,
        settle: float,
        rehearsal: bool = False,
    ) -> None:
        self.throttle = throttle
        self.clock = clock
        self.settle = settle
        #: whether debugmode is known to be on, so that status 13 is expected
        self.rehearsal = rehearsal
        self.channel = channel
        self.patience = patience
        self.pacer = pacer

    def deliver(self, messages: Sequence[Message], doubtful_until: float | None = None) -> Delivery:
        """Send the messages; every one of them has a result afterwards, whatever happened.

        `doubtful_until` is set if an earlier run may have sent them: they are looked up first, and until that
        time (unix seconds) the absence of a message at the provider proves nothing.
        """
        return _Errand(self, messages, doubtful_until).run()


class _Errand:
    """The delivery of one batch."""

    def __init__(self, courier: Courier, messages: Sequence[Message], doubtful_until: float | None) -> None:
        self._channel = courier.channel
        self._patience = courier.patience
        self._pacer = courier.pacer
        self._throttle = courier.throttle
        self._stopping = courier.patience.stopping
        doubtful = doubtful_until is not None
        self._batch = Batch.of(messages)
        self._pieces = [
            _Piece(self._batch, part, doubtful=doubtful, certain_at=doubtful_until or 0.0)
            for part in reversed(self._channel.requests(self._batch))
        ]
        self._clock = courier.clock
        self._rehearsal = courier.rehearsal
        self._settle_time = courier.settle
        self._results: dict[int, Result] = {}
        # Set if one answer settled everything, as it nearly always does.
        self._whole: Outcomes | None = None
        self._texts: dict[int, str] = {}
        self._notes: list[str] = []
        self._stop: Stop | None = None
        self._gave_up = False

    def run(self) -> Delivery:
        while self._pieces:
            piece = self._pieces.pop()
            if self._stop or self._stopping.is_set():
                self._give_up(piece, self._stop.words if self._stop else "")
            else:
                self._settle(piece)
        outcomes = self._whole or Outcomes.of([self._results[index] for index in range(len(self._batch))])
        return Delivery(outcomes, self._stop, self._gave_up, tuple(self._notes), self._texts)

    def _settle(self, piece: _Piece) -> None:
        outcome = self._patience.until(
            settled=lambda outcome: self._decide(piece, outcome) not in (Decision.RETRY, Decision.LOOK_UP),
            attempt=lambda: self._attempt(piece),
            wish=lambda: piece.error.retry_after if piece.error else None,
        )
        decision = self._decide(piece, outcome)
        reason = str(piece.error) if piece.error else ""
        if decision is Decision.SPLIT:
            self._split(piece)
        elif decision is Decision.REJECT:
            self._close(piece, Fate.REJECTED, reason)
        elif decision is Decision.STOP:
            assert isinstance(piece.error, ApiError)
            self._stop = Stop(piece.error.code, reason)
            self._give_up(piece, reason)
        elif decision is not Decision.DONE:
            self._give_up(piece, reason)

    def _decide(self, piece: _Piece, outcome: Outcome) -> Decision:
        attempts_left = self._patience.attempts - piece.attempts
        if outcome is Outcome.UNKNOWN and not self._channel.traceable:
            attempts_left = 0  # No look-up would ever find it, and sending it again could send it twice.
        return decide(outcome, size=len(piece.open), attempts_left=attempts_left)

    def _attempt(self, piece: _Piece) -> Outcome:
        """Look up what is in doubt, then send what is open, unless the run is stopping."""
        piece.error = None
        self._pacer.wait_for(len(piece.open))
        if self._stopping.is_set():
            return Outcome.UNKNOWN if piece.doubtful else Outcome.NOT_SENT
        piece.attempts += 1
        try:
            if piece.doubtful and not self._resolve(piece):
                return Outcome.UNKNOWN
            if piece.open:
                self._send(piece)
        except KavenegarError as error:
            piece.error = error
            return self._outcome_of_error(piece, error)
        return Outcome.UNKNOWN if piece.open else Outcome.DONE

    def _resolve(self, piece: _Piece) -> bool:
        """Settle what the provider has; False if the absence of the rest proves nothing, or not before a stop."""
        self._look_up(piece)
        if piece.open and self._clock.now() < piece.certain_at:
            self._patience.wait_until(piece.certain_at)
            if self._clock.now() < piece.certain_at:
                return False
            self._look_up(piece)
        if piece.open and self._may_be_foreign(piece):
            return False
        piece.doubtful = False
        return True

    def _may_be_foreign(self, piece: _Piece) -> bool:
        """Whether the provider accepted messages that may be ours, so that absence proves nothing."""
        phones = {piece.batch[index].phone for index in piece.open}
        return any(readable(receptor) in ("", *phones) for receptor in piece.foreign.values())

    def _outcome_of_error(self, piece: _Piece, error: KavenegarError) -> Outcome:
        """A look-up that fails leaves its messages in doubt, unless the account itself was refused."""
        if error.outcome is Outcome.LATER:
            self._throttle.busy()
        if piece.doubtful and error.outcome not in _OF_THE_ACCOUNT:
            return Outcome.UNKNOWN
        piece.doubtful |= error.outcome is Outcome.UNKNOWN
        piece.doubtful |= error.outcome in _MAYBE_TAKEN_IN_PART and len(piece.open) > 1
        if isinstance(error, Unanswered):
            piece.certain_at = self._clock.now() + self._settle_time
        return error.outcome

    def _send(self, piece: _Piece) -> None:
        failpoint("before-request")
        if piece.asked_at is None:
            piece.asked_at = self._clock.now()
        batch = piece.on_its_way()
        with self._throttle.slot():
            answers = self._channel.send(batch)
        failpoint("request-answered")
        real = self._rehearsal or CANCELLED not in answers.statuses
        if real and None not in answers.messageids and in_order(batch.columns, answers):
            self._take_all(piece, answers)
        else:
            self._sort_out(piece, answers)
        # A message without a row may have been accepted anyway.
        piece.doubtful = bool(piece.open)

    def _take_all(self, piece: _Piece, answers: SentColumns) -> None:
        """Every message was accepted, in its place."""
        size = len(piece.open)
        outcomes = Outcomes(
            [Fate.ACCEPTED] * size, answers.messageids, answers.statuses, answers.costs,
            [piece.attempts] * size, [""] * size,
        )  # fmt: skip
        if size == len(self._batch):
            self._whole = outcomes
        else:
            results = map(Result._make, zip(*outcomes, strict=True))
            self._results.update(zip(piece.open, results, strict=True))
        self._texts.update(zip(answers.statuses, answers.statustexts, strict=True))
        piece.open.clear()

    def _sort_out(self, piece: _Piece, answers: SentColumns) -> None:
        matched = match(piece.messages(), answers.rows())
        self._settle_rows(piece, matched.rows)
        for index, answer in matched.contradicting.items():
            reason = contradiction(piece.batch[index], answer.receptor, answer.messageid)
            self._results[index] = Result(Fate.UNKNOWN, attempts=piece.attempts, reason=reason)
        piece.settle(matched.contradicting)
        piece.foreign |= {answer.messageid: answer.receptor for answer in matched.foreign if answer.messageid}
        strangers = sum(1 for answer in matched.foreign if readable(answer.receptor))
        if strangers or piece.open:
            self._notes.append(
                f"an answer lacked {len(piece.open)} of our rows and held {plural(strangers, 'row')} of other messages"
            )
        if len(matched.foreign) > strangers:
            self._notes.append("an answer held rows without a readable number")

    def _settle_rows(self, piece: _Piece, rows: Mapping[int, SentMessage]) -> None:
        attempts, results = piece.attempts, self._results
        for index, (messageid, _, text, _, status, statustext, cost, _, _) in rows.items():
            if messageid is not None:
                reason = _OTHER_TEXT if self._is_other(text, piece.batch[index].text) else ""
                results[index] = self._taken(Result(Fate.ACCEPTED, messageid, status, cost, attempts, reason))
            elif status in _REJECTIONS:
                reason = statustext or "rejected by the provider without a reason"
                results[index] = Result(Fate.REJECTED, None, status, cost, attempts, reason)
            else:
                continue  # Neither accepted nor rejected: the same as a missing row.
            self._texts[status] = statustext
        piece.settle(results)

    def _taken(self, result: Result) -> Result:
        """What the provider accepted; in debugmode it sends nothing, and the next message gets the next generation."""
        if self._rehearsal or result.status != CANCELLED:
            return result
        self._stop = self._stop or Stop(0, f"{NOTHING_SENT}; switch debugmode off in the panel and apply again")
        return result._replace(fate=Fate.CANCELLED, reason=NOTHING_SENT)

    def _is_other(self, echo: str, text: str) -> bool:
        """Whether an echo is another text; a template is never echoed as it was asked for."""
        return echo != text and self._channel.traceable and folded(echo) != folded(text)

    def _look_up(self, piece: _Piece) -> None:
        """Settle what the provider has."""
        failpoint("before-look-up")
        states = self._channel.find(piece.messages())
        piece.settle(states)
        for index, state in states.items():
            receptor = piece.foreign.pop(state.messageid or 0, state.receptor)
            if reason := contradiction(piece.batch[index], receptor, state.messageid):
                self._results[index] = Result(Fate.UNKNOWN, attempts=piece.attempts, reason=reason)
            else:
                self._texts[state.status] = state.statustext
                found = "found by its localid"
                result = Result(Fate.ACCEPTED, state.messageid, state.status, None, piece.attempts, found)
                # What an earlier run sent may have been cancelled since.
                self._results[index] = result if piece.asked_at is None else self._taken(result)

    def _give_up(self, piece: _Piece, reason: str) -> None:
        """Attempts ran out or the run stops: look one last time, and record what stays open."""
        going_on = self._stop is None and not self._stopping.is_set()
        self._gave_up = going_on
        if not piece.doubtful:
            self._close(piece, Fate.NOT_SENT, reason or "the run stopped before this message was sent")
            return
        reason = reason or ("the answer was about another number" if piece.foreign else "no row came back")
        if going_on:
            self._patience.pause()
        if not self._channel.traceable:
            self._close(piece, Fate.UNKNOWN, f"{reason}; {LOST}")
            self._gave_up = going_on and not self._provider_answers()
            return
        try:
            self._look_up(piece)
            proven = self._stop and self._clock.now() >= piece.certain_at
            fate = Fate.NOT_SENT if proven else Fate.UNKNOWN
            reason = f"{reason}; not found by its localid so far"
            if self._may_be_foreign(piece):
                fate, reason = Fate.UNKNOWN, f"{NOT_TOLD_APART}; no localid leads to it so far: {NEVER_SILENTLY}"
        except KavenegarError as error:
            fate = Fate.UNKNOWN
            reason = f"{reason}; looking it up failed: {error}"
        self._close(piece, fate, reason)

    def _provider_answers(self) -> bool:
        """Whether the provider is up: one lost answer does not mean that it is down."""
        try:
            self._channel.check()
        except ApiError:
            return True
        except KavenegarError:
            return False
        return True

    def _split(self, piece: _Piece) -> None:
        middle = len(piece.open) // 2
        for half in (piece.open[middle:], piece.open[:middle]):
            self._pieces.append(_Piece(piece.batch, half, doubtful=piece.doubtful, asked_at=piece.asked_at))

    def _close(self, piece: _Piece, fate: Fate, reason: str) -> None:
        for index in piece.open:
            self._results[index] = Result(fate, None, None, None, piece.attempts, reason)
        piece.open.clear()
