"""``foedus`` and ``python -m foedus``: the command line, or why it cannot be loaded."""

import sys

from .system.libraries import Broken, cause_and_fix


def main() -> None:
    """Run the command line and exit; with code 1, and in one line, if a library cannot be loaded."""
    try:
        from .cli.app import main as run
    except Broken as error:
        told = cause_and_fix(error)
        if told is None:
            raise
        sys.exit(" ".join(f"foedus: {'; '.join(told)}".split()))
    run()


if __name__ == "__main__":
    main()
