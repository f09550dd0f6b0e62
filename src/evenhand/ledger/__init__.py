"""A tamper-evident log as arithmetic on bytes; no I/O."""
