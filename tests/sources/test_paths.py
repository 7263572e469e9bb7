"""Files, folders, globs and archives."""

from __future__ import annotations

import os
import zipfile

import pytest
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError
from cib.progress import SILENT
from cib.sources.paths import files_of
from tests.sources.samples import read


def test_lists_and_globs_read_like_the_whole(folder):
    whole = read(folder).posts_table
    every = [folder / "a.csv", str(folder / "b.jsonl"), folder / "*.gz", folder / "more"]
    assert_frame_equal(read(every).posts_table, whole)
    assert_frame_equal(read(str(folder / "**" / "[abcd].*")).posts_table, whole)


def test_a_glob_may_be_relative(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert read("*.csv").imported.source == "*.csv"
    assert len(read(f"more{os.sep}*.parquet")) == 10


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a.cvs", r"a\.cvs: there is no such file or folder\. Did you mean 'a\.csv'\?"),
        ("nothing/at/all.csv", r"there is no such file or folder\. Check the path"),
        ("*.xml", "there is no file to read"),
        ("README.txt", "the name does not tell a kind of table"),
    ],
)
def test_a_path_to_nothing_is_an_error(folder, path, message):
    with pytest.raises(InputError, match=message):
        read(folder / path)


def test_hidden_files_of_folders_and_archives_are_none(folder):
    (folder / ".hidden.csv").write_text("x")
    files, others = files_of(folder, 10**6, SILENT)
    assert ([file.path.name for file in files], others) == (["a.csv", "b.jsonl", "c.tsv.gz", "d.parquet"], 1)
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("b/two.csv", "a/one.jsonl.gz", "README.txt", ".hidden.csv", "__MACOSX/b/two.csv"):
            archive.writestr(name, "x")
    files, others = files_of(folder / "all.zip", 10**6, SILENT)
    assert ([file.member for file in files], others) == (["a/one.jsonl.gz", "b/two.csv"], 1)


def test_a_collection_is_no_folder_of_files(tmp_path, folder):
    cib.Collection(tmp_path / "mine").append(folder / "a.csv")
    with pytest.raises(InputError, match=r"this is a collection.*Collection\(folder\)\.activity"):
        files_of(tmp_path / "mine", 10**6, SILENT)
