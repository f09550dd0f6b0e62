"""Delivery: what waits to be handed over, the channels that it goes by, and what became of it."""
