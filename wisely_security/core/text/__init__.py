"""Text from people: how it is compared and put in order, which characters it may hold, and names taken for one another.

Imports nothing else of the project; everything may import it.
"""
