"""Data at rest: a folder of immutable batches and the snapshots folded from them.

tables      the tables, their keys, safe names           folder      where things lie, the manifest, the write lock
ingest/     a file becomes normalised rows               fold        batches become core.duckdb
sample/     a believable company, seeded                 rollups     events become usage.duckdb
publish     a new snapshot, flipped in atomically        dimensions  which columns are dimensions
opening     a snapshot, read-only, cut to a book
"""
