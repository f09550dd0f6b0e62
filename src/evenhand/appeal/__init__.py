"""An appeal: admitted or refused, what turns on each of its points, who answers, what came of it.

`appealed.py` is the decision that it disputes, with what that was made from; `admit.py` and
`points.py` refuse what cannot be answered; `what_if.py` evaluates the clauses again with the facts
as the appeal states them; `answering.py` says who may answer and what; `outcome.py` derives the
end. The definitions stand in `spec/appeals.md`.
"""
