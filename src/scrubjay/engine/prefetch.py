"""Reads the next batch while the last one is judged.

Reading is partly single-threaded and judging leaves a core idle in between; one thread ahead fills it.
Memory grows by one batch.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_WAIT_SECONDS = 0.1


def prefetched(items: Iterable[T]) -> Iterator[T]:
    """Yield `items` in order, one taken ahead in a thread.

    An exception of `items` is raised here, at its place in the order. If the consumer stops early the
    thread stops too.
    """
    ahead: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(maxsize=1)
    is_stopped = threading.Event()

    def put(item: tuple[T] | BaseException | None) -> None:
        while not is_stopped.is_set():
            try:
                ahead.put(item, timeout=_WAIT_SECONDS)
            except queue.Full:
                continue
            return

    def read() -> None:
        try:
            for item in items:
                put((item,))
                if is_stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the consumer, who raises it
            put(error)
        else:
            put(None)

    reader = threading.Thread(target=read, name="scrubjay-reader", daemon=True)
    reader.start()
    try:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]
    finally:
        is_stopped.set()
        reader.join()
