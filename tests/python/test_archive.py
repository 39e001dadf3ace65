"""Hostile and broken files give one sentence each, and other files are read."""

import gzip
import io
import os
import stat
import zipfile
import zlib
from pathlib import Path

import pytest

from stride.errors import StrideError
from stride.ingest import archive
from stride.ingest.archive import list_files, read


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def contents(path: Path) -> dict[str, bytes]:
    return {entry.name: read(entry) for entry in list_files(path).entries}


def test_a_zip_a_folder_and_a_zip_in_either_are_read_alike(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"b.gpx": b"<gpx/>"})
    folder = tmp_path / "folder"
    (folder / "activities").mkdir(parents=True)
    (folder / "activities" / "a.tcx.gz").write_bytes(gzip.compress(b"<tcx/>"))
    (folder / "part.zip").write_bytes(inner.read_bytes())
    outer = zipped(
        tmp_path / "outer.zip",
        {
            "activities/a.tcx.gz": gzip.compress(b"<tcx/>"),
            "part.zip": inner.read_bytes(),
            "__MACOSX/._a.tcx": b"junk",
            ".DS_Store": b"junk",
        },
    )
    assert contents(folder) == {
        "folder/activities/a.tcx.gz": b"<tcx/>",
        "folder/part.zip/b.gpx": b"<gpx/>",
    }
    assert contents(outer) == {
        "outer.zip/activities/a.tcx.gz": b"<tcx/>",
        "outer.zip/part.zip/b.gpx": b"<gpx/>",
    }


def test_names_that_escape_the_archive_write_no_files(tmp_path):
    path = zipped(
        tmp_path / "slip.zip",
        {"../../evil.fit": b"1", "/etc/evil.fit": b"2", "a\\..\\..\\evil.gpx": b"3"},
    )
    before = sorted(tmp_path.rglob("*"))
    assert sorted(contents(path)) == [
        "slip.zip/a/evil.gpx",
        "slip.zip/etc/evil.fit",
        "slip.zip/evil.fit",
    ]
    assert sorted(tmp_path.rglob("*")) == before and not Path("/etc/evil.fit").exists()


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.gpx"
    secret.write_text("private")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "good.gpx").write_text("<gpx/>")
    (folder / "link.gpx").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    listing = list_files(folder)
    assert [entry.name for entry in listing.entries] == ["folder/good.gpx"]
    assert ("folder/link.gpx", "a link, not a file") in listing.refused
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as made:
        info = zipfile.ZipInfo("link.gpx")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, str(secret))
        made.writestr("good.gpx", "<gpx/>")
    listing = list_files(tmp_path / "links.zip")
    assert [entry.name for entry in listing.entries] == ["links.zip/good.gpx"]
    assert listing.refused == [("links.zip/link.gpx", "a link, not a file")]


def test_a_zip_bomb_is_refused_and_other_files_are_read(tmp_path):
    path = zipped(tmp_path / "bomb.zip", {"bomb.gpx": bytes(40 * 1024**2), "good.gpx": b"<gpx/>"})
    listing = list_files(path)
    assert [entry.name for entry in listing.entries] == ["bomb.zip/good.gpx"]
    assert listing.refused[0].why.startswith("it would unpack to 41,943,040")


def test_a_bomb_that_lies_about_its_size_is_stopped_while_unpacking(tmp_path):
    path = tmp_path / "bomb.gpx.gz"
    path.write_bytes(gzip.compress(bytes(64 * 1024**2)))
    (entry,) = list_files(path).entries
    with pytest.raises(StrideError, match=r"bomb.gpx.gz unpacks to more than \d+ MB"):
        read(entry)


def test_a_five_gigabyte_line_is_refused_without_reading_it_all(tmp_path):
    path = tmp_path / "activities.csv"
    with path.open("wb") as stream:
        stream.truncate(5 * 1024**3)  # sparse: it takes no room here
    (entry,) = list_files(path).entries
    with pytest.raises(StrideError, match="more than 256 MB: no real file is that large"):
        read(entry)


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_FILES", 3)
    path = zipped(tmp_path / "many.zip", {f"{n}.gpx": b"" for n in range(4)})
    with pytest.raises(StrideError, match="this is not an export"):
        list_files(path)


def test_of_members_with_the_same_name_the_last_is_read_and_reported(tmp_path):
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.gpx", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("a.gpx", b"last")
    assert contents(path) == {"twice.zip/a.gpx": b"last"}
    assert list_files(path).refused == [
        ("twice.zip", "1 of its files comes twice; the last of each is read")
    ]


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"x" * 10_000)[:-20],
        gzip.compress(b"x" * 10_000)[:40],
        b"\x1f\x8b\x08\x00garbage",
    ],
    # Not by content, which holds the second it was made in: processes that share the tests differ.
    ids=["without its end", "without most", "garbage"],
)
def test_a_truncated_gzip_is_one_sentence(tmp_path, content):
    (tmp_path / "a.tcx.gz").write_bytes(content)
    (entry,) = list_files(tmp_path / "a.tcx.gz").entries
    with pytest.raises(StrideError, match=r"a.tcx.gz can't be read .*: export or copy it again"):
        read(entry)


def test_a_zip_cut_anywhere_never_shows_a_stack_trace(tmp_path):
    whole = zipped(tmp_path / "whole.zip", {"a.gpx": b"<gpx/>" * 500, "b.gpx": b"<gpx/>"})
    content = whole.read_bytes()
    for length in range(0, len(content), 7):
        path = tmp_path / "cut.zip"
        path.write_bytes(content[:length])
        try:
            for entry in list_files(path).entries:
                read(entry)
        except StrideError as problem:
            assert "\n" not in str(problem)


def test_a_member_with_a_wrong_checksum_is_named(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.gpx": b"<gpx>hello</gpx>"})
    content = bytearray(path.read_bytes())
    at = content.index(zlib.crc32(b"<gpx>hello</gpx>").to_bytes(4, "little"))
    content[at] ^= 0xFF
    last = content.rindex(zlib.crc32(b"<gpx>hello</gpx>").to_bytes(4, "little"))
    content[last] ^= 0xFF
    path.write_bytes(content)
    (entry,) = list_files(path).entries
    with pytest.raises(StrideError, match=r"a.zip/a.gpx can't be read \(Bad CRC-32"):
        read(entry)


def test_a_folder_that_cannot_be_listed_does_not_stop_the_others(tmp_path, monkeypatch):
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.gpx").write_text("<gpx/>")
    (tmp_path / "bad").mkdir()
    original = os.scandir

    def scandir(path):
        if Path(path).name == "bad":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = list_files(tmp_path)
    assert [entry.base for entry in listing.entries] == ["a.gpx"]
    assert listing.refused == [("bad", "Permission denied")]
    with pytest.raises(StrideError, match=r"bad can't be read \(Permission denied\)"):
        list_files(tmp_path / "bad")


def test_an_encrypted_member_is_refused(tmp_path):
    path = zipped(tmp_path / "locked.zip", {"a.gpx": b"<gpx/>"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert list_files(path).refused == [("locked.zip/a.gpx", "it is encrypted")]


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_in_zips_are_looked_into_five_levels_deep(tmp_path, packing):
    content, name = b"<gpx/>", "a.gpx"
    for level in range(7):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w", packing) as made:
            made.writestr(name, content)
        content, name = inner.getvalue(), f"{level}.zip"
        if level == 5:
            (tmp_path / "outer.zip").write_bytes(content)
            (entry,) = list_files(tmp_path / "outer.zip").entries
            assert (entry.base, read(entry)) == ("a.gpx", b"<gpx/>")
    (tmp_path / "deeper.zip").write_bytes(content)
    listing = list_files(tmp_path / "deeper.zip")
    assert not listing.entries and "a zip below 5 others" in listing.refused[0].why
