"""Accounts and sessions: authentication, passwords, e-mailed links, the session store, and the signals they send.

Imports the models. Forms, views and the apps above may import it.
"""
