"""The pages that people meet: what was published, what was done to a post, and why.

A page is a route in a file of its own below `public/`, its words in `templates/`. It tells what is
recorded, and decides nothing.
"""
