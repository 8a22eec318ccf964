"""Tests of the e-mails that people get about their own account."""
