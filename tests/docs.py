"""Keeps the generated parts of README.md true: the help of every command, the settings, the schema of the database.

python tests/docs.py            fails where README.md is out of date
python tests/docs.py --write    brings it up to date
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from voc.cli import main
from voc.config import Config
from voc.store import Store

README = Path(__file__).parents[1] / "README.md"
WIDTH = 100


def help_texts() -> str:
    """The help of `voc` and of every command."""
    return "```text\n" + "\n".join(_help(main, "voc")) + "```\n"


def _help(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, **command.context_settings)
    yield f"$ {context.command_path} --help\n{command.get_help(context)}\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            yield from _help(command.commands[child], child, context)


def schema() -> str:
    """Every table, index, trigger and view, as SQLite keeps them."""
    with Store(":memory:") as store:
        rows = store.db.query(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'posts_search_%' ORDER BY rowid"
        )
        return "```sql\n" + "".join(f"{row['sql']};\n" for row in rows) + "```\n"


def settings() -> str:
    """Every setting with its default, as a TOML file for --config."""
    lines = (f"{name} = {json.dumps(value)}\n" for name, value in Config().as_dict().items())
    return "```toml\n" + "".join(lines) + "```\n"


BLOCKS: Mapping[str, Callable[[], str]] = {"cli": help_texts, "settings": settings, "schema": schema}


def updated(text: str) -> str:
    """The text with every block between ``<!-- generated: NAME -->`` and ``<!-- end -->`` made anew."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{BLOCKS[match[2]]()}{match[3]}"

    return re.sub(r"(<!-- generated: (\w+) -->)\n.*?(<!-- end -->)", fill, text, flags=re.DOTALL)


if __name__ == "__main__":
    before = README.read_text(encoding="utf-8")
    after = updated(before)
    if "--write" in sys.argv[1:]:
        README.write_text(after, encoding="utf-8")
    elif before != after:
        sys.exit("README.md is out of date; bring it up to date with: make docs")
