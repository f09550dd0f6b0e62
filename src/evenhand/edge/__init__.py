"""The world: files, databases, clocks, people; everything below it is pure."""
