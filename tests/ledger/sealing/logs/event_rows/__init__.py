"""Leaves from rows of COPY, also of a record that has got columns since."""
