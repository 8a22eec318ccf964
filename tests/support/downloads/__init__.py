"""Downloads for tests: watched and broken while they run, and read by a strict parser."""
