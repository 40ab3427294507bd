"""The command line as the reference shows it: with the options of the alliance game."""

from foedus.cli.app import application
from foedus.model import chosen

app = application(chosen(None))
