"""How many fields each row has: row by row, in NumPy and compiled."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cib.sources import field_counts as counting
from cib.sources.field_counts import field_counts


def counted(text, separator):
    """The fields of each row, by a walk over the text."""
    rows, row, inside = [], "", False
    for sign in text:
        inside ^= sign == '"'
        if sign == "\n" and not inside:
            rows.append(row)
            row = ""
        else:
            row += sign
    return [fields_of(row, separator) for row in rows] + ([fields_of(row, separator)] if row.strip("\r") else [])


def fields_of(row, separator):
    quotes = np.cumsum([sign == '"' for sign in row])
    outside = [sign for sign, before in zip(row, quotes, strict=True) if before % 2 == 0]
    return outside.count(separator) + 1 if row.strip("\r") else 0


@given(st.text(st.sampled_from('a,;"\r\n'), max_size=40), st.sampled_from(",;"))
@example("", ",")
@example('a,"b\n', ",")
@example("\r\n\r", ",")
def test_fields_are_counted_alike_by_all(text, separator):
    data, counts = np.frombuffer(text.encode(), np.uint8), np.empty(len(text) + 1, np.int32)
    compiled = counts[: counting._compiled()(data, ord(separator), counts)]
    assert field_counts(text.encode(), separator).tolist() == compiled.tolist() == counted(text, separator)
