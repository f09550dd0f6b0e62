"""Pages for anybody: the terms, the fact-checks in use, the figures, the log, a receipt's check."""
