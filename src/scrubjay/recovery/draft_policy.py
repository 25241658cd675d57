"""A draft of a policy file out of a candidate rule: for a person to read, check against the payer, and test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_HEAD = """# A draft made from answers of the payer, not from what the payer publishes: unverified.
# Read it, look the rule up with the payer, put in the source, then try it on history before it is switched on
# (`scrubjay recover backtest`) and use it with --policy.
"""


def draft_policy(rule: dict[str, Any], answered: pl.DataFrame, *, on: date) -> str | None:
    """YAML of a policy that would make the edits see what the payer seems to ask for.

    Args:
        rule: one row of `calibration.candidate_rules`.
        answered: what it was found in, for what the payer does pay.
        on: day on which the draft is made.

    Returns:
        The text, which `policies.loader.parse_policy` reads; null where no statement of a policy says such a
        rule, so that it needs an edit of one's own, or where the payer has no id to match.
    """
    of_payer = answered.filter(pl.col("payer") == rule["payer"])
    paid = of_payer.filter(pl.col("hcpcs") == rule["hcpcs"], pl.col("is_denied").not_())
    ids = sorted(of_payer["payer_id"].drop_nulls().unique())
    if not ids:
        return None
    denied = of_payer.filter(pl.col("hcpcs") == rule["hcpcs"], pl.col("is_denied"))
    made = _STATEMENTS.get(str(rule["carc_code"]), _none)(rule, paid)
    if made is None:
        return None
    about = (
        f"{rule['denied']} of {rule['lines']} lines were denied with reason {rule['carc_code']} between "
        f"{rule['first_date']} and {rule['last_date']}."
    )
    proof: dict[str, Any] = {
        "reason": about,
        "citation": {"source": "SCRUBJAY", "text": "Seen in our own answers; the payer's rule was not read.", "confidence": "D"},
    }  # fmt: skip
    name = "".join(c if c.isalnum() else "-" for c in str(rule["payer"]).lower()).strip("-")
    name = "-".join(part for part in name.split("-") if part) or "payer"
    policy: dict[str, Any] = {
        "id": f"draft-{name}-{str(rule['hcpcs']).lower()}",
        "name": f"Draft for {rule['payer']}",
        **({"extends": rule["payer"]} if rule["payer"] in of_payer["policy_id"].to_list() else {}),
        "reviewed_on": on,
        "match": [{"payer_ids": ids}],
    }
    kind, body = made
    if "jz_demand" in body:
        # Where the rule holds is part of it: the settings in which the lines were denied.
        body["discard_settings"] = _settings(denied, on)
    if kind == "parameters":
        policy["parameters"] = {key: [{"value": value, **proof}] for key, value in body.items()}
    else:
        first = {
            "id": f"rule-{rule['carc_code'].lower()}",
            "hcpcs": [rule["hcpcs"]],
            "from": rule["first_date"],
        }
        policy["coverage"] = [{**first, **proof, **body}]
    return _HEAD + yaml.safe_dump(policy, sort_keys=False, allow_unicode=True, width=110)


def _settings(lines: pl.DataFrame, on: date) -> list[str]:
    keys = lines.select("place_of_service_code", pl.lit(on).alias("on"))
    found = Reference.starter().lookup("place_of_service", keys, on="on", as_of=on)
    return sorted(found["setting"].drop_nulls().unique())


_Made = tuple[str, dict[str, Any]] | None


def _none(_rule: dict[str, Any], _paid: pl.DataFrame) -> _Made:
    return None


def _authorization(_rule: dict[str, Any], _paid: pl.DataFrame) -> _Made:
    return "coverage", {"prior_authorization": {"required": True}}


def _site(_rule: dict[str, Any], paid: pl.DataFrame) -> _Made:
    """Places at which the payer paid the code."""
    places = sorted(paid["place_of_service_code"].drop_nulls().unique())
    return ("coverage", {"site_of_care": {"places": places}}) if places else None


def _units(_rule: dict[str, Any], paid: pl.DataFrame) -> _Made:
    """Most units that the payer paid."""
    most = paid["units_billed"].drop_nulls().max()
    text = None if most is None else f"{most:f}".rstrip("0").rstrip(".")
    return ("coverage", {"limits": {"units_per_day": text}}) if text else None


def _pharmacy(_rule: dict[str, Any], _paid: pl.DataFrame) -> _Made:
    return "coverage", {"channel": {"benefit": "pharmacy"}}


def _lacks(rule: dict[str, Any], paid: pl.DataFrame) -> _Made:
    """By the remark: an NDC, or JW and JZ where lines without were denied and lines with one were paid."""
    remark = rule["rarc_code"]
    if remark in {"M119", "N815", "N816"}:
        return "parameters", {"requires_ndc": True}
    if remark in {"N822", "N519"}:
        with_one = paid.filter(pl.col("modifiers").str.contains(r"\b(JW|JZ)\b")).height
        lacks_both = not {"JW", "JZ"} & set((rule["modifiers"] or "").split())
        if with_one and lacks_both:
            return "parameters", {"jz_demand": "required"}
    return None


_STATEMENTS: dict[str, Callable[[dict[str, Any], pl.DataFrame], _Made]] = {
    "197": _authorization,
    "198": _authorization,
    "58": _site,
    "5": _site,
    "151": _units,
    "222": _units,
    "280": _pharmacy,
    "292": _pharmacy,
    "4": _lacks,
    "16": _lacks,
}
