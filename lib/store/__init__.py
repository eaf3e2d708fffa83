"""Data at rest: a folder of immutable batches and the snapshots folded from them.

tables      the tables, their keys, safe names           folder      where things lie, the manifest, the write lock
ingest/     files become normalised rows                 fold        batches become core.duckdb
sample/     a believable company, seeded                 merge       rows of one key are one row, by the mode of a batch
sources     which batches a table is folded from         history     what changed from import to import
publish     a new snapshot, flipped in atomically        events      events of several batches, each once
draft       the same, published nowhere: a dry run       rollups     events become usage.duckdb
diff        two snapshots, row by row                    dimensions  which columns are dimensions
opening     a snapshot, read-only, cut to a book         sync/       databases and object stores become files to read
counted     what to know of the events of a snapshot
"""
