"""What is held, loaded, changed and wrong in the reference, as JSON values and CSV for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

from scrubjay.reports.tabular import formula_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.reference.compare import Comparison, Pair
    from scrubjay.reference.doctor import Complaint
    from scrubjay.reference.loaders.base import Loader
    from scrubjay.reference.loading import LoadReport
    from scrubjay.reference.manifest import HeldEdition
    from scrubjay.reference.overview import Overview


def _plain(value: Any) -> Any:
    """Dates as ISO text, tuples as lists, all the rest as it is."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]  # pyright: ignore[reportUnknownVariableType]
    return value.isoformat() if hasattr(value, "isoformat") else value


def overview_dict(view: Overview) -> dict[str, Any]:
    """Folder, day, editions, gaps."""
    return {
        "folder": str(view.folder),
        "as_of": view.as_of.isoformat(),
        "editions": [_plain(asdict(e)) for e in view.editions],
        "later": view.later,
        "gaps": [{**_plain(asdict(g)), "words": g.words()} for g in view.gaps],
        "starter_only": list(view.starter_only),
        "empty": list(view.empty),
    }


def sources_list(loaders: Sequence[Loader]) -> list[dict[str, Any]]:
    """Every source that can be loaded."""
    return [
        {
            "loader": loader.name,
            "title": loader.title,
            "sets": list(loader.sets),
            "is_tested_on_real_file": loader.is_tested_on_real_file,
            "layout": loader.layout,
        }
        for loader in loaders
    ]


def load_dict(report: LoadReport) -> dict[str, Any]:
    """One object per file."""
    return {
        "files": [
            {
                "name": f.name,
                "outcome": f.outcome,
                "what": f.what,
                "loader": f.loader,
                "rows": f.rows,
                "editions": [_edition(e) for e in f.editions],
                "warnings": list(f.warnings),
            }
            for f in report.files
        ]
    }


def _edition(edition: HeldEdition) -> dict[str, Any]:
    return {
        "set_name": edition.set_name,
        "source": edition.source,
        "edition": edition.edition,
        "rows": edition.rows,
        "published_on": edition.published_on.isoformat(),
        "is_published_stated": edition.is_published_stated,
        "covers_from": edition.covers_from.isoformat() if edition.covers_from else None,
        "covers_to": edition.covers_to.isoformat() if edition.covers_to else None,
    }


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Editions compared, and one object per change."""
    return {
        "editions": [_pair(p) for p in comparison.pairs],
        "changes": [
            {**row, "percent": str(row["percent"]) if row["percent"] is not None else None}
            for row in comparison.changes.iter_rows(named=True)
        ],
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {"set_name": pair.after.set_name, "before": _edition(pair.before), "after": _edition(pair.after)}


def write_comparison_csv(comparison: Comparison, out: BinaryIO) -> None:
    """One row per change, safe to open in a spreadsheet."""
    formula_safe(comparison.changes).write_csv(out)


def complaints_list(complaints: Sequence[Complaint]) -> list[dict[str, Any]]:
    """One object per complaint."""
    return [{**_plain(asdict(c)), "severity": str(c.severity)} for c in complaints]
