"""Voice of the customer: raw Chinese feedback in, a ranked list of feature suggestions out.

::

    import voc

    report = voc.run(["feedback.csv"])
    print(voc.render(report, "md"))

Everything here is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voc.api import run
    from voc.config import Config
    from voc.datatypes import (
        Exclusion,
        FileSummary,
        Post,
        RejectedRow,
        Run,
        Statement,
        Suggestion,
        Theme,
    )
    from voc.errors import ConfigError, DatabaseError, InputError, MissingExtra, VocError
    from voc.ingest import read
    from voc.pipeline import analyze, predict
    from voc.report import Report, compose, render, write
    from voc.store import Store

__version__ = "0.5.0"

__all__ = [
    "Config",
    "ConfigError",
    "DatabaseError",
    "Exclusion",
    "FileSummary",
    "InputError",
    "MissingExtra",
    "Post",
    "RejectedRow",
    "Report",
    "Run",
    "Statement",
    "Store",
    "Suggestion",
    "Theme",
    "VocError",
    "__version__",
    "analyze",
    "compose",
    "predict",
    "read",
    "render",
    "run",
    "write",
]

_MODULES = {
    "api": ("run",),
    "config": ("Config",),
    "datatypes": ("Exclusion", "FileSummary", "Post", "RejectedRow", "Run", "Statement", "Suggestion", "Theme"),
    "errors": ("ConfigError", "DatabaseError", "InputError", "MissingExtra", "VocError"),
    "ingest": ("read",),
    "pipeline": ("analyze", "predict"),
    "report": ("Report", "compose", "render", "write"),
    "store": ("Store",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name in _MODULES:  # a module of that name, such as `voc.ingest`
        return importlib.import_module(f"voc.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"voc.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
