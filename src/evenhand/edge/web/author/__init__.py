"""The author's pages: what was done to a post and why, its receipt, the appeal and its answer.

Nobody signs in: an address that holds a signature came with the notice, and opens this decision.
"""
