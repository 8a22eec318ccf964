"""In which cell a request is answered: by what it brings (brought.py), and again in another one where that belongs to a
tenant that has moved (moved.py)."""
