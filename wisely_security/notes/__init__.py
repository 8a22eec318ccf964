"""Notes that people write on events of both records. A note never changes its event.

Imports both records and the workspace's layer below it; only erasure and the demo import it.
"""
