"""What the answers teach: which edits foretell denials, which denials no edit foretells, what a rule would catch.

Edits judge claims before they are sent; answers say what became of them. Everything here compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.engine import run_edits
from scrubjay.recovery.beta import interval
from scrubjay.tables.columns import MONEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.policies import PolicySet
    from scrubjay.reference import Reference
    from scrubjay.tables import ClaimBundle

_TROUBLE = ["denied", "reduced"]
_SURE = 0.90
FEATURES = ("modifiers", "place_of_service_code", "diagnosis_group")
"""What a candidate rule may go by beside payer and code, by itself or together."""


def answers_of(lines: pl.DataFrame, decisions: pl.DataFrame, claims: pl.DataFrame | None = None) -> pl.DataFrame:  # fmt: skip
    """The lines whose claim is at hand, with what became of them.

    Args:
        lines: answered lines.
        decisions: row by row of `lines`.
        claims: those that were sent (`claim_key`, `payer_id`, `diagnosis_codes`), for the payer as a claim names
            it (a remittance often has another id) and for the group of the first diagnosis.

    Returns:
        One row per line that was sent and finally answered: `claim_key`, `line_key`, `payer` (policy, else payer
        id, else name), `payer_id`, `policy_id`, `hcpcs`, the `FEATURES`, `units_billed`, `service_date`, `carc_code`, `rarc_code`,
        `is_denied`, `denied_amount`.
    """
    told = lines.hstack(decisions.select("outcome", "carc_code", "rarc_code", "denied_amount").get_columns())
    told = told.filter(
        pl.col("claim_key").is_not_null(),
        pl.col("line_key").is_not_null(),
        pl.col("outcome").is_in([*_TROUBLE, "paid", "informational"]),
        pl.col("is_reversal").fill_null(value=False).not_(),
        pl.col("is_superseded").fill_null(value=False).not_(),
    )
    group = pl.lit(None, pl.String).alias("diagnosis_group")
    if claims is not None:
        first = claims.select(
            "claim_key",
            pl.col("payer_id").alias("_claim_payer_id"),
            pl.col("diagnosis_codes").list.first().str.slice(0, 3).alias("diagnosis_group"),
        )
        told = told.join(first, on="claim_key", how="left", maintain_order="left")
    else:
        told = told.with_columns(group, pl.lit(None, pl.String).alias("_claim_payer_id"))
    return told.select(
        "claim_key",
        "line_key",
        pl.coalesce("policy_id", "payer_id", "payer_name").fill_null("unknown payer").alias("payer"),
        pl.coalesce("_claim_payer_id", "payer_id").alias("payer_id"),
        "policy_id",
        "hcpcs",
        pl.col("modifiers").list.sort().list.join(" ").alias("modifiers"),
        "place_of_service_code",
        "diagnosis_group",
        "units_billed",
        "service_date",
        "carc_code",
        "rarc_code",
        pl.col("outcome").is_in(_TROUBLE).alias("is_denied"),
        pl.when(pl.col("outcome").is_in(_TROUBLE)).then("denied_amount").alias("denied_amount"),
    )


def _stands_for(edits: Sequence[Edit]) -> pl.DataFrame:
    rows = [(e.name, carc) for e in edits for carc in e.prevents_carc]
    return pl.DataFrame(rows, schema={"edit": pl.String, "carc_code": pl.String}, orient="row")


def _met(findings: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """Each finding with each answered line that it speaks of; one about the whole claim with all its lines."""
    own = findings.filter(pl.col("line_key").is_not_null()).select("claim_key", "line_key", "edit").unique()
    whole = findings.filter(pl.col("line_key").is_null()).select("claim_key", "edit").unique()
    return pl.concat(
        [
            answered.join(own, on=["claim_key", "line_key"], how="inner"),
            answered.join(whole, on="claim_key", how="inner"),
        ]
    )


def _with_interval(frame: pl.DataFrame, won: str, tried: str, name: str) -> pl.DataFrame:
    """Share with its central interval (Jeffreys), as floats."""
    bounds = [interval(w + 0.5, t - w + 0.5, _SURE) for w, t in frame.select(won, tried).iter_rows()]
    return frame.with_columns(
        (pl.col(won) / pl.col(tried)).alias(name),
        pl.Series(f"{name}_low", [low for low, _ in bounds], dtype=pl.Float64),
        pl.Series(f"{name}_high", [high for _, high in bounds], dtype=pl.Float64),
    )


def edit_precision(findings: pl.DataFrame, answered: pl.DataFrame, edits: Sequence[Edit]) -> pl.DataFrame:
    """How often a line that an edit names is denied for a reason that the edit stands for.

    Args:
        findings: of the claims as they were sent.
        answered: what `answers_of` gave.
        edits: those of the run.

    Returns:
        Per edit and payer: `fired` (answered lines that it names), `denied_as_foretold`, `denied_otherwise`,
        `carcs` (reasons seen, most frequent first), `denied_amount` of those foretold, `precision` with
        `precision_low` and `precision_high`; most dollars first.
    """
    met = _met(findings, answered)
    told = met.join(
        _stands_for(edits).with_columns(pl.lit(value=True).alias("_foretold")),
        on=["edit", "carc_code"],
        how="left",
    )
    foretold = pl.col("is_denied") & pl.col("_foretold").fill_null(value=False)
    counted = told.group_by("edit", "payer").agg(
        pl.len().cast(pl.Int64).alias("fired"),
        foretold.sum().cast(pl.Int64).alias("denied_as_foretold"),
        (pl.col("is_denied") & foretold.not_()).sum().cast(pl.Int64).alias("denied_otherwise"),
        pl.col("carc_code").filter("is_denied").value_counts(sort=True).struct.field("carc_code").alias("carcs"),
        pl.col("denied_amount").filter(foretold).sum().cast(MONEY).alias("denied_amount"),
    )  # fmt: skip
    return _with_interval(counted, "denied_as_foretold", "fired", "precision").sort(
        "denied_amount", "edit", "payer", descending=[True, False, False]
    )


def unforeseen(findings: pl.DataFrame, answered: pl.DataFrame, edits: Sequence[Edit]) -> pl.DataFrame:
    """The denied lines of `answered` that no finding for their reason names."""
    foretold = _met(findings, answered).join(_stands_for(edits), on=["edit", "carc_code"], how="semi")
    return answered.filter("is_denied").join(
        foretold.select("claim_key", "line_key"), on=["claim_key", "line_key"], how="anti"
    )


def candidate_rules(
    findings: pl.DataFrame,
    answered: pl.DataFrame,
    edits: Sequence[Edit],
    *,
    fewest: int = 10,
    least_share: float = 0.5,
) -> pl.DataFrame:
    """Denials that no edit foretold, gathered into rules that a payer seems to have.

    A rule is a payer, a code and a reason, and as few features beside as suffice: of two the more general one
    stands, unless the narrower is clearly surer.

    Args:
        findings: of the claims as they were sent.
        answered: what `answers_of` gave.
        edits: those of the run.
        fewest: denials that a rule must rest on.
        least_share: share of such lines that must be denied, by the lower end of its interval.

    Returns:
        `payer`, `hcpcs`, `carc_code`, `rarc_code` (the most frequent), the `FEATURES` (null: any), `lines`,
        `denied`, `denied_amount`, `share` with its interval, `usual_share` (of this payer's lines with other
        values), `first_date`, `last_date`; most dollars first.
    """
    missed = unforeseen(findings, answered, edits)
    base = ["payer", "hcpcs"]
    found: list[pl.DataFrame] = []
    for features in _subsets():
        keys = [*base, *features]
        everything = answered.group_by(keys).agg(pl.len().cast(pl.Int64).alias("lines"))
        denied = missed.group_by([*keys, "carc_code"]).agg(
            pl.len().cast(pl.Int64).alias("denied"),
            pl.col("rarc_code").drop_nulls().mode().sort().first().alias("rarc_code"),
            pl.col("denied_amount").sum().cast(MONEY).alias("denied_amount"),
            pl.col("service_date").min().alias("first_date"),
            pl.col("service_date").max().alias("last_date"),
        )
        rules = denied.filter(pl.col("denied") >= fewest).join(
            everything, on=keys, how="inner", nulls_equal=True
        )
        rules = rules.filter(
            pl.all_horizontal(pl.lit(value=True), *(pl.col(f).is_not_null() for f in features))
        )
        absent = [pl.lit(None, pl.String).alias(f) for f in FEATURES if f not in features]
        found.append(rules.with_columns(*absent, pl.lit(len(features)).alias("_narrow")))
    order = [
        *base,
        "carc_code",
        "rarc_code",
        *FEATURES,
        "lines",
        "denied",
        "denied_amount",
        "first_date",
        "last_date",
        "_narrow",
    ]
    rules = _with_interval(pl.concat([f.select(order) for f in found]), "denied", "lines", "share")
    rules = rules.filter(pl.col("share_low") >= least_share)
    return _general_ones(rules, answered).sort("denied_amount", "payer", "hcpcs", descending=[True, False, False])  # fmt: skip


def _subsets() -> list[tuple[str, ...]]:
    one = [(f,) for f in FEATURES]
    two = [(a, b) for n, a in enumerate(FEATURES) for b in FEATURES[n + 1 :]]
    return [(), *one, *two, FEATURES]


def _general_ones(rules: pl.DataFrame, answered: pl.DataFrame) -> pl.DataFrame:
    """Rules that no more general one makes needless, with the usual share beside."""
    keys = ["payer", "hcpcs", "carc_code"]
    wider = rules.rename({c: f"_{c}" for c in rules.columns if c not in keys})
    pairs = rules.with_row_index("_rule").join(wider, on=keys, how="inner")
    covers = pl.all_horizontal(
        (pl.col("__narrow") < pl.col("_narrow")),
        *(pl.col(f"_{f}").is_null() | (pl.col(f"_{f}") == pl.col(f)) for f in FEATURES),
    )
    needless = pairs.filter(covers, pl.col("_share_high") >= pl.col("share_low")).select("_rule").unique()
    # Of rules as narrow as one another that rest on the same denials one is enough: they cannot be told apart.
    kept = rules.with_row_index("_rule").join(needless, on="_rule", how="anti")
    kept = kept.sort("denied", "share", "_rule", descending=[True, True, False]).unique(
        [*keys, "_narrow", "denied", "lines"], keep="first", maintain_order=True
    )
    totals = answered.group_by("payer", "hcpcs").agg(
        pl.len().cast(pl.Int64).alias("_all"), pl.col("is_denied").sum().cast(pl.Int64).alias("_denied_all")
    )
    others = pl.col("_all") - pl.col("lines")
    return (
        kept.join(totals, on=["payer", "hcpcs"], how="left")
        .with_columns(
            pl.when(others > 0)
            .then((pl.col("_denied_all") - pl.col("denied")).clip(lower_bound=0) / others)
            .alias("usual_share")
        )
        .drop("_rule", "_narrow", "_all", "_denied_all")
    )


def caught(findings: pl.DataFrame, answered: pl.DataFrame, edits: Sequence[Edit]) -> pl.DataFrame:
    """What findings would have caught and where they would have been false alarms.

    Returns:
        Per edit: `fired` (answered lines), `caught` (denied for a reason that it stands for), `caught_amount`,
        `denied_otherwise`, `false_alarms` (paid in full), `false_alarm_share`; most dollars first.
    """
    by_edit = edit_precision(findings, answered.with_columns(pl.lit("any").alias("payer")), edits)
    return by_edit.select(
        "edit",
        "fired",
        pl.col("denied_as_foretold").alias("caught"),
        pl.col("denied_amount").alias("caught_amount"),
        "denied_otherwise",
        (pl.col("fired") - pl.col("denied_as_foretold") - pl.col("denied_otherwise")).alias("false_alarms"),
    ).with_columns((pl.col("false_alarms") / pl.col("fired")).alias("false_alarm_share"))


def backtest(
    batches: Callable[[], Iterable[ClaimBundle]],
    answered: pl.DataFrame,
    edits: Sequence[Edit],
    *,
    reference: Reference,
    as_of: date,
    policies: PolicySet,
    without: PolicySet | None = None,
) -> pl.DataFrame:
    """Run edits, or a policy, over history before it is switched on.

    Args:
        batches: gives the claims that were sent, with the keys of `answered`.
        answered: what `answers_of` gave.
        edits: what to test; with a policy, all that may read it.
        reference: where facts about codes come from.
        as_of: day on which things are known.
        policies: with the policy that is tested.
        without: the policies without it; then only findings that it adds are counted. Null counts all.

    Returns:
        As `caught`.
    """
    after = run_edits(batches(), edits, reference=reference, policies=policies, as_of=as_of).findings
    if without is not None:
        before = run_edits(batches(), edits, reference=reference, policies=without, as_of=as_of).findings
        keys = ["claim_key", "line_key", "edit"]
        after = after.join(before.select(keys), on=keys, how="anti", nulls_equal=True)
    return caught(after, answered, edits)
