"""Decision -> statement of reasons -> the words that people read.

`statement.py` derives what DSA Art. 17(3) demands from the record; `letter.py` says it to the
post's author in plain words.
"""
