"""A rejected row is kept byte for byte, whatever it held and whenever the writer died."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.edge.intake.reject import Reject, RejectsFile, format_reject, parse_reject
from evenhand.errors import EvenhandError

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.builds(Reject, where=WORDS, what=WORDS, hint=WORDS, raw=st.binary(max_size=60)))
def test_what_is_written_is_read_back(reject: Reject) -> None:
    line = format_reject(reject)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert parse_reject(line) == reject


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"{}", b'{"where":"a","what":"b","hint":"c"}',
                                  b'{"where":1,"what":"b","hint":"c","raw":"d"}', b"\xff",
                                  b'{"where":"a","what":"b","hint":"c","raw_base64":"*"}'])
def test_a_line_that_is_no_reject_is_refused(line: bytes) -> None:
    with pytest.raises(EvenhandError, match="not a reject"):
        parse_reject(line)


def test_no_file_is_made_where_nothing_was_rejected(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "rejects.jsonl"):
        pass
    assert not (tmp_path / "rejects.jsonl").exists()


def test_a_second_run_appends_and_ends_a_line_that_a_crash_tore(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    one = Reject(where="a:1", what="no", hint="do", raw=b"\xff")
    path.write_bytes(format_reject(one) + b'{"where":"a:2","wh')
    with RejectsFile(path) as rejects:
        rejects.append(one)
        assert rejects.count == 1
    lines = path.read_bytes().splitlines(keepends=True)
    assert [len(lines), parse_reject(lines[0]), parse_reject(lines[2])] == [3, one, one]


def test_rejects_are_for_their_owner_alone(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "r") as rejects:
        rejects.append(Reject(where="a:1", what="no", hint="do", raw=b""))
    assert (tmp_path / "r").stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EvenhandError, match="cannot write the rejects"):
        RejectsFile(tmp_path / "none" / "r").append(
            Reject(where="a:1", what="no", hint="do", raw=b""))
