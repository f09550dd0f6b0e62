"""A file is there whole, for its owner alone, or not at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evenhand.edge.whole_file import check_place, write_whole
from evenhand.errors import EvenhandError


def test_a_file_is_written_for_its_owner_alone_and_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    for data in (b"one", b"two"):
        check_place(path)
        write_whole(path, data)
        assert path.read_bytes() == data and list(tmp_path.iterdir()) == [path]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_nothing_is_left_where_writing_ends_early(tmp_path: Path, wrong: BaseException,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise wrong

    path = tmp_path / "page.html"
    path.write_bytes(b"before")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises((EvenhandError, KeyboardInterrupt)):
        write_whole(path, b"after")
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_place_where_nothing_can_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match="a folder is there"):
        check_place(tmp_path)
    with pytest.raises(EvenhandError, match="the folder is not there"):
        check_place(tmp_path / "no" / "page.html")
