"""Tests of Django admin, which only support may use. One file per page or promise."""
