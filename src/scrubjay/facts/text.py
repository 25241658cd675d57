"""Which drug the text on a line names: SV101-7, the line's note, the note of a claim with one drug line.

Text is read word by word: lower case, letters and digits only, short forms of salts written out, the
longest name first. A name stands for every code whose drug it is or whose drug's name it begins
("methylprednisolone" leaves the salt open; "infliximab-dyyb" does not leave the maker open).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.facts.context import FactContext
    from scrubjay.reference import Reference

_STRINGS = pl.List(pl.String())
_NO_DRUG = (
    "the drug of this code is not known: it is in no edition that is held for the date; load the official HCPCS file with "
    "`scrubjay reference load FILE`"
)

# Ways of writing, not rules: how billing systems cut the words of a drug's name short.
_SHORT_FORMS = {
    "succ": "succinate",
    "succin": "succinate",
    "suc": "succinate",
    "sod": "sodium",
    "sodi": "sodium",
    "acet": "acetate",
    "phos": "phosphate",
    "sulf": "sulfate",
    "hcl": "hydrochloride",
    "methylpred": "methylprednisolone",
    "methylprednisol": "methylprednisolone",
    "methylprednisolon": "methylprednisolone",
    "inj": "",
    "injection": "",
    "usp": "",
    "solution": "",
}
_SALTS = frozenset(
    [
        "sodium",
        "potassium",
        "calcium",
        "magnesium",
        "acetate",
        "succinate",
        "phosphate",
        "hydrochloride",
        "sulfate",
        "chloride",
        "citrate",
    ]
)
# Short names that are as often something else in a note (dextrose, a payer's form).
_AMBIGUOUS = frozenset({"dex", "epo", "tpa"})
# A diluent on a line says nothing about the line's drug.
_DILUENT_GROUP = "hydration"
# Words that show that a note speaks of another drug than the one billed.
_SPEAKS_OF_ANOTHER = (
    r"(?i)\b(pre-?med\w*|after|before|prior|previous\w*|fail\w*|allerg\w*|intoleran\w*|contraindicat\w*|instead|"
    r"versus|vs|history|hx|unable|refus\w*|switch\w*|not given|held|with|dilut\w*|reconstitut\w*|followed|"
    r"concurrent\w*|also|taking|home|oral|orally|tabs?|tablets?|po|trial|step|tried|plus|and)\b"
)


def _words(text: pl.Expr) -> pl.Expr:
    """Lower-case words, each with its own blank on either side, so that neighbours never share one."""
    spaced = text.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "  ").str.strip_chars()
    return pl.format("  {}  ", spaced).str.replace_many(
        [f" {short} " for short in _SHORT_FORMS],
        [f" {full} " if full else " " for full in _SHORT_FORMS.values()],
    )


def known_names(reference: Reference, as_of: date) -> pl.DataFrame:
    """`pattern` (as `_words` writes it), `name` (the drug it is written for), `hcpcs`, `effective_from`, `effective_to`: one row per code.

    A name belongs to a code if it is written for the code's drug, or if the drug's name begins with it.
    """
    drugs = reference.table("drugs", as_of=as_of).filter(
        pl.col("is_unlisted").eq_missing(other=True).not_(), pl.col("group").ne_missing(_DILUENT_GROUP)
    )
    lives = drugs.select("hcpcs", pl.col("drug").alias("of_drug"), "effective_from", "effective_to")
    generic = drugs.select(pl.col("drug").alias("name"), "drug", pl.lit(value=False).alias("is_brand"))
    name = pl.col("name")
    shorter = [
        generic.with_columns(change)
        for change in (
            name.str.replace(r" (?:sodium|disodium) (succinate|phosphate)", " $1"),
            name.str.replace(r" sodium succinate$", " ss"),
            name.str.replace(r"^(?:ado|fam|tbo)-", ""),
            name.str.replace(r"\s*[(,].*$", ""),
        )
    ]
    branded = (
        drugs.select(pl.col("brands").alias("name"), "drug", pl.lit(value=True).alias("is_brand"))
        .explode("name")
        .with_columns(name.str.to_lowercase())
    )
    written = reference.table("names", as_of=as_of).select(
        "name", "drug", (pl.col("name_kind") == "brand").alias("is_brand")
    )
    names = (
        pl.concat([generic, *shorter, branded, written])
        .drop_nulls()
        .with_columns(_words(name).str.strip_chars().alias("_bare"))
        .with_columns(pl.format(" {} ", "_bare").alias("pattern"))
        .filter(
            pl.col("_bare").str.len_chars() > 2,
            pl.col("_bare").is_in(list(_AMBIGUOUS)).not_(),
            pl.col("_bare").str.split("  ").list.set_difference(list(_SALTS)).list.len() > 0,
        )
        .unique(["pattern", "drug"], maintain_order=True)
    )
    # Besides the drug it is written for, a name that is no brand stands for every drug that begins with
    # it: "granisetron" is not only the hydrochloride, "infliximab" may be of any maker.
    open_names = names.filter(pl.col("is_brand").not_())
    meant = pl.concat(
        [
            names.select(
                "pattern", "drug", pl.col("drug").alias("meant"), pl.col("is_brand").alias("_whole")
            ),
            open_names.select(
                "pattern", "drug", pl.col("name").alias("meant"), pl.col("is_brand").alias("_whole")
            ),
        ]
    ).unique(["pattern", "meant", "_whole"], maintain_order=True)
    after = pl.col("of_drug").str.slice(pl.col("meant").str.len_chars(), 1)
    begins = pl.col("of_drug").str.starts_with(pl.col("meant")) & after.is_in(["", " ", "-", ","])
    return (
        meant.join(lives, how="cross")
        .filter(pl.when("_whole").then(pl.col("of_drug") == pl.col("meant")).otherwise(begins))
        .select("pattern", pl.col("drug").alias("name"), "of_drug", "hcpcs", "effective_from", "effective_to")
        .unique(maintain_order=True)
    )


@facts(
    LINE,
    needs=("claim_key", "line_description", "line_note", "claim_note", "is_drug"),
    gives=(
        Fact(
            "drug_text",
            pl.String(),
            "text that may name the line's drug and dose: description, line note, and the "
            "claim's note where the claim has one drug line; notes that speak of another drug are left out",
        ),
    ),
)
def text_about_drug(ctx: FactContext) -> pl.DataFrame:
    """Joined text, null where there is none: most lines have none, and cost nothing."""
    lines = ctx.lines.select("claim_key", "line_description", "line_note", "claim_note", "is_drug")
    note = pl.col("claim_note")
    if lines["claim_note"].null_count() < lines.height:
        single = (
            lines.filter(note.is_not_null())
            .group_by("claim_key")
            .agg(pl.col("is_drug").fill_null(value=True).sum().alias("_drugs"))
            .filter(pl.col("_drugs") == 1)
            .select("claim_key", pl.lit(value=True).alias("_single"))
        )
        lines = lines.join(single, on="claim_key", how="left", maintain_order="left")
        note = pl.when(pl.col("_single") & pl.col("is_drug")).then(note)
    else:
        note = pl.lit(None, dtype=pl.String)

    def own(text: pl.Expr) -> pl.Expr:
        return pl.when(text.str.contains(_SPEAKS_OF_ANOTHER).not_()).then(text)

    joined = pl.concat_str(
        pl.col("line_description"), own(pl.col("line_note")), own(note), separator=" ; ", ignore_nulls=True
    )
    return lines.select(pl.when(joined != "").then(joined).alias("drug_text"))


@facts(
    LINE,
    needs=("drug_text", "hcpcs", "service_date", "drug"),
    gives=(
        Fact("named_drugs", _STRINGS, "drugs that the text on the line names; empty if none that is known"),
        Fact(
            "does_text_name_other_drug",
            pl.Boolean(),
            "the text names drugs and none of them is the drug of the code",
            _NO_DRUG,
        ),
        Fact(
            "codes_of_named_drug",
            _STRINGS,
            "codes, in force on the date, of the one drug that the text names; empty if none or several are named",
        ),
    ),
)
def drug_in_text(ctx: FactContext) -> pl.DataFrame:
    """Names found in the distinct texts, and the codes that they stand for. Lines without text cost nothing."""
    needs = ["drug_text", "hcpcs", "service_date", "drug"]
    lines = ctx.lines.select(needs)
    height = lines.height
    none = pl.Series([[]], dtype=_STRINGS)
    if lines["drug_text"].null_count() == height:
        return pl.DataFrame(
            {
                "named_drugs": none.new_from_index(0, height),
                "does_text_name_other_drug": pl.repeat(value=False, n=height, dtype=pl.Boolean, eager=True),
                "codes_of_named_drug": none.new_from_index(0, height),
            }
        )
    told = lines.with_row_index("_i").filter(pl.col("drug_text").is_not_null())
    texts = told.drop("_i").unique(maintain_order=True).with_row_index("_n")
    found = texts.join(_found(ctx, texts), on="_n", how="inner").drop("_n")
    by_line = told.join(found, on=needs, how="inner", nulls_equal=True)
    every = pl.int_range(height, dtype=pl.get_index_type(), eager=True).alias("_i").to_frame()
    frame = every.join(by_line, on="_i", how="left", maintain_order="left")
    empty = pl.lit(none).first()
    return frame.select(
        # Not joined means that the line has no text, or text without a known name.
        pl.col("named_drugs").fill_null(empty),
        pl.when(pl.col("named_drugs").is_null() | pl.col("_is_own"))
        .then(statement=False)
        .when(pl.col("drug").is_not_null())
        .then(statement=True)
        .alias("does_text_name_other_drug"),
        pl.col("codes_of_named_drug").fill_null(empty),
    )


_NOTHING_FOUND = pl.DataFrame(
    schema={
        "_n": pl.get_index_type(),
        "named_drugs": _STRINGS,
        "_is_own": pl.Boolean,
        "codes_of_named_drug": _STRINGS,
    }
)


def _found(ctx: FactContext, texts: pl.DataFrame) -> pl.DataFrame:
    names = known_names(ctx.reference, ctx.as_of)
    # Of patterns that begin at one place the first of the list wins: the longest name goes first.
    patterns = names["pattern"].unique().sort().to_list()
    patterns.sort(key=len, reverse=True)
    hits = (
        texts.select(
            "_n",
            "hcpcs",
            "service_date",
            _words(pl.col("drug_text")).str.extract_many(patterns, leftmost=True).alias("pattern"),
        )
        .explode("pattern")
        .drop_nulls("pattern")
        .unique(["_n", "pattern"], maintain_order=True)
    )
    if hits.is_empty():
        return _NOTHING_FOUND
    hits = hits.with_columns(pl.col("pattern").n_unique().over("_n").alias("_names"))
    day = pl.col("service_date")
    codes = hits.join(
        names.select(
            "pattern", "name", "of_drug", pl.col("hcpcs").alias("_code"), "effective_from", "effective_to"
        ),
        on="pattern",
    )
    # A code is meant by the text if every name in it may stand for the code.
    meant = (
        codes.filter(
            (pl.col("effective_from").is_null() | (pl.col("effective_from") <= day))
            & (pl.col("effective_to").is_null() | (day < pl.col("effective_to")))
        )
        .group_by("_n", "_code")
        .agg(pl.col("pattern").n_unique().alias("_by"), pl.col("_names").first())
        .filter(pl.col("_by") == pl.col("_names"))
        .group_by("_n")
        .agg(pl.col("_code").sort().alias("codes_of_named_drug"))
    )
    return (
        codes.group_by("_n", maintain_order=True)
        .agg(
            pl.col("name").unique().sort().alias("named_drugs"),
            (pl.col("_code") == pl.col("hcpcs")).any().alias("_is_own"),
        )
        .join(meant, on="_n", how="left", maintain_order="left")
        .select("_n", "named_drugs", "_is_own", "codes_of_named_drug")
    )
