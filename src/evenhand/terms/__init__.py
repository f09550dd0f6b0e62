"""A platform's terms: what `then` may say, which version applies to which post, what is promised.

`then.py` reads the effects of moderation, `front.py` the front matter, `clauses.py` makes a
rulebook document a version of terms, `siblings.py` reads its translations, `succession.py` holds
versions against one another, `applies.py` says which clauses of which version govern a post;
`categories.py` and `territory.py` hold the words that others have defined.
"""
