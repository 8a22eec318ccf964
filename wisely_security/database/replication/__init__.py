"""The read replica: which reads may go there, and how a person keeps seeing their own writes.

Imports core; everything above database may import it.
"""
