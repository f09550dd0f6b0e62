"""The ledger on disk: the sequencer, the keys and the tiles."""
