"""The Audit Trail's page, event page, downloads and coverage page.

Imports the model and the registry. The workspace imports it for links and labels; recorders do not.
"""
