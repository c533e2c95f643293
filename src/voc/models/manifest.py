"""Manifests: which files a model consists of, and what they were made from, by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from voc.errors import ConfigError

NAME = "manifest.json"
_OURS = ("corpora/", "models/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """`files` and `inputs` map paths to SHA-256 digests; `n_bytes` is the size of the files together.

    Paths of files are relative to the folder of the model. Inputs are files of the project (``corpora/...``,
    ``models/...``), or something from elsewhere under a name that says what.
    """

    source: str
    n_bytes: int
    files: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that change with any file."""
        return hashlib.sha256(json.dumps(dict(sorted(self.files.items()))).encode()).hexdigest()[:16]

    @classmethod
    def of(cls, folder: Path, *, source: str, inputs: Mapping[str, str]) -> Manifest:
        """Describe every file of `folder` but its manifest and its cards."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in (NAME, "README.md")]
        return cls(
            source=source,
            n_bytes=sum(path.stat().st_size for path in files),
            files={path.relative_to(folder).as_posix(): sha256(path) for path in files},
            inputs=dict(inputs),
        )

    @classmethod
    def load(cls, folder: Path) -> Manifest | None:
        """The manifest of a model, None where it has none; ConfigError for one that cannot be read."""
        path = folder / NAME
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise ConfigError(f"{path} is no manifest ({error}); build the model again") from error

    def save(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"
        (folder / NAME).write_text(text, encoding="utf-8")

    def n_present(self, folder: Path) -> int:
        """How many of the files are there, whatever they hold."""
        return sum((folder / name).is_file() for name in self.files)

    def problems(self, folder: Path, project: Path) -> list[str]:
        """What is not as it was when the manifest was written; `project` is the folder that holds its inputs."""
        files = {name: (folder / name, digest) for name, digest in self.files.items()}
        inputs = {name: (project / name, digest) for name, digest in self.inputs.items() if name.startswith(_OURS)}
        return [
            *(f"{name} {trouble}" for name, (path, digest) in files.items() if (trouble := _trouble(path, digest))),
            *(
                f"{name}, which it was trained on, {trouble}"
                for name, (path, digest) in inputs.items()
                if (trouble := _trouble(path, digest))
            ),
        ]


def sha256(path: Path) -> str:
    """The digest of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _trouble(path: Path, digest: str) -> str:
    if not path.is_file():
        return "is missing"
    return "" if sha256(path) == digest else "has changed"
