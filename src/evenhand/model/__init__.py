"""The nouns of moderation, frozen; every field is marked once with its audience."""
