"""The store of record: SQLAlchemy Core tables, migrations and the rules they enforce."""
