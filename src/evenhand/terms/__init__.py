"""A platform's terms: what `then` may say, which version applies to which post, what is promised.

`then.py` reads the effects of moderation, `clauses.py` makes a rulebook document a version of
terms, `applies.py` says which clauses of which version govern a post.
"""
