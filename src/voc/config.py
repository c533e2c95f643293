"""Every setting of an analysis, in one frozen flat dataclass that is stored whole with each run.

A setting that is not here does not exist: steps take plain keyword arguments, and only the pipeline unpacks this.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from voc.errors import ConfigError
from voc.weighting import parse
from voc.window import length_of

_MOST = 2**31  # of anything that is counted: beyond it lies a slip of the pen
_TINY = 1e-9  # the least above 0
_ANY = (0.0, _MOST)
# Setting -> its least and greatest value; settings that are absent are words or switches.
RANGES: dict[str, tuple[float, float]] = {
    "duplicate_threshold": (_TINY, 1),
    "copy_cap": (1, _MOST),
    "period_days": (0, 36_500),
    "min_people": (1, _MOST),
    **{f"weight_{name}": _ANY for name in ("reach", "wish", "severity", "momentum", "breadth", "recency")},
    "half_life_days": (_TINY, _MOST),
    "bootstrap": (1, 100_000),
    "confidence": (_TINY, 1),
    "seed": _ANY,
    "baseline": (1, 1000),
    "min_cell": (1, _MOST),
    "min_cohort": (1, _MOST),
    "llm_tokens": (1, _MOST),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Settings of an analysis, with their defaults.

    Reading: `as_of` (ISO date or time; empty: the newest post), `timezone`.
    Text: `user_dict` and `stopwords` are paths of word lists (empty: none, and the list that is shipped);
    `new_words` switches the discovery of new words on.
    Copies: `duplicate_threshold` is the Jaccard similarity of character bigrams from which texts are copies;
    `copy_cap` is how many people the copies of one text count for at most.
    Model: `model` is ``use`` (embedded), ``use-paraphrase``, ``lexical``, ``e5`` or ``e5-paraphrase`` (both an extra),
    or any sentence-transformers name or folder.
    Ranking: the `weight_*` are relative, and normalised to sum to 1; `bootstrap` is the number of resamples behind
    intervals of `confidence`; `half_life_days` is the age at which a mention counts half for recency.
    `author_weights` declares how much people count by what is known of them (``tier:VIP=3,tier:普通=1,revenue:log``;
    empty: all the same).
    `min_people` is the reach below which a theme is no suggestion. `period_days` of 0 chooses the period from the
    span of the data. A `window` (``7d``, ``2w``, ``month``) limits the analysis to the last one and the `baseline`
    windows before it, and compares it with the one before; empty looks at everything.
    Cohorts: counts of people from 1 to `min_cell` - 1 are not shown by cohort, and cohorts of fewer than `min_cohort`
    people are counted together.
    `taxonomy` names an area taxonomy (``app``, ``hardware``, ``service``, ``auto``, ``none`` or a path).
    `values` is the taxonomy of value and cost that problems and wishes are sorted by: ``auto`` (the one that is
    shipped), ``none`` or a path. `seed` drives everything random.
    Language model: `llm` is the address of an OpenAI-compatible server (empty: none is asked), `llm_model` the name of
    the model there; `llm_tokens` bounds what is sent and received in a run, a character counting as a token.
    """

    as_of: str = ""
    timezone: str = "Asia/Shanghai"
    user_dict: str = ""
    stopwords: str = ""
    new_words: bool = True
    duplicate_threshold: float = 0.8
    copy_cap: int = 3
    model: str = "use"
    taxonomy: str = "auto"
    values: str = "auto"
    period_days: int = 0
    window: str = ""
    baseline: int = 8
    min_people: int = 2
    min_cell: int = 3
    min_cohort: int = 10
    weight_reach: float = 0.50
    weight_wish: float = 0.10
    weight_severity: float = 0.18
    weight_momentum: float = 0.12
    weight_breadth: float = 0.05
    weight_recency: float = 0.05
    author_weights: str = ""
    half_life_days: float = 90.0
    bootstrap: int = 400
    confidence: float = 0.9
    seed: int = 0
    llm: str = ""
    llm_model: str = ""
    llm_tokens: int = 50_000

    def __post_init__(self) -> None:
        for name, (least, most) in RANGES.items():
            value = getattr(self, name)
            if not least <= value <= most:  # NaN is in no range
                told = f"above 0, at most {most}" if least == _TINY else f"{least:g} to {most:g}"
                raise ConfigError(f"setting {name} = {value} makes no sense; give one {told}")
        if self.window:
            length_of(self.window)
        parse(self.author_weights)
        if self.llm:
            _check_address(self.llm)
            if not self.llm_model:
                raise ConfigError("setting llm needs the name of a model there; give it with --llm-model NAME")

    @property
    def weights(self) -> dict[str, float]:
        """Signal name -> weight, summing to 1."""
        raw = {
            name.removeprefix("weight_"): value for name, value in self.as_dict().items() if name.startswith("weight_")
        }
        total = sum(map(float, raw.values()))  # type: ignore[arg-type]
        if total <= 0:
            raise ConfigError("the weights of the ranking are all zero; give at least one weight_* a value above 0")
        return {name: float(value) / total for name, value in raw.items()}  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, object]:
        """Setting -> value, in order of declaration."""
        return dataclasses.asdict(self)

    @classmethod
    def load(cls, path: Path | str | None = None, **overrides: object) -> Config:
        """Read settings from a TOML file; keyword arguments that are not None win over it."""
        settings: dict[str, object] = {}
        if path:
            settings |= _read_toml(Path(path))
        settings |= {name: value for name, value in overrides.items() if value is not None}
        return cls.from_mapping(settings)

    @classmethod
    def from_mapping(cls, settings: Mapping[str, object]) -> Config:
        """A configuration from setting names; an unknown name or a value of the wrong type is a ConfigError."""
        fields = {field.name: type(field.default) for field in dataclasses.fields(cls)}
        for name, value in settings.items():
            if name not in fields:
                raise ConfigError(f"there is no setting {name!r}; settings are {', '.join(fields)}")
            wanted = (int, float) if fields[name] is float else fields[name]
            if not isinstance(value, wanted) or (isinstance(value, bool) and fields[name] is not bool):
                raise ConfigError(f"setting {name} = {value!r} is not a {fields[name].__name__}")
        return cls(**settings)  # type: ignore[arg-type]


def _check_address(url: str) -> None:
    """Refuse what is no address, or more than one; without repeating it, since it may hold a secret."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half a bracket
        is_address = False
    if not is_address or not url.isprintable() or " " in url:
        raise ConfigError("setting llm is no address of a server; give one such as http://127.0.0.1:8000/v1")
    if any(sign in url for sign in "@?#"):  # settings are stored with each run and shown in its report
        raise ConfigError("setting llm holds more than an address; keep the key in the variable VOC_LLM_KEY instead")


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
