"""Places to provinces, and provinces to the groups they are compared in, by an editable lexicon."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from voc.errors import ConfigError


class Regions:
    """Provinces by what places are called; `groups` maps a level to the group of each province.

    A lexicon that cannot be read is a ConfigError.

    >>> from voc import resources
    >>> regions = Regions(resources.path("corpora/lexicon/regions.toml"))
    >>> [regions(place) for place in ("黑龙江省", "IP属地：黑龙江哈尔滨", "哈尔滨", "吉林吉林", "新西兰", "")]
    ['黑龙江', '黑龙江', '黑龙江', '吉林', '新西兰', '']
    >>> regions.groups["南北"]["山东"], regions.groups["大区"]["山东"]
    ('北方', '华东')
    """

    def __init__(self, path: Path) -> None:
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            provinces: Mapping[str, str] = tables["provinces"]
            self._province = {name: province for province, cities in provinces.items() for name in cities.split()}
            self._province |= {province: province for province in provinces}
            self.groups = {
                level: {province: group for group, members in groups.items() for province in members.split()}
                for level, groups in tables["levels"].items()
            }
        except (OSError, ValueError, KeyError, AttributeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else error
            raise ConfigError(
                f"lexicon {path} cannot be used: {what}; mend it or take the one that is shipped"
            ) from error
        names = sorted(self._province, key=len, reverse=True)
        self._name = re.compile("|".join(map(re.escape, names)))

    def __call__(self, place: str) -> str:
        """The province of a place; the place as it is where none is known."""
        found = self._name.search(place)
        return self._province[found.group()] if found else place
