"""The areas people already think in: an editable list that lends its names to the areas found in the data.

What belongs together is decided by the data alone; a taxonomy only names it. An area of the data that no area of the
taxonomy clearly stands behind is news: it gets no name from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.errors import ConfigError
from voc.shape import Table, are_tables, are_texts, check_shape, is_text

Matrix = NDArray[np.float32]

# Read off app reviews, car and shop opinions, forum posts and the demo corpus. Praise and small talk speak for nothing
# in particular, so that even a clear area seldom collects half of the votes; below these bounds names mislead.
_LEAST = 0.2
_LEAD = 1.75
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Area:
    """A name, the groups of `corpora/complaints` that belong to it, and what texts about it say (lower case)."""

    name: str
    groups: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Areas in the order they are written in. Without any, every area of the data is news."""

    areas: tuple[Area, ...] = ()

    def votes(self, texts: Sequence[str], topics: Matrix, groups: Sequence[str]) -> Matrix:
        """How much each of n texts speaks for each area: (n, areas), rows sum to 1 at most.

        `topics` is (n, groups), the probability of each of the complaint groups named in `groups`. A keyword that a
        text names counts as much as all its probabilities together.

        >>> taxonomy = Taxonomy((Area("广告", frozenset({"开屏广告"}), frozenset({"广告"})),))
        >>> taxonomy.votes(["广告多", "太卡"], np.array([[0.5, 0.5], [0.25, 0.75]]), ["开屏广告", "卡顿"]).tolist()
        [[1.0], [0.25]]
        """
        owned = np.array([[group in area.groups for area in self.areas] for group in groups], dtype=np.float32)
        said = [[any(word in text for word in area.keywords) for area in self.areas] for text in map(str.lower, texts)]
        votes = topics @ owned + np.array(said, dtype=np.float32).reshape(len(texts), len(self.areas))
        return np.asarray(votes / np.maximum(1, votes.sum(axis=1, keepdims=True)), dtype=np.float32)

    def names(self, labels: Sequence[int], votes: Matrix) -> dict[int, str]:
        """Label -> name of the area that its rows of `votes` speak for; a label without a clear one is left out.

        Clear is a fifth of the votes, and 1.75 times those of the next area. Labels may share a name.
        """
        names = {}
        for label in sorted(set(labels)):
            shares = votes[np.asarray(labels) == label].mean(axis=0).round(_DIGITS)
            second, first = sorted([0.0, 0.0, *shares.tolist()])[-2:]
            if self.areas and first >= max(_LEAST, _LEAD * second):
                names[label] = self.areas[int(shares.argmax())].name
        return names


def load_taxonomy(setting: str, *, folder: Path, groups: Sequence[str]) -> Taxonomy:
    """The taxonomy a setting means: ``none``, ``auto`` (all files of `folder`), the name of one of them, or a path.

    `groups` are the complaint groups there are; ConfigError where there is no such taxonomy or it names another group.
    """
    if setting == "none":
        return Taxonomy()
    shipped = {path.stem: path for path in sorted(folder.glob("*.toml"))}
    path = shipped.get(setting, Path(setting))
    if setting != "auto" and not path.is_file():
        names = ", ".join(["auto", "none", *shipped])
        raise ConfigError(f"there is no taxonomy {setting!r}; give {names} or the path of a TOML file")
    taxonomy = read_taxonomy(*shipped.values() if setting == "auto" else [path])
    for area in taxonomy.areas:
        for group in sorted(area.groups.difference(groups)):
            raise ConfigError(f"taxonomy {setting}, area {area.name}: there is no group {group!r} of complaints")
    return taxonomy


def read_taxonomy(*paths: Path) -> Taxonomy:
    """One taxonomy from TOML files as `corpora/taxonomies/README.md` describes them; areas of one name become one.

    ConfigError for what is no such file, for an area named twice in a file and for a group in two areas.
    """
    merged: dict[str, Area] = {}
    owner: dict[str, str] = {}
    for path in paths:
        for area in _read_areas(path):
            for group in sorted(area.groups):
                if owner.setdefault(group, area.name) != area.name:
                    raise ConfigError(f"{path}: group {group} is in two areas, {owner[group]} and {area.name}")
            before = merged.get(area.name, Area(area.name))
            merged[area.name] = Area(area.name, before.groups | area.groups, before.keywords | area.keywords)
    return Taxonomy(tuple(merged.values()))


def _read_areas(path: Path) -> list[Area]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"taxonomy {path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"taxonomy {path} is not TOML: {error}") from error
    check_shape(content, {"area": are_tables}, "area", where=str(path))
    areas = [_area(table, f"{path}, area {n}") for n, table in enumerate(content["area"], start=1)]
    names = [area.name for area in areas]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"{path}: area {name} is there twice; make it one")
    return areas


def _area(table: Table, where: str) -> Area:
    check_shape(table, {"name": is_text, "sub": are_tables, "examples": are_texts}, "name", where=where)
    subs = table.get("sub", [])
    for n, sub in enumerate(subs, start=1):
        shape = {"name": is_text, "groups": are_texts, "keywords": are_texts}
        check_shape(sub, shape, "name", where=f"{where} ({table['name']}), sub {n}")
    groups = frozenset(group for sub in subs for group in sub.get("groups", ()))
    keywords = frozenset(word.lower() for sub in subs for word in sub.get("keywords", ()))
    return Area(table["name"], groups, keywords)
