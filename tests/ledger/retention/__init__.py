"""How events leave for archives and come back: what is kept, proved, erased, and survives a kill. A promise a file."""
