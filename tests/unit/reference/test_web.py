"""Asking a server: patience, limits, redirects, proxies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.web import AddressGoneError, Limits, TooLargeError, Web, make_client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with make_client() as made:
        yield made


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def web(client, slept) -> Web:
    return Web(client, sleep=slept.append, now=lambda: datetime(2026, 1, 5, 12, 0, tzinfo=UTC))


def test_a_page_and_who_asks_for_it(site, web) -> None:
    site.gives("/page", "<a href='x'>é</a>".encode())
    assert web.page(f"{site.url}/page") == "<a href='x'>é</a>"
    assert site.asked[0][1]["User-Agent"].startswith("scrubjay/")


def test_nothing_there(site, web, slept) -> None:
    with pytest.raises(AddressGoneError, match=r"is gone \(404\)"):
        web.page(f"{site.url}/no")
    assert slept == []


def test_a_refusal_is_not_asked_again(site, web, slept) -> None:
    site.gives("/no", b"", status=403)
    with pytest.raises(ReferenceDataError, match=r"answers 403 Forbidden\. Fetch the file in a browser"):
        web.page(f"{site.url}/no")
    assert (len(site.asked), slept) == (1, [])


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7.0),
        ("Mon, 05 Jan 2026 12:00:30 GMT", 30.0),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", 1.0),
    ],
)
def test_a_busy_server_is_asked_again_when_it_wishes(site, web, slept, asked, waited) -> None:
    answers = iter([429, 200])
    site.answers["/p"] = lambda h: site.send(h, b"yes", status=next(answers), Retry_After=asked)
    assert web.page(f"{site.url}/p") == "yes"
    assert slept == [waited]


def test_without_a_wish_each_wait_is_twice_the_last(site, web, slept) -> None:
    site.gives("/p", b"", status=503)
    with pytest.raises(ReferenceDataError, match="answers 503, 5 times"):
        web.page(f"{site.url}/p")
    assert slept == [1.0, 2.0, 4.0, 8.0]


def test_a_server_that_asks_for_hours_is_left_alone(site, web, slept) -> None:
    site.gives("/p", b"", status=429, Retry_After="7200")
    with pytest.raises(ReferenceDataError, match=r"asks to wait 7,200 seconds\. Run the update again later"):
        web.page(f"{site.url}/p")
    assert (len(site.asked), slept) == (1, [])


def test_no_longer_than_allowed_in_all(site, client) -> None:
    site.gives("/p", b"", status=503)
    web = Web(client, Limits(seconds=2.0), sleep=lambda _: None, clock=iter([0.0, 0.5, 1.5]).__next__)
    with pytest.raises(ReferenceDataError, match="takes longer than 2 seconds"):
        web.page(f"{site.url}/p")


def test_redirects_are_followed_to_a_point(site, web) -> None:
    site.gives("/a", b"", status=302, Location="/b")
    site.gives("/b", b"", status=308, Location=f"{site.url}/c")
    site.gives("/c", b"there")
    assert web.page(f"{site.url}/a") == "there"
    assert site.paths() == ["/a", "/b", "/c"]


def test_a_circle_of_redirects(site, web) -> None:
    site.gives("/a", b"", status=302, Location="/b")
    site.gives("/b", b"", status=302, Location="/a")
    with pytest.raises(ReferenceDataError, match="leads on more than 5 times"):
        web.page(f"{site.url}/a")
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "there", ["http://files.example/x.zip", "file:///etc/passwd", "ftp://files.example/x"]
)
def test_from_https_only_to_https(there) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": there})

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        web = Web(client, sleep=lambda _: None)
        with pytest.raises(ReferenceDataError, match=r"which is not safe\. Nothing was fetched"):
            web.page("https://files.example/x.zip")
    assert asked == ["https://files.example/x.zip"]


def test_an_endless_page(site, client) -> None:
    site.gives("/p", b"x" * 5000)
    with pytest.raises(TooLargeError, match="a page of more than 1,000 bytes"):
        Web(client, Limits(page_bytes=1000)).page(f"{site.url}/p")


def test_a_page_cut_off_is_asked_for_again(site, web, slept) -> None:
    declared = iter([100, 4])
    site.answers["/p"] = lambda h: site.send(h, b"page", declared=next(declared))
    assert web.page(f"{site.url}/p") == "page"
    assert slept == [1.0]


def test_nobody_answers(site, slept) -> None:
    with make_client() as client:
        web = Web(client, Limits(attempts=2), sleep=slept.append)
        # A port that was free a moment ago; nothing listens on port 1 of this machine.
        with pytest.raises(ReferenceDataError, match=r"cannot be reached .*, 2 times"):
            web.page("http://127.0.0.1:1/p")


def test_the_proxy_of_the_environment_is_asked(site, monkeypatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "all_proxy",
        "https_proxy",
        "no_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", site.url)
    site.gives("http://files.example/p", b"through the proxy")
    with make_client() as client:
        assert Web(client).page("http://files.example/p") == "through the proxy"
    assert site.paths() == ["http://files.example/p"]
