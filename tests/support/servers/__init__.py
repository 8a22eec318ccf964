"""Servers for tests: the site itself, a mail server, a web server that keeps what it is sent, and a folder for data."""
