"""Forms of accounts, the base of every form, and what protects a form that has become stale.

Imports the models and sign_in. Views and the apps above may import it.
"""
