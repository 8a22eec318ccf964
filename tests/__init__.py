"""Tests, a folder for each part of the product and one for what runs through all (admin, browser, machines).

What stands beside them is about the site as a whole; support/ holds what several of them share.
"""
