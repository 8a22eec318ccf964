"""The files of archives: written as Parquet, written again without what is erased, and earlier ones."""
