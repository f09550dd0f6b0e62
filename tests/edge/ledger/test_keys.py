"""Key files: closed to others, never overwritten, refused with a reason."""

import os
import stat

import pytest

from evenhand.edge.ledger.keys import KeyRefused, load_key, load_vkey, make_key, write_vkey
from evenhand.ledger.errors import Malformed
from evenhand.ledger.keys import format_private_key
from evenhand.ledger.note import open_note, sign_note

NAME = "agora.example/log"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.key"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_key_is_closed_to_others_and_its_public_half_is_not(path, umask):
    before = os.umask(umask)
    try:
        made = make_key(path, NAME)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    vkey = path.with_name("log.key.vkey")
    assert stat.S_IMODE(vkey.stat().st_mode) == 0o644
    assert load_vkey(vkey) == made
    assert load_key(path, NAME).verifier == made
    assert {each.name for each in path.parent.iterdir()} == {"log.key", "log.key.vkey"}


def test_what_a_made_key_signs_its_public_half_verifies(path):
    public = make_key(path, NAME)
    assert open_note(sign_note("text\n", [load_key(path, NAME)]), [public]).text == "text\n"


def test_two_keys_are_never_the_same(tmp_path):
    assert make_key(tmp_path / "a", NAME) != make_key(tmp_path / "b", NAME)


def test_a_key_is_never_overwritten(path):
    make_key(path, NAME)
    before = path.read_bytes()
    with pytest.raises(KeyRefused, match="not overwritten") as refused:
        make_key(path, NAME)
    assert refused.value.where == str(path)
    assert path.read_bytes() == before
    assert not path.with_name("log.key.new").exists()


def test_a_key_half_made_by_a_killed_process_is_no_key_and_not_in_the_way(path):
    path.with_name("log.key.new").write_text("PRIVATE+KEY+half")
    make_key(path, NAME)
    load_key(path, NAME)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666, 0o660, 0o601])
def test_a_key_that_others_may_open_is_refused(path, mode):
    make_key(path, NAME)
    path.chmod(mode)
    with pytest.raises(KeyRefused) as refused:
        load_key(path, NAME)
    assert f"its mode is {mode:04o}, not 0600" in str(refused.value)
    assert "chmod 600" in str(refused.value)


def test_a_key_that_only_its_owner_may_read_is_good(path):
    make_key(path, NAME)
    path.chmod(0o400)
    load_key(path, NAME)


def test_a_key_of_another_name_is_refused_with_both_names(path):
    make_key(path, "other.example/log")
    with pytest.raises(KeyRefused, match=r"the key of `other\.example/log`, and the log is") as no:
        load_key(path, NAME)
    assert NAME in str(no.value)


def test_a_key_cut_short_anywhere_is_refused_and_none_of_it_repeated(path):
    make_key(path, NAME)
    whole = path.read_bytes()
    secret = whole.strip()[-40:].decode()
    for end in range(len(whole)):
        path.write_bytes(whole[:end])
        with pytest.raises(KeyRefused) as refused:
            load_key(path, NAME)
        assert refused.value.where == str(path)
        assert secret[4:20] not in str(refused.value)
        assert ("the key file is empty" in str(refused.value)) == (end == 0)


@pytest.mark.parametrize("data", [b"\xff\xfe\n", b"\n", b"hello\n", b"x" * 100_000, b"a\nb\n"])
def test_a_file_that_is_no_key_is_refused(path, data):
    path.touch(mode=0o600)
    path.write_bytes(data)
    with pytest.raises(KeyRefused, match="damaged or cut short"):
        load_key(path, NAME)


def test_two_keys_in_one_file_are_refused(path):
    make_key(path, NAME)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(KeyRefused):
        load_key(path, NAME)


def test_a_pipe_is_no_key_and_nobody_waits_for_it(path):
    os.mkfifo(path)
    with pytest.raises(KeyRefused, match="not a file"):
        load_key(path, NAME)
    with pytest.raises(KeyRefused, match="not a file"):
        load_vkey(path)


def test_no_other_key_takes_the_place_of_one_that_is_gone(path):
    make_key(path, NAME)
    public = path.with_name(path.name + ".vkey")
    text = public.read_text()
    path.unlink()
    with pytest.raises(KeyRefused, match="another key cannot take its place"):
        make_key(path, NAME)
    assert not path.exists() and public.read_text() == text


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    with pytest.raises(KeyRefused, match="No such file"):
        load_key(tmp_path / "none", NAME)
    with pytest.raises(KeyRefused):
        load_key(tmp_path, NAME)
    with pytest.raises(KeyRefused, match="No such file"):
        make_key(tmp_path / "none" / "log.key", NAME)


def test_a_name_that_no_key_can_have_is_refused_before_anything_is_written(path):
    with pytest.raises(Malformed):
        make_key(path, "two words")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"\xff", b"a+b+c", b"no"])
def test_a_public_key_file_that_is_damaged_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(KeyRefused):
        load_vkey(path)
    with pytest.raises(KeyRefused):
        load_vkey(path.with_name("none"))


def test_a_public_key_can_be_written_again(path):
    public = make_key(path, NAME)
    write_vkey(path.with_name("log.key.vkey"), public)
    assert load_vkey(path.with_name("log.key.vkey")) == public
    assert format_private_key(load_key(path, NAME)) + "\n" == path.read_text()
