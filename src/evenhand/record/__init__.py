"""The nouns as canonical bytes and back, by kind and version; commitments and erasure."""
