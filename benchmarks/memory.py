"""Peak memory of this process."""

from __future__ import annotations

import resource


def peak_gb() -> float:
    """So far, in gigabytes; Linux counts kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
