"""The columns of a record: their declaration, what stands in their cells, and which of them a person sees.

Imports local times and periods of filtering; the rest of reports and the two records may import it.
"""
