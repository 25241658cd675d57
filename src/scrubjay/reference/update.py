"""Fetching the current releases from their published addresses and handing them to the loaders.

The addresses are data (`addresses.yaml`). A release whose publisher asks for its terms to be accepted is
fetched only where the user says that they are. One source's trouble never stops the others.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.download import Validators, fetch
from scrubjay.reference.download_record import Download, DownloadRecord
from scrubjay.reference.loaders.named_period import day_in
from scrubjay.reference.loading import load_paths
from scrubjay.reference.web import AddressGoneError, NoticeError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from scrubjay.reference.addresses import Addresses, Source, Wanted
    from scrubjay.reference.library import Library
    from scrubjay.reference.loading import LoadReport
    from scrubjay.reference.web import Web

DOWNLOADED, NOT_MODIFIED = "downloaded", "not-modified"
NOT_FOUND, LICENCE, NOTICE, FAILED, PLANNED = "not-found", "licence", "notice", "failed", "planned"
_HREF = re.compile(r"""href\s*=\s*["']([^"'<>]+)["']""", re.IGNORECASE)
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What became of one file of a source.

    Attributes:
        source: name of the source.
        title: of the source, in the user's words.
        outcome: `downloaded`, `not-modified`, `not-found`, `licence` (terms to be accepted first), `notice`
            (a web page came instead), `failed`, or `planned` (nothing was asked: a dry run).
        what: one sentence for the reader, with the next step.
        path: the file, where it is held.
        url: its address, or the page where a person finds it.
        is_verified: somebody opened the source's addresses and they gave the file.
        sha256: of the file, where it is held.
        bytes: of the file, where it is held.
    """

    source: str
    title: str
    outcome: str
    what: str
    path: Path | None = None
    url: str | None = None
    is_verified: bool = False
    sha256: str | None = None
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What became of every file, and what the loaders made of those that were not loaded before.

    Attributes:
        on: the day whose releases were asked for.
        downloads: the folder of downloads.
        files: one per file, in the order of the sources.
        loaded: outcome of the load; null where there was nothing new to load.
    """

    on: date
    downloads: Path
    files: tuple[SourceOutcome, ...]
    loaded: LoadReport | None = None

    def having(self, *outcomes: str) -> tuple[SourceOutcome, ...]:
        """The files with one of some outcomes."""
        return tuple(f for f in self.files if f.outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell how far the work is.

    Attributes:
        fetching: called with a file's name, the bytes that are there and those of the whole, if known.
        loading: as `load_paths` takes it.
    """

    fetching: Callable[[str, int, int | None], None] | None = None
    loading: Callable[[str, int, int], None] | None = None


def update(
    sources: Iterable[Source],
    library: Library,
    downloads: Path,
    *,
    on: date,
    loaded_at: datetime,
    web: Web,
    addresses: Addresses,
    accepted: frozenset[str] = frozenset(),
    telling: Telling = Telling(),
) -> UpdateReport:
    """Fetch the current releases and load what is new.

    Args:
        sources: which releases.
        library: where editions are kept.
        downloads: folder of the downloads; made if need be. A file that is cut off is continued next time.
        on: the day; the release of the period that holds it is fetched.
        loaded_at: now.
        web: asks for the files.
        addresses: the file that the sources are from, for the terms of its licences.
        accepted: licences whose terms the user has accepted, e.g. `ama`.
        telling: whom to tell how far the work is.

    Returns:
        One outcome per file. A source that fails never stops the others.

    Raises:
        ReferenceDataError: a folder cannot be used, or the load itself fails; what was fetched is kept.
    """
    record = DownloadRecord(downloads)
    fetching = _Fetching(web, record, on, telling.fetching)
    found: list[SourceOutcome] = []
    is_first = True
    for source in sources:
        if source.licence is not None and source.licence not in accepted:
            found.append(_not_accepted(source, addresses))
            continue
        for wanted in source.wanted(on):
            if not is_first:
                web.sleep(_PAUSE)
            is_first = False
            found.append(fetching.one(source, wanted))
    parquet = frozenset(e.parquet_sha256 for e in library.held())
    new = record.not_held((f.path for f in found if f.path is not None), parquet)
    if not new:
        return UpdateReport(on, downloads, tuple(found))
    loaded = load_paths(new, library, loaded_at=loaded_at, progress=telling.loading)
    for path in new:
        name = str(path)
        of_path = [f for f in loaded.files if f.name == name or f.name.startswith(f"{name}/")]
        record.loaded(path, (e.parquet_sha256 for f in of_path for e in f.editions))
    return UpdateReport(on, downloads, tuple(found), loaded)


def planned(
    sources: Iterable[Source],
    downloads: Path,
    *,
    on: date,
    addresses: Addresses,
    accepted: frozenset[str] = frozenset(),
) -> UpdateReport:
    """What `update` would ask for; nothing is asked and nothing is written.

    Args:
        sources: which releases.
        downloads: folder of the downloads.
        on: the day.
        addresses: the file that the sources are from.
        accepted: licences whose terms the user has accepted.
    """
    found: list[SourceOutcome] = []
    for source in sources:
        if source.licence is not None and source.licence not in accepted:
            found.append(_not_accepted(source, addresses))
            continue
        for wanted in source.wanted(on):
            first = wanted.addresses[0] if wanted.addresses else wanted.page
            tried = [*wanted.addresses, *([f"what {wanted.page} lists"] if wanted.link else [])]
            found.append(
                _outcome(source, PLANNED, f"would be looked for at {', then '.join(tried)}.", url=first)
            )
    return UpdateReport(on, downloads, tuple(found))


def _outcome(
    source: Source, outcome: str, what: str, *, url: str | None, path: Path | None = None, sha256: str | None = None,
    size: int = 0,
) -> SourceOutcome:  # fmt: skip
    return SourceOutcome(
        source=source.name,
        title=source.title,
        outcome=outcome,
        what=what,
        path=path,
        url=url,
        is_verified=source.is_verified,
        sha256=sha256,
        bytes=size,
    )


def _not_accepted(source: Source, addresses: Addresses) -> SourceOutcome:
    licence = source.licence or ""
    what = (
        f"{addresses.terms(licence)} Open {source.page} in a browser, accept, download, then "
        "`scrubjay reference load FILE`; or, where you have accepted them, say so "
        f"(--accept-licence {licence})."
    )
    return _outcome(source, LICENCE, what, url=source.page)


@dataclass(frozen=True, slots=True)
class _Fetching:
    """Fetches the files of one update."""

    web: Web
    record: DownloadRecord
    on: date
    progress: Callable[[str, int, int | None], None] | None
    unreached: set[str] = field(default_factory=set[str])
    """Servers that nobody answers for; they are asked once and not for every file."""

    def one(self, source: Source, wanted: Wanted) -> SourceOutcome:
        """The file from the first of its addresses that has it, else from the page that lists it."""
        first = wanted.addresses[0] if wanted.addresses else wanted.page
        if httpx.URL(first).host in self.unreached:
            return _outcome(source, FAILED, "not asked for: the server cannot be reached.", url=first)
        try:
            for address in wanted.addresses:
                try:
                    return self._fetched(source, address)
                except AddressGoneError:
                    continue
            address = self._linked(wanted)
            if address is not None:
                return self._fetched(source, address)
        except UnreachableError as error:
            self.unreached.add(httpx.URL(error.where or first).host)
            return _outcome(source, FAILED, error.one_line(), url=error.where)
        except AddressGoneError as error:
            return _outcome(source, NOT_FOUND, error.one_line(), url=error.where)
        except NoticeError as error:
            return _outcome(source, NOTICE, error.one_line(), url=error.where)
        except ReferenceDataError as error:
            return _outcome(source, FAILED, error.one_line(), url=error.where)
        what = (
            f"no address that is known leads to the release for {self.on}. It may not be out yet, or have moved: "
            f"look on {wanted.page}, download it, then `scrubjay reference load FILE`."
        )
        return _outcome(source, NOT_FOUND, what, url=wanted.page)

    def _fetched(self, source: Source, address: str) -> SourceOutcome:
        target = self.record.target(source.name, address)
        held = self.record.intact(target, address)
        progress = self.progress

        def tell(done: int, total: int | None) -> None:
            if progress is not None:
                progress(target.name, done, total)

        fetched = fetch(
            self.web,
            address,
            target,
            held=Validators(held.url, held.etag, held.last_modified) if held else None,
            progress=tell,
        )
        if not fetched.is_new and held is not None:
            what = f"not modified since {held.fetched_on}."
            return _outcome(
                source, NOT_MODIFIED, what, url=address, path=target, sha256=held.sha256, size=held.bytes
            )
        said = fetched.validators
        # The same bytes again need no load.
        is_same = held is not None and held.sha256 == fetched.sha256
        self.record.put(
            Download(
                file=self.record.name_of(target),
                url=address,
                etag=said.etag,
                last_modified=said.last_modified,
                sha256=fetched.sha256,
                bytes=fetched.size,
                fetched_on=self.on.isoformat(),
                held_as=held.held_as if held is not None and is_same else (),
            )
        )
        went_on = f", continued from byte {fetched.resumed_from:,}" if fetched.resumed_from else ""
        what = f"{fetched.size:,} bytes{went_on}."
        return _outcome(
            source, DOWNLOADED, what, url=address, path=target, sha256=fetched.sha256, size=fetched.size
        )

    def _linked(self, wanted: Wanted) -> str | None:
        """The address that the publisher's page lists; of several the one that names the latest day.

        Raises:
            NoticeError: the page leads to it through a licence notice only.
            ReferenceDataError: the page cannot be had.
        """
        if wanted.link is None:
            return None
        page = httpx.URL(wanted.page)
        own: list[tuple[httpx.URL, str]] = []
        for link in map(html.unescape, _HREF.findall(self.web.page(wanted.page))):
            match = wanted.link.search(unquote(link))
            if match is None:
                continue
            try:
                url = page.join(link)
            except httpx.InvalidURL:
                continue
            # A page may list anything; only its own host is followed from it.
            if (url.scheme, url.host, url.port) == (page.scheme, page.host, page.port):
                own.append((url, match[0]))
        if not own:
            return None
        url, path = max(own, key=lambda pair: (day_in(pair[1]) or date.min, -own.index(pair)))
        if unquote(url.path) != path:
            raise NoticeError(
                "the page leads to the file through a licence notice.",
                where=wanted.page,
                hint="Accept the licence in the browser, download, then `scrubjay reference load FILE`.",
            )
        return str(url)
