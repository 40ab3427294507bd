"""``python -m foedus``: the command line."""

from .cli import main

main()
