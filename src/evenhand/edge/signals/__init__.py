"""Signals report facts about a post; each file is one, found without a central list."""
