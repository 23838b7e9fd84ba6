"""How a call to Kavenegar can end other than in an answer.

KavenegarError          exit 1 by itself; a run weighs it by what was already sent
├── ApiError            the provider answered with a code that is not 200
│   └── NotAsked        it would have: a documented limit is broken, so no request was made; also a ValueError
├── NotReached          the request certainly never left: refused, no such host, no connection in time, TLS
└── Unanswered          the request may have been carried out: read timeout, connection lost, cut or foreign answer
"""

from __future__ import annotations

from kaverun.errors import KaverunError
from kaverun.kavenegar.codes import ERRORS
from kaverun.kavenegar.outcome import Outcome, classify


class KavenegarError(KaverunError):
    """A call that did not end in an answer of code 200.

    `outcome` says what that means for the messages in the request; `retry_after` is the provider's wish in
    seconds, None if it had none.
    """

    outcome = Outcome.UNKNOWN

    def __init__(self, words: str, *, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class ApiError(KavenegarError):
    """The provider refused: `code`, its English `meaning`, and `provider_message`, its own Persian words.

    Codes: API document, *Error Codes*, and facts page, *Codes missing from the document*; others may come.
    """

    def __init__(
        self, code: int, provider_message: str = "", *, http_status: int = 200, retry_after: float | None = None
    ) -> None:
        known = ERRORS.get(code)
        self.code = code
        self.meaning = known.meaning if known else "a code no table lists"
        self.provider_message = provider_message
        self.outcome = classify(code, http_status=http_status, retry_after=retry_after)
        words = f"Kavenegar answered {code}: {self.meaning}"
        super().__init__(f"{words} ({provider_message})" if provider_message else words, retry_after=retry_after)

    @property
    def can_be_retried(self) -> bool:
        """Whether the same request may succeed later; repeat one that sends only with the same localids."""
        return self.outcome in (Outcome.LATER, Outcome.UNKNOWN)


class NotAsked(ApiError, ValueError):
    """An argument breaks a documented limit, so no request was made; `code` is the provider's for it."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(code)
        self.args = (f"{words} (Kavenegar's code {code}: {self.meaning})",)


class NotReached(KavenegarError):
    """Kavenegar could not be reached; the request certainly never left."""

    outcome = Outcome.NOT_SENT


class Unanswered(KavenegarError):
    """The request may have arrived; nothing understandable came back. `http_status` is 0 if there was none."""

    def __init__(self, words: str, *, http_status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(words, retry_after=retry_after)
        self.http_status = http_status
        if http_status == 429 or (http_status == 503 and retry_after is not None):
            self.outcome = Outcome.LATER
