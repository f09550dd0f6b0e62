"""The address of a store: in the file without a password, in the environment with one."""

from __future__ import annotations

import pytest

from evenhand.edge.config import ConfigError, load_config
from evenhand.edge.store.address import Server

REST = """
[platform]
id = "forum"
name = "Forum"
[clock]
kind = "live"
[ledger]
log = "forum.example/ledger"
"""


def load(folder, store):
    (folder / "evenhand.toml").write_text(f"store = {store}\n{REST}")
    return load_config(folder).store


@pytest.fixture(autouse=True)
def nothing_in_the_environment(monkeypatch):
    monkeypatch.delenv("EVENHAND_STORE", raising=False)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_the_file_names_a_server(tmp_path, scheme):
    store = load(tmp_path, f'"{scheme}://evenhand@db.example:5433/square?sslmode=require"')
    assert store == Server(
        url="postgresql+psycopg://evenhand@db.example:5433/square?sslmode=require",
        shown="postgresql://evenhand@db.example:5433/square?sslmode=require")


@pytest.mark.parametrize(("store", "said"), [
    ('"postgresql://evenhand:hunter2@db.example/square"', "a password stands"),
    ('"postgresql://evenhand:@db.example/square"', "a password stands"),
    ('"postgresql://evenhand@db.example/square?password=hunter2"', "a password stands"),
    ('"postgresql://evenhand@db.example/square?sslpassword=hunter2"', "a password stands"),
    ('"postgresql://evenhand:hunter2@db.example"', "a password stands"),
    ('"postgresql://evenhand@db.example"', "names no database"),
    ('"mysql://evenhand:hunter2@db.example/square"', "not one of PostgreSQL"),
    ('"sqlite:///hunter2.db"', "not one of PostgreSQL"),
    ('"postgresql://evenhand:hunter2@db.example:port/square"', "cannot be read"),
    ('"hunter2"', "cannot be read"), ('""', "cannot be read"), ("17", "not the address"),
    ("[]", "not the address")])
def test_a_wrong_address_is_refused_and_not_repeated(tmp_path, store, said):
    with pytest.raises(ConfigError, match=said) as refused:
        load(tmp_path, store)
    assert "at `store`" in refused.value.what and refused.value.hint
    assert "hunter2" not in str(refused.value)


def test_the_environment_takes_the_place_of_the_file_and_may_hold_a_password(
        tmp_path, monkeypatch):
    monkeypatch.setenv("EVENHAND_STORE", "postgresql://evenhand:hunter2@db.example/other")
    store = load(tmp_path, '"postgresql://evenhand@db.example/square"')
    assert "hunter2" in store.url and store.shown == "postgresql://evenhand@db.example/other"
    assert "hunter2" not in repr(store)
    monkeypatch.setenv("EVENHAND_STORE", "nonsense")
    with pytest.raises(ConfigError, match="at `EVENHAND_STORE`"):
        load(tmp_path, '"postgresql://evenhand@db.example/square"')
    monkeypatch.setenv("EVENHAND_STORE", "")
    assert load(tmp_path, '"postgresql://evenhand@db.example/square"').shown.endswith("/square")
