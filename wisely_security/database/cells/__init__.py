"""Cells: several PostgreSQL primaries, each with whole tenants in it. Which of them this thread works in (routing.py);
what happens where one is down (breaker.py) or silent (silence.py); what is done in each of them again and again
(turns.py). The first is the database ``default``; the others are in DATABASE_CELL_URLS (configuration.py).

Imports core; everything above database may import it.
"""
