"""The only module that touches the network: one HTTP request, and its result in kaverun's own terms.

Exceptions of `requests` and urllib3 contain the URL, so the key, and blur "never left" with "no answer"; both end here.
"""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import orjson
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse

from kaverun.kavenegar.access import checked_base_url, is_loopback
from kaverun.kavenegar.answers import Entry, are_all
from kaverun.kavenegar.deadline import with_deadline
from kaverun.kavenegar.errors import ApiError, NotReached, Unanswered
from kaverun.kavenegar.fields import Fields
from kaverun.kavenegar.form import CONTENT_TYPE, form_body
from kaverun.kavenegar.redaction import Secret, redact, without_secrets
from kaverun.kavenegar.way import check_way

# Longest Retry-After, in seconds: nobody waits longer than a year, and beyond it clocks overflow.
_LONGEST_WISH = 366 * 86400.0
# Bytes: 500 messages of 4,000 characters, each written as \\uXXXX, are 12 MB (API document, *SelectOutbox*, limits).
_ANSWER_LIMIT = 16 * 1024 * 1024
_PIECE = 2**16
# The window of zlib that expects a gzip header.
_GZIP = 16 + zlib.MAX_WBITS
# Errors that blame the address.
_UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationValueError,
)


class Timeouts(NamedTuple):
    """Seconds to connect, and seconds for the whole answer to arrive once the request left."""

    connect: float = 5.0
    read: float = 30.0


DEFAULT_TIMEOUTS = Timeouts()


class Answer(NamedTuple):
    """An answer of code 200 as it came: `return.message`, and `entries`, whatever JSON they are."""

    message: str
    entries: object


class Transport(Protocol):
    def call(self, method: str, fields: Fields | None) -> list[Entry]:
        """The `entries` of an answer of code 200; raises `KavenegarError` otherwise.

        `method` is a path such as "sms/sendarray". Fields None is a bare GET, else a form POST.
        """


class HttpTransport:
    """Kavenegar over the connections of `requests`, one kept per thread."""

    def __init__(self, base_url: str, key: Secret, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> None:
        self._base_url = checked_base_url(base_url)
        if not is_loopback(urlsplit(self._base_url).hostname or ""):
            check_way(self._base_url)
        self._key = key
        self._timeouts = timeouts
        self._local = threading.local()

    def call(self, method: str, fields: Fields | None) -> list[Entry]:
        """The entries of `ask` as a list, even if they came as one object or as null."""
        entries = self.ask(method, fields).entries
        if isinstance(entries, dict):
            return [entries]
        if not isinstance(entries, list):
            return []
        return entries if are_all(entries, dict) else [entry for entry in entries if isinstance(entry, dict)]

    def ask(self, method: str, fields: Fields | None) -> Answer:
        """An answer of code 200 as it came; raises `KavenegarError` otherwise. Arguments as those of `call`."""
        failure: NotReached | Unanswered | None = None
        try:
            response = self._line().send(method, fields, self._timeouts)
            body = _read(response)
        except (OSError, urllib3.exceptions.HTTPError) as error:  # those of requests are OSErrors
            failure = _failure(error)
        if failure:
            # Raised out here, so that not even its context leads back to an exception that holds the URL.
            raise failure
        return _answer(without_secrets(body), response.status, _retry_after(response))

    def _line(self) -> _Line:
        line: _Line | None = getattr(self._local, "line", None)
        if line is None:
            line = self._local.line = _Line(f"{self._base_url}/{self._key.reveal()}")
        return line


class _Line:
    """One kept connection. `requests` is asked once for the way there: which proxy, and whose certificates."""

    def __init__(self, address: str) -> None:
        session = requests.Session()
        # netrc would add its own Authorization header; loopback must never be behind a proxy.
        session.auth = _unchanged
        session.trust_env = not is_loopback(urlsplit(address).hostname or "")
        found = session.merge_environment_settings(address, {}, True, None, None)
        proxies, verify = found["proxies"], found["verify"] or True
        request = session.prepare_request(requests.Request("GET", f"{address}/"))
        adapter = HTTPAdapter()
        self._pool: Any = adapter.get_connection_with_tls_context(request, verify, proxies=proxies)
        with_deadline(self._pool)
        try:
            adapter.cert_verify(self._pool, address, verify, None)  # type: ignore[no-untyped-call]
        except OSError:  # a file that was there when the transport was made
            raise NotReached("the certificates to verify Kavenegar's with cannot be read") from None
        self._retries = adapter.max_retries
        self._path = adapter.request_url(request, proxies)
        self._headers = {**request.headers, "Accept-Encoding": "gzip"}

    def send(self, method: str, fields: Fields | None, timeouts: Timeouts) -> BaseHTTPResponse:
        """One request without redirects, its answer's body still to be read; raises what urllib3 raises."""
        # Straight to the pool, without the cookies, redirects and hooks that a session adds.
        answer: BaseHTTPResponse = self._pool.urlopen(
            "GET" if fields is None else "POST",
            f"{self._path}{method}.json",
            body=None if fields is None else form_body(fields),
            headers=self._headers if fields is None else {**self._headers, "Content-Type": CONTENT_TYPE},
            redirect=False,
            retries=self._retries,
            timeout=urllib3.Timeout(connect=timeouts.connect, read=timeouts.read),
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
        )
        return answer


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _read(response: BaseHTTPResponse) -> bytes:
    """The body, decompressed; raises what urllib3 raises, even if it is just far too long."""
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := response.read1(_PIECE):
            pieces.append(piece)
            size += len(piece)
            _check_length(size)
    finally:
        # A connection that was not read to its end cannot be kept.
        response.close()
        response.release_conn()
    return _decompressed(b"".join(pieces), response.headers.get("Content-Encoding", "identity"))


def _decompressed(body: bytes, encoding: str) -> bytes:
    """Decompressed here, not by urllib3: a kilobyte of compressed zeros must not become gigabytes in memory."""
    if encoding.strip().lower() in ("", "identity"):
        return body
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise urllib3.exceptions.DecodeError("the answer is compressed in a way that nobody asked for")
    try:
        whole = zlib.decompressobj(_GZIP).decompress(body, _ANSWER_LIMIT + 1)
    except zlib.error as error:
        raise urllib3.exceptions.DecodeError("the compressed answer is damaged") from error
    _check_length(len(whole))
    return whole


def _check_length(size: int) -> None:
    if size > _ANSWER_LIMIT:
        raise urllib3.exceptions.DecodeError(f"the answer is longer than {_ANSWER_LIMIT >> 20} MiB")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all it was raised from or wraps, as urllib3 nests them."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        current = waiting.pop()
        if isinstance(current, BaseException) and not any(current is known for known in seen):
            seen.append(current)
            yield current
            waiting += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


def _failure(error: Exception) -> NotReached | Unanswered:
    """What a failed request means: only what certainly never left is `NotReached`."""
    causes = list(_causes(error))
    if any(isinstance(cause, urllib3.exceptions.ProxyError) for cause in causes):
        # urllib3 raises this only if a proxy made no connection to the provider.
        return NotReached("no connection through the proxy that HTTPS_PROXY names: check it, or unset it")
    for cause in causes:
        if isinstance(cause, urllib3.exceptions.NameResolutionError):
            return NotReached("Kavenegar's host name could not be resolved: check the network and the base URL")
        if isinstance(cause, urllib3.exceptions.NewConnectionError):
            return NotReached("the connection to Kavenegar was refused or could not be made")
        if isinstance(cause, urllib3.exceptions.ConnectTimeoutError):
            return NotReached("no connection to Kavenegar in time")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NotReached("the certificate of Kavenegar's host could not be verified")
    if isinstance(error, _UNUSABLE):
        return NotReached("the base URL is not a usable web address")
    if too_much := next((cause for cause in causes if isinstance(cause, urllib3.exceptions.DecodeError)), None):
        return Unanswered(f"Kavenegar's answer cannot be read: {too_much}")
    if any(isinstance(cause, (TimeoutError, urllib3.exceptions.TimeoutError)) for cause in causes):
        return Unanswered("Kavenegar did not answer in time")
    return Unanswered("the connection to Kavenegar was lost before its answer was complete")


def _retry_after(response: BaseHTTPResponse) -> float | None:
    """Seconds of a Retry-After header, given as a number or as a date."""
    value = response.headers.get("Retry-After", "").strip()
    try:
        # A number of thousands of digits is infinite, and limited below.
        wish = float(value) if value.isascii() and value.isdigit() else _until(parsedate_to_datetime(value))
    except (ValueError, TypeError, OverflowError, OSError):
        return None  # A date beyond all calendars, or not a date.
    return min(max(0.0, wish), _LONGEST_WISH)


def _until(date: datetime) -> float:
    # A date without a zone is one in UTC (RFC 9110, *HTTP-date*), wherever this machine is.
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - time.time()


def _answer(body: bytes, http_status: int, retry_after: float | None) -> Answer:
    """Judge by `return.status` first, whatever the HTTP status (facts page, *Wire*)."""
    envelope = _envelope(body)
    if envelope is None:
        words = f"HTTP {http_status} with a body that is not an answer of Kavenegar"
        raise Unanswered(words, http_status=http_status, retry_after=retry_after)
    code, message, entries = envelope
    if code != 200 or http_status >= 300:
        refused = code if code != 200 else http_status
        raise ApiError(refused, redact(message), http_status=http_status, retry_after=retry_after)
    return Answer(message, entries)


def _envelope(body: bytes) -> tuple[int, str, object] | None:
    """`return.status`, `return.message` and `entries`; None for anything that is not Kavenegar's envelope."""
    try:
        answer = orjson.loads(body)
        verdict = answer["return"]
        code = int(verdict["status"])
        # A code no table could list is not Kavenegar's, and no ledger or report could hold it.
        return (code, str(verdict.get("message") or ""), answer.get("entries")) if abs(code) < 2**31 else None
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
