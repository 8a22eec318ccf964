"""The downloads: CSV, its stream and its compressed form, Excel, and both in real spreadsheets."""
