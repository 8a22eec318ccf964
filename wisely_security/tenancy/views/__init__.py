"""The pages of an account: signing in, passwords, sessions, people. urls.py and Django admin import them."""
