"""Seconds that DuckDB and polars take to read a table into memory: readers.py FILE. None of a reader that is not installed."""

import json
import sys
import tempfile
import time


def duckdb_reads(path):
    import duckdb

    reader = "read_json_auto" if path.endswith(".json") else "read_csv_auto"
    duckdb.connect().execute(f"create table rows as select * from {reader}(?)", [path])


def polars_reads(path):
    import polars

    # As DuckDB does, and we do: types that hold for all rows.
    if path.endswith(".json"):
        polars.read_ndjson(path, infer_schema_length=None)
    else:
        polars.read_csv(path, infer_schema_length=None)


def seconds(read, path):
    try:
        began = time.perf_counter()
        read(path)
        return time.perf_counter() - began
    except ImportError:
        return None


reads = {"DuckDB": duckdb_reads, "polars": polars_reads}
with tempfile.NamedTemporaryFile("w", suffix=".csv") as small:
    small.write("a,b\n1,2\n")
    small.flush()
    # The first call of each loads the library.
    [seconds(read, small.name) for read in reads.values()]
print(json.dumps({name: seconds(read, sys.argv[1]) for name, read in reads.items()}))
