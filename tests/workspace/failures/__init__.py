"""Actions that are refused, come too late, conflict or crash: all or nothing, and the failure is recorded."""
