"""Findings, history, cause and now become a decision, or none where nobody need decide."""
