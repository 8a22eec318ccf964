"""How events are found by whatever filters are on: search segments, and plans that read events through them.
Reports import ``plan``, records ``fields``. The SQL is in ``../migrations/0009_search_segments.sql``."""
