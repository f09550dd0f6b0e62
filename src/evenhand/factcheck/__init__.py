"""Published fact-checks: read, matched to posts, corrected."""
