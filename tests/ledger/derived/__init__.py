"""The rollup behind charts and totals: exact at every moment, isolated, and cheap."""
