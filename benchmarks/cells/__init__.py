"""Several cells: what one that is lost costs the others (lost.py), what a second one on the same machine brings
(two.py), and what cells cost where there are none (cost.py)."""
