"""Actions that are refused, come too late, collide or crash: nothing by halves, and the record says so."""
