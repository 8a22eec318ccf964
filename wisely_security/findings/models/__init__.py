"""What is found, what tenants have decided about it, and who is notified of it."""

from .alert import Alert, AlertSettings, How
from .finding import (
    LONGEST_REASON,
    Answer,
    Finding,
    FindingException,
    RuleSettings,
    State,
    limits_in_force,
)
from .question import AskSettings, Question

__all__ = [
    "LONGEST_REASON",
    "Alert",
    "AlertSettings",
    "Answer",
    "AskSettings",
    "Finding",
    "FindingException",
    "How",
    "Question",
    "RuleSettings",
    "State",
    "limits_in_force",
]
