"""Evenhand: content moderation that anyone can check.

The architecture is in ARCHITECTURE.md; the words are in GLOSSARY.md.
"""

__version__ = "0.1.0"
