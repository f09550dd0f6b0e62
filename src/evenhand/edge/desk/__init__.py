"""The work of people: what they bring, what they decide, what they answer, what they stop.

`bringing.py` takes in reports, orders, appeals and withdrawals; `deciding.py` a reviewer's
decisions and what is given back; `appeals.py` the answers to appeals; `brakes.py` suspensions and
reversals; `waiting.py` lists what somebody has still to look at. The rules are those of the pure
rooms (`report`, `appeal`, `decide`); here they are handed what the store knows, and what comes of
them is stored in one transaction, sealed, and only then delivered.
"""
