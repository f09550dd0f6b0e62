"""What anyone can do with the record alone: verify, and later replay, backtest, measure."""
