"""Importing and recomputing on a cluster: the same catalogue as without it, and a lost scheduler costs only time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from catalog.library import Library, open_library
from catalog.model import ImportSummary
from tests.cluster.dask_processes import ROOT, Dask


def everything(library: Library) -> list[str]:
    """The whole catalogue, when things were imported left aside."""
    lines = []
    for line in library.export("jsonl", everything=True):
        doc = json.loads(line)
        doc.pop("imported", None)
        lines.append(json.dumps(doc, sort_keys=True))
    return sorted(lines)


def test_a_cluster_makes_the_same_catalogue(dask: Dask, imported: Path, stories: Path, tmp_path: Path) -> None:
    """Importing the example stories, and comparing and hashing them again, gives what one machine gives."""
    with open_library(imported) as here, open_library(tmp_path / "catalogue") as library:
        for _ in library.import_([stories], cluster=dask.address):
            pass
        assert everything(library) == everything(here)
        for what in ("rehash", "regroup"):
            *_, summary = library.recompute(what, cluster=dask.address)
            assert isinstance(summary, ImportSummary) and not summary.counts["rejected"]
        assert everything(library) == everything(here)


def _import(folder: Path, catalogue: Path, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "catalog.cli", "--catalog", str(catalogue), "import", str(folder), "--json",
         "--cluster", address],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.timeout(400)
def test_a_lost_scheduler_costs_no_picture_and_doubles_none(installed: None, tmp_path: Path) -> None:
    """The command ends with exit 3 and a sentence; run again on another cluster, it does what is left, each picture once."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(400):
        Image.effect_noise((80, 60), 40 + number % 60).save(pictures / f"{number:03}.jpg", comment=b"%d" % number)
    first = Dask(tmp_path)
    first.start(workers=1)
    reported: list[str] = []
    try:
        process = _import(pictures, tmp_path / "catalogue", first.address)
        assert process.stdout is not None and process.stderr is not None
        reported.append(process.stdout.readline())
        first.kill_scheduler()
        reported += process.stdout.readlines()
        assert process.wait(60) == 3
        assert "was lost" in process.stderr.read()
    finally:
        first.stop()
    done = [json.loads(line)["path"] for line in reported]
    assert 0 < len(done) < 400
    second = _import(pictures, tmp_path / "catalogue", "local")
    out, err = second.communicate(timeout=240)
    assert second.returncode == 0, err
    *lines, last = map(json.loads, out.splitlines())
    new = [line["path"] for line in lines if line["result"] == "new"]
    assert sorted(done + new) == sorted(str(p) for p in pictures.iterdir())
    assert last["summary"]["new"] == 400 - len(done) and last["summary"]["rejected"] == 0
    with open_library(tmp_path / "catalogue") as library:
        assert library.store.count("image") == 400 and not list(library.verify())
