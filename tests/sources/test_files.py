"""read(): paths, folders, globs and lists; which format it is; and the public data."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import cib
from cib.errors import InputError, SettingsError
from tests.sources.samples import ROWS, read


def test_a_folder_reads_like_the_whole(folder):
    activity = read(folder)
    assert_frame_equal(activity.posts_table, read(ROWS).posts_table)
    assert activity.imported.rows_read == 40
    assert activity.imported.files == 4
    assert activity.imported.source == str(folder)
    assert activity.imported.notes[-1].endswith("1 files of other kinds were passed over")


@pytest.mark.parametrize("cut", [1, 17, 39])
def test_two_files_read_like_the_whole(tmp_path, cut):
    bare = pl.concat([ROWS, ROWS[:5]]).drop("post_id")
    for name, rows in (("a", bare[:cut]), ("b", bare[cut:])):
        rows.write_parquet(tmp_path / f"{name}.parquet")
    split, whole = read(tmp_path), read(bare)
    assert_frame_equal(split.posts_table, whole.posts_table)
    assert split.imported.dropped == whole.imported.dropped == {"duplicate": 5}


def test_one_line_tells_of_the_import(folder, capsys):
    cib.read(folder / "a.csv")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{folder / 'a.csv'}: 10 rows read as canonical, 10 kept, none dropped, 2020-01-01")
    assert printed.err.count("\n") == 1


def test_columns_are_mapped_and_reported():
    renamed = ROWS.rename({"account_id": "who", "post_id": "tweet_id", "target_post_id": "object_id"})
    activity = read(renamed, columns={"account_id": "who"})
    assert_frame_equal(activity.posts_table, read(ROWS).posts_table)
    assert activity.imported.columns == {
        "account_id": "who",
        "post_id": "tweet_id",
        "action": "action",
        "created_at": "created_at",
        "target_post_id": "object_id",
    }


def test_accounts_come_beside(folder):
    table = pl.DataFrame({"uid": ["a1", "a2"], "handle": ["x", "y"], "created_at": ["2019-05-01", None]})
    table.write_csv(folder / "README.csv")
    columns = cib.Columns(accounts={"account_id": "uid", "name": "handle"})
    activity = read(folder / "a.csv", accounts=folder / "README.csv", columns=columns)
    assert activity.accounts_table.select("account_id", "name").rows() == [("a1", "x"), ("a2", "y")]
    assert f"{activity.accounts_table['created_at'][0]:%Y-%m-%d}" == "2019-05-01"


def test_files_of_different_formats_are_not_mixed(folder):
    shares = {"object_id": ["x"], "account_id": ["a"], "content_id": ["1"], "timestamp_share": ["5"]}
    pl.DataFrame(shares).write_csv(folder / "b.csv")
    with pytest.raises(InputError, match=r"of different formats\. Got .*a\.csv: canonical, .*b\.csv: shares"):
        read(folder / "*.csv")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "x-relaese"}, r"format='x-relaese' is not known\. Did you mean 'x-release'\?"),
        ({"zone": "CEST"}, "zone='CEST' is no time zone"),
        ({"zone": "europe/paris"}, r"zone='europe/paris' is no time zone\. Did you mean 'Europe/Paris'\?"),
        ({"zone": ""}, "zone must be a text"),
        ({"columns": {"post": "a"}}, "'post' is no column of posts"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SettingsError, match=message):
        read(ROWS, **options)


def test_the_higgs_data_is_read_whole(shared):
    activity = read(shared / "higgs_actions.parquet")
    assert activity.imported.rows_read == activity.imported.rows_kept == 563_069
    assert activity.imported.dropped == {}
    assert activity.imported.precision == 1
    counts = dict(activity.posts_table["action"].cast(str).value_counts().iter_rows())
    assert counts == {"retweet": 354_930, "post": 171_237, "reply": 36_902}
    assert activity.posts_table["mentions"].list.len().sum() == 171_237


def test_the_labelled_data_is_read_whole(shared):
    activity = read(shared / "labelled_dev.parquet", accounts=shared / "labelled_dev_accounts.parquet")
    assert activity.imported.rows_kept == 761_675
    assert activity.imported.precision == 60
    assert activity.imported.targets_unknown == 761_675
    assert activity.posts_table["target_post_id"].n_unique() == 188_937
    assert activity.accounts_table.height == len(activity.account_ids) == 318_168


def test_another_platform_is_read_with_its_actions(shared):
    path = shared / "fake_stars.parquet"
    with pytest.raises(InputError, match=r"column 'action', row 1: the action 'star' is not known\. Say what it means"):
        read(path)
    activity = read(path, columns=cib.Columns({"target_post_id": "object_id"}, actions={"star": "retweet"}))
    assert activity.imported.rows_kept == 34_284
    assert activity.posts_table["target_post_id"].n_unique() == 3_102


def test_naive_times_in_a_sample_need_a_zone(shared):
    path = shared / "format_samples" / "cib_mango_tree" / "hashtag_input.csv"
    columns = {"account_id": "Unique UserID", "text": "Post Content"}
    with pytest.raises(InputError, match=r"column 'Timestamp', row 1: the times state no zone"):
        read(path, columns=columns)
    assert read(path, columns=columns, zone="UTC").imported.rows_kept == 100
