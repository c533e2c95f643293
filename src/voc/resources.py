"""Files that belong to `voc` beside its code: models and corpora, in an installed wheel and in a checkout alike."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]


def path(name: str) -> Path:
    """Where the file or folder ``models/...`` or ``corpora/...`` is, whether or not it exists.

    In a checkout (also an editable install) they lie beside ``src``, in a wheel inside the package.

    >>> path("corpora/demo").name
    'demo'
    """
    is_checkout = _PACKAGE.parent.name == "src" and (_CHECKOUT / "pyproject.toml").is_file()
    return (_CHECKOUT if is_checkout else _PACKAGE) / name


def cache_folder() -> Path | None:
    """The user's own folder for what can be made again, created if need be; None where it cannot be."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voc"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):  # no home, or a read-only one
        return None
    return folder if os.access(folder, os.W_OK) else None
