"""Holds what an extractor says against the text: no span, no fact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scrubjay.tables import EVENT_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.records.extract.protocol import Mention


def verified(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions whose quote stands in the text.

    A quote that is not at its span but exactly once in the text is moved there: readers that count badly still
    quote well. One that stands nowhere, more than once elsewhere, or is blank, is dropped, and so is a kind that is
    not known. A number is kept only if the quote holds a digit or a word for none of it.

    Args:
        text: the document's text.
        mentions: what an extractor returned.
    """
    for mention in mentions:
        if mention.kind not in EVENT_KINDS or not mention.quote.strip():
            continue
        start, end = mention.start, mention.end
        if 0 <= start < end <= len(text) and text[start:end] == mention.quote:
            yield mention
            continue
        at = text.find(mention.quote)
        if at >= 0 and text.find(mention.quote, at + 1) < 0:
            yield replace(mention, start=at, end=at + len(mention.quote))
