"""Saved views: the menu above the filters of a record, and the pages that save, edit and delete them."""
