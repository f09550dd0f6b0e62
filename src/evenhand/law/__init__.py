"""The law as documents that people read and the machine runs: regimes, provisions, readings.

The documents lie beside this file: one a regime (`us-47-usc-230.md`), `facts.md` the facts that
readings may name, `forums.md` the courts and whom they bind. `regimes.py` reads them all into one
`Law`; `held.py` reads what a reading says of itself, `provisions.py` what a provision does,
`then.py` what follows; `facts.py` and `forums.py` read the other two. Nothing here reads a file:
the edge brings the texts. The form is defined in spec/law.md.
"""
