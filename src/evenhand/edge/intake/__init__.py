"""Posts come in from files: JSON lines, CSV, TSV, Parquet; what is malformed is set aside, whole.

`read.read_posts` is the way in, `spec/posts.md` the format.
"""
