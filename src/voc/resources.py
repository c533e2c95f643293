"""Files that belong to `voc` beside its code: models and corpora, in an installed wheel and in a checkout alike."""

from __future__ import annotations

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
