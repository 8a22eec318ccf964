"""Tests of the workspace through its pages: what all modules do alike, here; a folder for the rest."""
