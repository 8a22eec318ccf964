"""The logs that are kept in the database: written by the sealer, published to files, read for proofs."""
