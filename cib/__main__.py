"""``python -m cib`` is ``cib``."""

from __future__ import annotations

import sys

from cib.cli import main

if __name__ == "__main__":
    sys.exit(main())
