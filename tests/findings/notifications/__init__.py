"""Tests of what people are notified of findings by e-mail."""
