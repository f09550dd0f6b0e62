"""The store is held against the files that were published of it."""

import pytest
from tests.audit.test_verify import ENTRIES, published

from evenhand.edge.ledger.anywhere import files_beside
from evenhand.edge.ledger.fsck import compare
from evenhand.edge.store.database import StoreError, open_engine


def test_a_store_with_fewer_entries_than_were_published_is_an_older_copy(tmp_path):
    engine = open_engine(tmp_path / "evenhand.db")
    log = tmp_path / "ledger"
    log.mkdir()
    (log / "checkpoint").write_bytes(published(ENTRIES[:3])["checkpoint"])
    with pytest.raises(StoreError, match="3 entries are published and the store has only 0"):
        compare(engine, log)


def test_what_lies_beside_a_logs_own_files_is_listed(tmp_path):
    (tmp_path / "documents").mkdir()
    for name in ("checkpoint", "policy", ".writer", "notes.txt", "documents/00"):
        (tmp_path / name).write_text("hello")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert files_beside(tmp_path) == ["documents/00", "loop", "notes.txt"]
