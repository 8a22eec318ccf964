"""Why somebody cannot sign in, in words for support: ``facts.py`` gathers what is known, ``diagnoses.py`` judges it."""

from .diagnoses import Diagnosis, diagnose
from .facts import gather

__all__ = ["Diagnosis", "diagnose", "gather"]
