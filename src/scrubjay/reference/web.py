"""Asking one server at a time, politely: patient, bounded, and never led to an insecure address.

A server that is busy is asked again later, as it wishes; redirects are followed by hand, so that each step
can be looked at.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn, TypeVar

import httpx

from scrubjay.errors import ReferenceDataError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

_T = TypeVar("_T")
_MOVED = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK, _PARTIAL = 200, 206
_LATER_AGAIN = "Run the update again later."
_CONNECT_SECONDS, _READ_SECONDS = 15.0, 60.0


class AddressGoneError(ReferenceDataError):
    """Nothing is published under the address."""


class NoticeError(ReferenceDataError):
    """A page came in place of the file; a licence notice as a rule."""


class TooLargeError(ReferenceDataError):
    """What comes is larger than any release."""


class UnreachableError(ReferenceDataError):
    """Nobody answers under the address, or the proxy does not: other files of that server need not be asked for."""


class AgainError(Exception):
    """An attempt failed in a way that another may not.

    Args:
        why: what happened, in words.
        wait: seconds that the server asked for, or null.
        is_unreached: no connection was made.
    """

    def __init__(self, why: str, wait: float | None = None, *, is_unreached: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.wait = wait
        self.is_unreached = is_unreached


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may take.

    Attributes:
        attempts: tries per address, the first included.
        first_wait: seconds before the second try; doubled for each further one.
        longest_wait: seconds between tries at most; a server that asks for more is asked on another day.
        redirects: followed per try.
        bytes: of one file.
        page_bytes: of a page that is searched for a link.
        seconds: for one file, all tries together.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    redirects: int = 5
    bytes: int = 2 << 30
    page_bytes: int = 8 << 20
    seconds: float = 3600.0


def make_client() -> httpx.Client:
    """A client that names itself, keeps to one connection, and takes its proxy from the environment."""
    return httpx.Client(
        headers={"User-Agent": f"scrubjay/{version('scrubjay')} (reference update)"},
        timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=1),
        follow_redirects=False,
        trust_env=True,
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Web:
    """Asks for pages and files, one at a time.

    Attributes:
        client: does not follow redirects by itself; its timeouts bound each read.
        limits: what an answer may take.
        sleep: waits some seconds; injected so that tests do not.
        clock: seconds that only grow.
        now: the time, for a `Retry-After` that names a day.
    """

    client: httpx.Client
    limits: Limits = Limits()
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _utc_now

    def patiently(self, url: str, attempt: Callable[[], _T], began: float) -> _T:
        """The result of an attempt that is made again where it may help.

        Args:
            url: what is asked for, for messages.
            attempt: raises `AgainError` where another try may succeed.
            began: the clock at the first try.

        Raises:
            UnreachableError: no try made a connection.
            ReferenceDataError: no try succeeded, or the server asks to wait too long.
        """
        wait = self.limits.first_wait
        for number in range(1, self.limits.attempts + 1):
            try:
                return attempt()
            except AgainError as failure:
                asked = wait if failure.wait is None else failure.wait
                if failure.wait is not None and failure.wait > self.limits.longest_wait:
                    raise ReferenceDataError(
                        f"{failure.why} and asks to wait {failure.wait:,.0f} seconds.",
                        where=url,
                        hint=_LATER_AGAIN,
                    ) from failure
                if number == self.limits.attempts:
                    kind = UnreachableError if failure.is_unreached else ReferenceDataError
                    raise kind(f"{failure.why}, {number} times.", where=url, hint=_LATER_AGAIN) from failure
                pause = min(asked, self.limits.longest_wait)
                if self.clock() - began + pause > self.limits.seconds:
                    self.refuse_slow(url)
            self.sleep(pause)
            wait *= 2
        raise AssertionError("a try neither gave nor failed")

    def refuse_slow(self, url: str) -> NoReturn:
        """Raise that a file takes too long."""
        raise ReferenceDataError(
            f"takes longer than {self.limits.seconds:,.0f} seconds.",
            where=url,
            hint="What has arrived is kept; run the update again to go on.",
        )

    def page(self, url: str) -> str:
        """The text of a web page.

        Raises:
            AddressGoneError: nothing is there.
            ReferenceDataError: it cannot be had, or is too long.
        """
        return self.patiently(url, lambda: self._page_once(url), self.clock())

    def _page_once(self, url: str) -> str:
        with self.opened(url, {}) as response:
            refuse_status(response)
            text = bytearray()
            try:
                for chunk in response.iter_bytes():
                    text += chunk
                    if len(text) > self.limits.page_bytes:
                        raise TooLargeError(
                            f"is a page of more than {self.limits.page_bytes:,} bytes.", where=url
                        )
            except httpx.TransportError as error:
                raise AgainError("The connection was cut") from error
        return text.decode("utf-8", errors="replace")

    @contextmanager
    def opened(self, url: str, headers: Mapping[str, str]) -> Generator[httpx.Response]:
        """The first response that is no redirect, its body unread; closed at the end of the block.

        Raises:
            AgainError: the server is busy or cannot be reached.
            ReferenceDataError: too many redirects, or one to an insecure address.
        """
        response = self._followed(url, headers)
        try:
            if response.status_code in _LATER:
                raise AgainError(f"The server answers {response.status_code}", self._wait_asked(response))
            yield response
        finally:
            response.close()

    def _followed(self, url: str, headers: Mapping[str, str]) -> httpx.Response:
        here = httpx.URL(url)
        for _ in range(self.limits.redirects + 1):
            request = self.client.build_request("GET", here, headers=headers)
            try:
                response = self.client.send(request, stream=True, follow_redirects=False)
            except httpx.TimeoutException as error:
                is_unreached = isinstance(error, httpx.ConnectTimeout)
                raise AgainError("The server does not answer", is_unreached=is_unreached) from error
            except httpx.TransportError as error:
                is_unreached = isinstance(error, httpx.ConnectError | httpx.ProxyError)
                raise AgainError(
                    f"The server or the proxy cannot be reached ({error})", is_unreached=is_unreached
                ) from error
            if response.status_code not in _MOVED:
                return response
            response.close()
            try:
                there = here.join(response.headers.get("location", ""))
            except httpx.InvalidURL as error:
                raise ReferenceDataError("leads to an address that is none.", where=url) from error
            if there.scheme not in ("http", "https") or (here.scheme == "https" and there.scheme == "http"):
                raise ReferenceDataError(
                    f"leads to {there.scheme}://{there.host}, which is not safe.",
                    where=url,
                    hint="Nothing was fetched; look for the address in a browser.",
                )
            here = there
        raise ReferenceDataError(
            f"leads on more than {self.limits.redirects} times.",
            where=url,
            hint="Nothing was fetched; look for the address in a browser.",
        )

    def _wait_asked(self, response: httpx.Response) -> float | None:
        """Seconds that a server asks to wait, as a number or a day; null where it asks for none."""
        asked = response.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,9}", asked):
            return float(asked)
        try:
            when = parsedate_to_datetime(asked)
        except (ValueError, TypeError):
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max((aware - self.now()).total_seconds(), 0.0)


def refuse_status(response: httpx.Response) -> None:
    """Raise where a response is no file or page.

    Raises:
        AddressGoneError: nothing is there (404, 410).
        ReferenceDataError: any other status.
    """
    code, url = response.status_code, str(response.request.url)
    if code in _GONE:
        raise AddressGoneError(
            f"is gone ({code}).",
            where=url,
            hint="The address has moved; look for the release on the publisher's page.",
        )
    if code not in (_OK, _PARTIAL):
        raise ReferenceDataError(
            f"the server answers {code} {response.reason_phrase}".rstrip() + ".",
            where=url,
            hint="Fetch the file in a browser and load it with `scrubjay reference load FILE`.",
        )
