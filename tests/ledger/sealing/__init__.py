"""Sealing: hashes, signatures and formats as specified, down to the byte."""
