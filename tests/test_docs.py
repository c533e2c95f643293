"""The documents: the tour runs, links lead somewhere, generated parts are as the code is."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docs import BLOCKS, CORPORA, DOCUMENTS, README, ROOT, updated
from voc.datatypes import FileSummary
from voc.ingest import read

MARKDOWN = [*DOCUMENTS, *(ROOT / name for name in ("benchmarks/README.md", "benchmarks/LOG.md", "models/README.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.parent.name)
def test_the_generated_parts_are_as_the_code_and_the_files_are(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == updated(text)


def test_every_generated_block_is_in_a_document() -> None:
    found = [
        name for path in DOCUMENTS for name in re.findall(r"<!-- (?:generated|table): (\w+)", path.read_text("utf-8"))
    ]
    assert sorted(found) == sorted(BLOCKS)


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in re.findall(r"^#+ (.*)", text, re.M)
    }
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith("http")]
    lost = [link for link in links if link[0] != "#" and not (document.parent / link.split("#")[0]).exists()]
    assert lost == []
    assert [link for link in links if link[0] == "#" and link[1:] not in anchors] == []


def test_make_has_every_target_that_the_readme_names() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"`make ([a-z ]+)`", README.read_text("utf-8")))
    assert {target for targets_ in named for target in targets_.split()} - targets == set()


def test_the_picture_of_the_report_is_small() -> None:
    assert (ROOT / "benchmarks" / "report.png").stat().st_size < 300_000


def test_the_datasheet_of_the_demo_is_not_read_as_feedback() -> None:
    assert (CORPORA / "demo" / "README.md").exists()
    events = read([str(CORPORA / "demo")], as_of=datetime.now(UTC))
    assert {Path(event.file).name for event in events if isinstance(event, FileSummary)} == {
        "forum.jsonl",
        "reviews.csv",
    }


def test_the_tour_runs_as_written_in_under_two_minutes(tmp_path: Path) -> None:
    """Of the processor, so that other work on the machine does not count."""
    (block,) = re.findall(r"<!-- tour -->\n```sh\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    shutil.copytree(CORPORA / "demo", tmp_path / "corpora" / "demo")
    for name, module in {"voc": "voc", "sqlite-utils": "sqlite_utils"}.items():
        command = tmp_path / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONIOENCODING": "utf-8",
        "OPENBLAS_NUM_THREADS": "1",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    script = ["bash", "-euo", "pipefail", "-c", block]
    done = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert "540 added" in done.stdout
    assert "156 added" in done.stdout
    assert "<html" in (tmp_path / "report.html").read_text("utf-8")
    assert "相册一翻就退" in (tmp_path / "week2.html").read_text("utf-8")
    assert re.search(r"2026-04-19 +相册一翻就退", done.stdout)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 120
