"""The classes of value and cost: an editable file, and the labelled statements it names."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import regex as re

from voc.datatypes import AXES, Axis, ValueClass, content_id
from voc.errors import ConfigError
from voc.shape import Table, are_tables, are_texts, check_shape, is_text

_ID = re.compile(r"[a-z][a-z0-9_-]*")
_SECONDS = 2.0  # that a pattern may take over one text: there are some that never end
_FEWEST = 2  # examples and labelled statements that a class can be learnt from


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A class with what it is known by: patterns of words, and examples."""

    shown: ValueClass
    patterns: tuple[re.Pattern[str], ...]
    examples: tuple[str, ...]

    def words(self, text: str) -> list[str]:
        """The first words of each pattern that a text (in its matching form) holds."""
        return [found[0] for pattern in self.patterns if (found := self._search(pattern, text.lower()))]

    def is_named(self, text: str) -> bool:
        """Whether a lower-case text holds any of its words."""
        return any(self._search(pattern, text) for pattern in self.patterns)

    def _search(self, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
        try:
            return pattern.search(text, timeout=_SECONDS)
        except TimeoutError as error:
            where = f"values, {self.shown.axis} {self.shown.id}: the pattern {pattern.pattern!r}"
            raise ConfigError(f"{where} takes too long; it repeats what repeats itself, make it simpler") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueTaxonomy:
    """The classes of each axis in the order of the file, and statements labelled with them: (text, axis -> class).

    An empty class says that a statement has none on that axis. `digest` changes with the content of the files.
    """

    entries: Mapping[Axis, tuple[Entry, ...]]
    statements: tuple[tuple[str, Mapping[Axis, str]], ...]
    digest: str

    @property
    def classes(self) -> tuple[ValueClass, ...]:
        """All classes, as they are shown."""
        return tuple(entry.shown for entries in self.entries.values() for entry in entries)


def load_values(setting: str, *, folder: Path, clean: Callable[[str], str]) -> ValueTaxonomy | None:
    """The taxonomy a setting means: ``none``, ``auto`` (``taxonomy.toml`` of `folder`), or the path of another.

    `clean` brings texts into their matching form. ConfigError for a file that is not there or cannot be used.
    """
    if setting == "none":
        return None
    path = folder / "taxonomy.toml" if setting == "auto" else Path(setting)
    try:
        content = path.read_bytes()
        table = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"values {path} cannot be read: {error.strerror}; give auto, none or a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"values {path} is not TOML: {error}") from error
    check_shape(table, {"statements": are_texts, **dict.fromkeys(AXES, _are_tables)}, where=f"values {path}")
    entries = {axis: _entries(table[axis], axis, path, clean) for axis in AXES if axis in table}
    if not entries:
        raise ConfigError(f"values {path} holds no class; give [[value]] or [[cost]] tables")
    files = [found for name in table.get("statements", ()) for found in _files(path, name)]
    read = [(file, file.read_bytes()) for file in files]
    statements = tuple(row for file, lines in read for row in _statements(file, lines, clean))
    _check_learnable(entries, statements, path)
    digest = content_id("w", content, *(lines for _, lines in read))
    return ValueTaxonomy(entries=entries, statements=statements, digest=digest)


def _entries(tables: list[Table], axis: Axis, path: Path, clean: Callable[[str], str]) -> tuple[Entry, ...]:
    entries = tuple(_entry(table, axis, f"values {path}, {axis} {n}", clean) for n, table in enumerate(tables, start=1))
    ids = [entry.shown.id for entry in entries]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"values {path}: {axis} {name} is there twice; give one of them another id")
    if len(entries) < 2:
        raise ConfigError(f"values {path}: {axis} has only one class; give it two, or leave the axis out")
    return entries


def _entry(table: Table, axis: Axis, where: str, clean: Callable[[str], str]) -> Entry:
    shown_as = ("zh", "en", "zh_means", "en_means")
    shape = {"id": _is_id, **dict.fromkeys(shown_as, _is_line), "patterns": are_texts, "examples": are_texts}
    check_shape(table, shape, "id", "zh", "en", where=where)
    patterns = tuple(_pattern(text, f"{where} ({table['id']})") for text in table.get("patterns", ()))
    shown = ValueClass(axis=axis, id=table["id"], **{name: table[name] for name in shown_as if name in table})
    return Entry(shown=shown, patterns=patterns, examples=tuple(map(clean, table.get("examples", ()))))


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text.lower() if text.isalnum() else text)
    except re.error as error:
        raise ConfigError(f"{where}: the pattern {text!r} is no regular expression: {error}") from error
    if pattern.search(""):
        raise ConfigError(f"{where}: the pattern {text!r} fits every text; mend it, or leave it out")
    return pattern


def _files(path: Path, name: str) -> list[Path]:
    """The files that a name or a pattern such as ``*.jsonl`` means, beside the taxonomy."""
    try:
        found = sorted(file for file in path.parent.glob(name) if file.is_file())
    except (ValueError, NotImplementedError):  # an absolute path, or no pattern
        found = [Path(name)] if Path(name).is_file() else []
    if not found:
        raise ConfigError(f"values {path}: there is no file {name!r} of statements beside it")
    return found


def _statements(file: Path, content: bytes, clean: Callable[[str], str]) -> Iterator[tuple[str, Mapping[Axis, str]]]:
    for n, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            labels: dict[Axis, str] = {axis: str(row[axis] or "") for axis in AXES if axis in row}
            yield clean(str(row["text"])), labels
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f'{file}, line {n} is no labelled statement; give {{"text": …, "value": …, "cost": …}}'
            ) from error


def _check_learnable(
    entries: Mapping[Axis, tuple[Entry, ...]], statements: tuple[tuple[str, Mapping[Axis, str]], ...], path: Path
) -> None:
    for axis, known in entries.items():
        said = [labels.get(axis) for _, labels in statements]
        for entry in known:
            if len(entry.examples) + said.count(entry.shown.id) < _FEWEST:
                raise ConfigError(
                    f"values {path}: {axis} {entry.shown.id} cannot be learnt; give it {_FEWEST} examples or more"
                )


def _is_id(value: object) -> bool:
    """a word of small Latin letters, digits, - and _"""
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _is_line(value: object) -> bool:
    """a text of one line"""
    return isinstance(value, str) and is_text(value) and value.isprintable()


def _are_tables(value: object) -> bool:
    """a list of tables"""
    return are_tables(value) and bool(value)
