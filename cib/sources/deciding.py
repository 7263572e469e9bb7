"""Derive one action and one target from tables with separate columns for retweeted, quoted and answered posts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cib.sources.values import decided

__all__ = ["KINDS", "as_name", "as_names", "decide", "names_of", "one_row_a_post", "present", "stated_text"]

#: Kinds of actions in order of precedence: a retweet also carries what its original quotes and answers.
KINDS = ("retweet", "quote", "reply")


def decide(
    raw: pl.DataFrame,
    plain: Mapping[str, str],
    posts: Mapping[str, str],
    accounts: Mapping[str, str],
    **more: pl.Expr,
) -> pl.DataFrame:
    """Select the columns of posts, and derive action and target from the columns of targets.

    Parameters
    ----------
    raw : polars.DataFrame
        Columns with the source's names.
    plain : mapping of str to str
        Canonical column to the source's column; copied if present.
    posts, accounts : mapping of str to str
        Kind (:data:`KINDS`) to the column of the target post, and of the target account.
    more : polars.Expr
        Further canonical columns.

    Returns
    -------
    polars.DataFrame
    """
    targets = {*posts.values(), *accounts.values()}
    table = raw.with_columns(stated_text(name, raw) for name in targets)
    is_kind = {
        kind: pl.any_horizontal(pl.col(names[kind]).is_not_null() for names in (posts, accounts) if kind in names)
        for kind in KINDS
        if kind in posts or kind in accounts
    }
    nothing = pl.lit(None, dtype=pl.String)
    post, account = (
        {kind: pl.col(names[kind]) if kind in names else nothing for kind in is_kind} for names in (posts, accounts)
    )
    ours = {
        "action": decided(is_kind, {kind: pl.lit(kind) for kind in is_kind}, pl.lit("post")),
        "target_post_id": decided(is_kind, post),
        "target_account_id": decided(is_kind, account),
    }
    return table.select(**{**{name: pl.col(theirs) for name, theirs in present(plain, raw).items()}, **ours, **more})


def present(plain: Mapping[str, str], raw: pl.DataFrame) -> dict[str, str]:
    """Return the part of a mapping whose columns exist in the table."""
    return {ours: theirs for ours, theirs in plain.items() if theirs in raw.columns}


def stated_text(name: str, raw: pl.DataFrame) -> pl.Expr:
    """Return a column as text, null where it is empty or the column does not exist."""
    if name not in raw.columns:
        return pl.lit(None, dtype=pl.String).alias(name)
    column = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(column != "").then(column).alias(name)


def names_of(raw: pl.DataFrame, name: str, number: str) -> pl.DataFrame:
    """Return the names of a table's accounts: ``local_id``, as :func:`as_name` writes it, and ``account_id``."""
    nothing = pl.lit(None, dtype=pl.String)
    called, known = (pl.col(column).cast(pl.String) if column in raw.columns else nothing for column in (name, number))
    return raw.select(local_id=as_name(called), account_id=known).drop_nulls().unique(maintain_order=True)


def as_name(name: pl.Expr) -> pl.Expr:
    """Normalise an account name to the form ``@name`` in lower case."""
    return pl.concat_str(pl.lit("@"), name.str.to_lowercase())


def as_names(names: pl.Expr) -> pl.Expr:
    """Apply :func:`as_name` to lists of names."""
    return names.list.eval(as_name(pl.element()))


def one_row_a_post(acts: pl.DataFrame) -> pl.DataFrame:
    """Combine the rows of each post, so that all but one become duplicates.

    Parameters
    ----------
    acts : polars.DataFrame
        Canonical columns, one row per account that a post names: ``target_account_id`` for the target, ``named`` for
        a mentioned account.

    Returns
    -------
    polars.DataFrame
        With the list column ``mentions`` instead of ``named``.
    """
    mentioned = acts.group_by("post_id").agg(mentions=pl.col("named").drop_nulls().unique().sort())
    best = pl.col("target_account_id").is_null()  # sort the row that states the target account first
    columns = [name for name in acts.columns if name not in {"post_id", "named"}]
    told = acts.with_columns(pl.col(name).sort_by(best, pl.col("named")).first().over("post_id") for name in columns)
    return told.drop("named").join(mentioned, on="post_id", how="left", maintain_order="left", nulls_equal=True)
