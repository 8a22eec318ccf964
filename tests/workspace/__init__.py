"""Tests of the workspace through its pages: what all modules have in common, and a folder for each other subject."""
