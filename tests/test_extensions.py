"""Features of other packages, found as an installation leaves them."""

from __future__ import annotations

import pytest

from cib.cli import main
from cib.errors import SettingsError
from cib.extensions import load_extension
from cib.features.standard import FeatureSet


@pytest.fixture
def installed(tmp_path, monkeypatch):
    (tmp_path / "newsroom_features.py").write_text(
        'def rows(posts):\n    """Things it did."""\n    return posts.to_polars().group_by("account_id").len()\n'
    )
    info = tmp_path / "newsrooms-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: newsrooms\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[cib.features]\nnewsrooms = newsroom_features:rows\nbroken = newsroom_features:lines\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_a_package_brings_a_set():
    features = FeatureSet(load_extension("cib.features", "newsrooms"))
    assert (features.names, features.features[0].family) == (("rows",), "newsroom_features")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "message"),
    [("newsroom", "Did you mean 'newsrooms'"), ("other", "found: broken, newsrooms"), ("broken", "cannot be imported")],
)
def test_what_is_not_there_is_named(name, message):
    with pytest.raises(SettingsError, match=message):
        load_extension("cib.features", name)


def test_the_shell_refuses_before_it_reads(capsys):
    assert main(["detect", "absent.parquet", "--out", "out", "--features", "newsrooms"]) == 2
    assert "no installed package brings features called 'newsrooms'" in capsys.readouterr().err
