"""Delivery: what waits to be handed over, the channels that it goes by, and what became of it."""

from evenhand.edge.courier.courier import FolderCourier

__all__ = ["FolderCourier"]
