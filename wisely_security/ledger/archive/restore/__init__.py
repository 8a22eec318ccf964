"""A month of events comes back from its archive, whatever its record’s columns were when it left."""
