"""Downloads of a record: CSV and XLSX as streams, within download slots, each recorded.

Imports columns and filtering; reports' views and the two records may import it.
"""
