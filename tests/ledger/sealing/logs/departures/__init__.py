"""What leaves a sealed record: by erasure, by retention, into archives; all of it signed."""
