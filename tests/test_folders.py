"""A folder holds one result whole, or none; what else is in it stays."""

from __future__ import annotations

import pytest

from cib.errors import InputError
from cib.folders import DETECTION, RELEASE, check_unused, ensure_folder, replace_result


def write(folder, text, *names, overwrite=True, kind=DETECTION):
    with replace_result(folder, kind, overwrite=overwrite) as new:
        for name in (*names, kind.marker):
            (new / name).write_text(text, "utf-8")


def held(folder):
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_later_result_takes_the_place_of_all_files_of_the_earlier(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    write(tmp_path, "old", "accounts.csv", "edges-a.parquet", "layer-b.gexf", "report.html")
    write(tmp_path, "new", "accounts.csv")
    assert held(tmp_path) == {"accounts.csv": "new", "detection.json": "new", "notes.txt": "mine"}


def test_a_folder_in_use_is_refused_before_anything_is_written(tmp_path):
    write(tmp_path, "old", "accounts.csv")
    with pytest.raises(InputError, match=r"in use already\. Got accounts\.csv, detection\.json\. Choose another"):
        write(tmp_path, "new", "accounts.csv", overwrite=False)
    assert held(tmp_path) == {"accounts.csv": "old", "detection.json": "old"}


def test_files_of_the_same_name_that_no_detection_wrote_are_in_the_way_too(tmp_path):
    (tmp_path / "accounts.csv").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="in use already"):
        check_unused(tmp_path, DETECTION, overwrite=False)


def test_a_release_never_takes_the_place_of_a_detection(tmp_path):
    write(tmp_path, "old", "accounts.csv")
    with pytest.raises(InputError, match="holds a detection"):
        write(tmp_path, "new", "accounts.csv", kind=RELEASE)
    assert held(tmp_path)["accounts.csv"] == "old"


def test_what_an_ended_process_left_is_cleared_away(tmp_path):
    (tmp_path / ".cib-unfinished-1").mkdir()
    (tmp_path / ".cib-unfinished-1" / "accounts.csv").write_text("half", "utf-8")
    write(tmp_path, "new")
    assert held(tmp_path) == {"detection.json": "new"}


@pytest.mark.parametrize("below", ["file/below", "a\x00b"])
def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path, below):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Choose another folder"):
        ensure_folder(tmp_path / below)
