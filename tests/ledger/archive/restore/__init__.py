"""Months that come back from their archives, as Parquet and of the earlier format, also into changed columns."""
