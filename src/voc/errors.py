"""Errors a user can cause, all of them one line long and saying what, where and what to do.

::

    VocError
     ├── InputError       a file or stream cannot be read, or holds nothing usable
     ├── ConfigError      a setting, a column mapping or a model name makes no sense
     ├── DatabaseError    the database is missing, locked, full, foreign or too new
     └── MissingExtra     an optional dependency is not installed
"""


class VocError(Exception):
    """Base of every error that `voc` raises on purpose; the command line prints it and exits with 1."""


class InputError(VocError):
    """A file or stream cannot be read, or holds nothing usable."""


class ConfigError(VocError):
    """A setting, a column mapping or a model name makes no sense."""


class DatabaseError(VocError):
    """The database is missing, locked, full, not one of `voc`'s, or written by a newer version."""


class MissingExtra(VocError):
    """An optional dependency is not installed; the message names the extra that brings it."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'voc[{extra}]'")
