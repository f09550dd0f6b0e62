"""What was done, assessed under the law as its readings have it: a view, computed when asked for.

`standing.py` ranks a reading as a forum sees it on a day; `under.py` assesses under one reading,
`combine.py` makes one conclusion of several, `assessment.py` assesses a regime with its reasons;
`quick.py` is its twin without reasons, for many; `pattern.py` reads fact patterns from elsewhere.
Nothing here is ever stored, nor shown to a reviewer before they decide (DESIGN 2.6).
"""
