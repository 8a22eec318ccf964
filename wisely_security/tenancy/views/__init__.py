"""The pages of an account: access, signing in, passwords, sessions, people; their URLs, menu and middleware.

Imports forms, sign_in and models. Every page of the apps above imports access and menu.
"""
