"""Reads the next batch while the last one is judged.

Reading is partly single-threaded and judging leaves a core idle in between; one thread ahead fills it.
Memory grows by one batch.
"""

from __future__ import annotations

import queue
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

T = TypeVar("T")
_WAIT_SECONDS = 0.1


@contextmanager
def prefetched(items: Iterable[T]) -> Generator[Iterator[T]]:
    """`items` in order, one taken ahead by a thread that starts at once and ends with the block.

    An exception of `items` is raised where the item would have come. If the block is left early, the
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

    def taken() -> Iterator[T]:
        while (item := ahead.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item[0]

    reader = threading.Thread(target=read, name="scrubjay-reader", daemon=True)
    reader.start()
    try:
        yield taken()
    finally:
        is_stopped.set()
        reader.join()
