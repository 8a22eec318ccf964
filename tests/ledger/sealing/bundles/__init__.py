"""The bundle: a download with proof, checked by ``verify_bundle.py`` alone."""
