"""Signals report facts about a post; each file is one, found without a central list.

A file of this package that holds `SIGNAL` is a signal, ready to use. One that holds `EXEMPLAR`
is a kind of signal that must first be given something (the word lists of the terms); its exemplar
was given examples. Either way its `examples` are its tests. `spec/signals.md` says how to write
one.
"""
