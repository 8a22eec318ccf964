"""An archive is restored into a record whose columns have changed."""
