"""A small made-up file in the shape of a real export, to try things on."""

from __future__ import annotations

from pathlib import Path

__all__ = ["sample"]


def sample() -> Path:
    """Return the path of a made-up export that comes with the package.

    Posts of 54 accounts in four weeks as pages of the X API v2, a page a line. Fourteen of the accounts belong to a
    planted operation; no account, post or link is real.

    Returns
    -------
    Path
        Made by ``docs/sample.py`` in the repository, from :func:`cib.simulate`.

    Examples
    --------
    >>> import cib
    >>> activity = cib.read(cib.sample(), progress=False)
    >>> len(activity)
    583
    """
    return Path(__file__).with_name("sample.jsonl")
