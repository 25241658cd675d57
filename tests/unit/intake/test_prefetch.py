from __future__ import annotations

import threading

import pytest

from scrubjay.intake.prefetch import prefetched


def readers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "scrubjay-reader"]


def test_order_is_kept() -> None:
    with prefetched(range(100)) as items:
        assert list(items) == list(range(100))


def test_reading_starts_before_the_first_item_is_asked_for() -> None:
    started = threading.Event()

    def items():
        started.set()
        yield 1

    with prefetched(items()) as ahead:
        assert started.wait(timeout=5)
        assert list(ahead) == [1]


def test_an_exception_comes_at_its_place() -> None:
    def items():
        yield 1
        raise ValueError("broken")

    got = []

    def take() -> None:
        with prefetched(items()) as ahead:
            got.append(next(ahead))
            next(ahead)

    with pytest.raises(ValueError, match="broken"):
        take()
    assert got == [1]


def test_the_thread_ends_when_the_block_is_left_early() -> None:
    with prefetched(iter(range(1000))) as ahead:
        assert next(ahead) == 0
    assert readers() == []
