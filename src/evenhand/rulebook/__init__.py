"""A document that people read and the machine runs; knows nothing of moderation or law."""
