"""The pages that are generated from what the modules declare: list, record, form and actions.

Imports records. Modules import resource_page and forms to declare theirs; admin and the demo may import all.
"""
