from __future__ import annotations

import threading

import pytest

from scrubjay.engine.prefetch import prefetched


def test_order_is_kept() -> None:
    assert list(prefetched(range(100))) == list(range(100))


def test_an_exception_comes_at_its_place() -> None:
    def items():
        yield 1
        raise ValueError("broken")

    got = []
    with pytest.raises(ValueError, match="broken"):
        for item in prefetched(items()):
            got.append(item)
    assert got == [1]


def test_the_thread_ends_when_the_consumer_stops() -> None:
    taken = prefetched(iter(range(1000)))
    assert next(taken) == 0
    taken.close()
    assert not [t for t in threading.enumerate() if t.name == "scrubjay-reader"]
