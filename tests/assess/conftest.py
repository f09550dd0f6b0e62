"""The platforms of `tests/edge`, for what is assessed of their records."""

from tests.edge.conftest import engine_kind, new_store, world, worlds

__all__ = ["engine_kind", "new_store", "world", "worlds"]
