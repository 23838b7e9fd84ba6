"""What an answer, or its absence, means for the messages of a request (facts page, *What each outcome means*)."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """The classes of the table, one for each way a request can end."""

    DONE = "done"
    BAD_MESSAGE = "one bad message"
    BAD_REQUEST = "bad request"
    REFUSED = "account or line refused"
    NO_CREDIT = "no credit"
    LATER = "later"
    UNKNOWN = "unknown"
    NOT_SENT = "surely not sent"


# Codes the table leaves out, by their meaning (facts page, *Codes missing from the document*): each says what is wrong
# with the request, so it had no effect. A bad token is the message's fault, the rest is the request's.
_BAD_TOKENS = (428, 431)
_BAD_QUESTIONS = (415, 424, 432, 449, 604)
_CODES = {
    Outcome.DONE: (200,),
    Outcome.BAD_MESSAGE: (411, 413, 420, 422, *_BAD_TOKENS),
    Outcome.BAD_REQUEST: (400, 404, 405, 406, 414, 417, 419, 607, *_BAD_QUESTIONS),
    Outcome.REFUSED: (401, 403, 407, 412, 416, 426, 427, 429, 501),
    Outcome.NO_CREDIT: (418,),
    Outcome.LATER: (409, 451),
}
_CLASS_OF = {code: outcome for outcome, codes in _CODES.items() for code in codes}


def classify(code: int, *, http_status: int = 200, retry_after: float | None = None) -> Outcome:
    """The class of `return.status`; a request with an unlisted code may have been carried out: UNKNOWN.

    HTTP 429 or 503 that names a time to come back is a throttle, whatever the envelope holds.
    """
    if retry_after is not None and http_status in (429, 503):
        return Outcome.LATER
    return _CLASS_OF.get(code, Outcome.UNKNOWN)
