"""The first Python of ./fleet, readable by any Python 3 since an unsupported one must be told so."""

import os
import sys

SUPPORTED = ((3, 11), (3, 12))


def refusal(version: "tuple[int, int]") -> "str | None":
    """Return the line for a Python that will not do, or None for one that will."""
    if version in SUPPORTED:
        return None
    return (
        "fleet: Python 3.11 or 3.12 is needed, only %d.%d was found. Mend it: sudo apt-get install -y "
        "python3.11 python3.11-venv python3.11-dev (or the same of python3.12)" % version
    )


def main() -> int:
    """Check this Python, then hand over to the part that needs a recent one."""
    line = refusal(sys.version_info[:2])
    if line:
        sys.stderr.write(line + "\n")
        return 3
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path.insert(0, root)
    from bootstrap import verbs

    return verbs.main(root, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
