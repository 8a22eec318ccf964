"""Tests of the API: who may call, what is accepted and recorded, and that docs/using/api.md agrees."""
