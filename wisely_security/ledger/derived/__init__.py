"""What projectors derive from events off the write path, and the rollup that charts and totals read.

Imports ledger's models, months and sealing; reports and the demo may import it.
"""
