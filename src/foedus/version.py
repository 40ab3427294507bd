"""The version of foedus."""

__version__ = "0.1.0"
