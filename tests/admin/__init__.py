"""Tests of Django admin, for support alone, through all parts. A file for each page or promise, hence so many."""
