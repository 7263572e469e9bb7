"""``python -m cib`` is ``cib``."""

import sys

from cib.cli import main

if __name__ == "__main__":
    sys.exit(main())
