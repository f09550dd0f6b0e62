"""Exports: what the audit reads, written from the store, and read again from files alone."""
