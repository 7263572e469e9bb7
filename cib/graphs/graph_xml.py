"""Write GEXF and GraphML row by row, as strings formatted by Polars, in about the time and memory of a CSV file.

Gephi, Gephi Lite (graphology), networkx and igraph read both. Attributes are static (graphology drops or rejects
dynamic graphs) and times are strings. Characters that XML 1.0 forbids are written as ``U+0000``; the U of a text that
already looks like such an escape is escaped as well, so that different texts stay different.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl
import polars.selectors as cs

__all__ = ["iso_time", "write_gexf", "write_graphml", "xml_text"]

#: Characters that XML 1.0 forbids or does not preserve, and the U of a text that looks like an escape.
_NOT_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|U(?=\\+[0-9A-F]{4})")

#: The same for Polars, whose regular expressions have no lookahead.
_MAYBE_NOT_XML = r"[^\t\n\x{20}-\x{fffd}\x{10000}-\x{10ffff}]|U\+[0-9A-F]{4}"

#: Characters that markup and the normalisation of attributes would change.
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}

#: Number of rows formatted at a time.
_ROWS = 20_000

#: Columns that are not attributes: position and colour (``#rrggbb``) of a node.
_DRAWN = ("x", "y", "colour")

#: Red, green and blue of the colour, 0 to 255.
_RGB = {name: pl.col("colour").str.slice(k, 2).str.to_integer(base=16) for name, k in (("r", 1), ("g", 3), ("b", 5))}

#: GEXF elements of the position and colour of a node; empty where it is null.
_POSITION = pl.format('<viz:position x="{}" y="{}" z="0.0"/>', "x", "y").fill_null("")
_COLOUR = pl.format('<viz:color r="{}" g="{}" b="{}" a="1.0"/>', *_RGB.values()).fill_null("")

_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
_GEXF, _GRAPHML = "http://www.gexf.net/1.2draft", "http://graphml.graphdrawing.org/xmlns"


def write_gexf(
    path: Path, ids: pl.Series, edges: pl.DataFrame, nodes: pl.DataFrame | None = None, *, directed: bool
) -> None:
    """Write GEXF 1.2.

    Parameters
    ----------
    path : Path
    ids : polars.Series of str, shape (n_nodes,)
    edges : polars.DataFrame
        ``source`` and ``target`` (positions in `ids`), ``weight``, and attributes.
    nodes : polars.DataFrame, optional
        One row of attributes for each id. ``x``, ``y`` and ``colour`` are the position and colour of a node.
    directed : bool
    """
    names, nodes = _escaped(ids), pl.DataFrame() if nodes is None else nodes
    attributes = _Attributes(nodes.drop(_DRAWN, strict=False), "{}")
    more = _Attributes(edges.drop("source", "target", "weight"), "{}", attributes.table.width)
    drawn = _joined(
        expression for column, expression in (("x", _POSITION), ("colour", _COLOUR)) if column in nodes.columns
    )
    value = '<attvalue for="{}" value="{}"/>'
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="{_GEXF}" xmlns:viz="{_GEXF}/viz" '
            f'{_XSI}"{_GEXF} {_GEXF}/gexf.xsd" version="1.2">\n<meta><creator>cib</creator></meta>\n'
            f'<graph defaultedgetype="{_edge_type(directed)}" mode="static">\n'
        )
        for what, told in (("node", attributes), ("edge", more)):
            file.write(f'<attributes class="{what}" mode="static">\n')
            file.writelines(f'<attribute id="{k}" title="{title}" type="{t}"/>\n' for k, title, t in told.declared())
            file.write("</attributes>\n")
        file.write("<nodes>\n")
        _write_rows(
            file,
            pl.DataFrame([names.alias("id"), *attributes.table, *nodes.select(cs.by_name(*_DRAWN, require_all=False))]),
            pl.format(
                '<node id="{}" label="{}"><attvalues>{}</attvalues>{}</node>',
                "id",
                "id",
                attributes.values(value),
                drawn,
            ),
        )
        file.write("</nodes>\n<edges>\n")
        _write_rows(
            file,
            pl.DataFrame([*_ends(edges, names), edges["weight"], *more.table]).with_row_index("id"),
            pl.format(
                '<edge id="{}" source="{}" target="{}" weight="{}"><attvalues>{}</attvalues></edge>',
                *("id", "source", "target", "weight", more.values(value)),
            ),
        )
        file.write("</edges>\n</graph>\n</gexf>\n")


def write_graphml(
    path: Path, ids: pl.Series, edges: pl.DataFrame, nodes: pl.DataFrame | None = None, *, directed: bool
) -> None:
    """Write GraphML; see :func:`write_gexf`.

    The colour is written as three attributes, ``r``, ``g`` and ``b``, as Gephi and graphology read it.
    """
    names, nodes = _escaped(ids), pl.DataFrame() if nodes is None else nodes
    if "colour" in nodes.columns:
        nodes = nodes.with_columns(**_RGB).drop("colour")
    attributes = _Attributes(pl.DataFrame([ids.alias("label"), *nodes.drop("label", strict=False)]), "n{}")
    more = _Attributes(edges.drop("source", "target"), "e{}")
    value = '<data key="{}">{}</data>'
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="{_GRAPHML}" '
            f'{_XSI}"{_GRAPHML} {_GRAPHML}/1.0/graphml.xsd">\n'
        )
        for what, told in (("node", attributes), ("edge", more)):
            file.writelines(
                f'<key id="{k}" for="{what}" attr.name="{title}" attr.type="{t}"/>\n' for k, title, t in told.declared()
            )
        file.write(f'<graph edgedefault="{_edge_type(directed)}">\n')
        _write_rows(
            file,
            pl.DataFrame([names.alias("id"), *attributes.table]),
            pl.format('<node id="{}">{}</node>', "id", attributes.values(value)),
        )
        _write_rows(
            file,
            pl.DataFrame([*_ends(edges, names), *more.table]),
            pl.format('<edge source="{}" target="{}">{}</edge>', "source", "target", more.values(value)),
        )
        file.write("</graph>\n</graphml>\n")


class _Attributes:
    """Columns of a table, renamed to keys that are unique within a row."""

    def __init__(self, table: pl.DataFrame, key: str, first: int = 0) -> None:
        keys = [key.format(k) for k in range(first, first + table.width)]
        self.titles = dict(zip(keys, table.columns, strict=True))
        self.table = table.rename(dict(zip(table.columns, keys, strict=True)))

    def declared(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, escaped name and type of each attribute."""
        titles = _escaped(pl.Series([*self.titles.values()], dtype=pl.String))
        for key, title in zip(self.titles, titles, strict=True):
            yield key, title, _type(self.table.schema[key])

    def values(self, element: str) -> pl.Expr:
        """Format an element with key and value for each attribute; empty where the value is null."""
        schema = self.table.schema.items()
        return _joined(pl.format(element, pl.lit(key), _text(key, kind)).fill_null("") for key, kind in schema)


def xml_text(text: str) -> str:
    r"""Escape the characters that XML cannot represent.

    >>> xml_text("a\x00b U+0000")
    'aU+0000b U+0055+0000'
    """
    return _NOT_XML.sub(lambda match: f"U+{ord(match[0]):04X}", text)


def iso_time(name: str, kind: pl.Datetime) -> pl.Expr:
    """Format a column of times as ISO 8601 strings."""
    return pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.f" + ("%:z" if kind.time_zone else ""))


def _write_rows(file: IO[str], table: pl.DataFrame, line: pl.Expr) -> None:
    """Write one line per row."""
    for rows in table.iter_slices(_ROWS):
        file.write(rows.select(line.str.join("\n")).item() + "\n")


def _joined(parts: Iterable[pl.Expr]) -> pl.Expr:
    return pl.concat_str(pl.lit(""), *parts)


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    """Format a column as escaped text."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return iso_time(name, kind)
    if kind.is_numeric() or kind == pl.Boolean:
        return column.cast(pl.String)
    texts = column.cast(pl.List(pl.String)).list.join(" ") if isinstance(kind, pl.List) else column.cast(pl.String)
    return texts.map_batches(_escaped, return_dtype=pl.String)


def _escaped(texts: pl.Series) -> pl.Series:
    odd = texts.filter(texts.str.contains(_MAYBE_NOT_XML)).unique()
    spelled = texts.replace(odd, [xml_text(text) for text in odd]) if len(odd) else texts
    return spelled.str.replace_many(_ESCAPES)


def _ends(edges: pl.DataFrame, names: pl.Series) -> list[pl.Series]:
    return [names.gather(edges[end]).alias(end) for end in ("source", "target")]


def _type(kind: pl.DataType) -> str:
    """Return the name of a type in both formats."""
    if kind == pl.Boolean:
        return "boolean"
    return "long" if kind.is_integer() else "double" if kind.is_numeric() else "string"


def _edge_type(directed: bool) -> str:
    return "directed" if directed else "undirected"
