"""Who may see findings, and who may decide on them."""

from wisely_security.tenancy import permissions

VIEW = permissions.declare("findings.view", "Findings", "View findings")
DECIDE = permissions.declare("findings.decide", "Findings", "Decide on findings, and set what the rules look for")
