"""The engine: reads windows of both records in the order of time, runs the rules over them, and stores what they find.

Rules see an observation and a bounded memory of its people and networks; neither knows the database."""
