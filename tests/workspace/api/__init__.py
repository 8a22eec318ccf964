"""Tests of the API: who may call, what is taken and recorded, and that docs/api.md says the same."""
