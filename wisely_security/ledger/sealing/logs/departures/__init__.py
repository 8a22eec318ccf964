"""What leaves a sealed record by the rules, or is erased from it: leaves that go, and statements signed about them."""
