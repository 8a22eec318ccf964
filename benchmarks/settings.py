"""The tests' settings, without what Django keeps of every statement and template for developers."""

from tests.settings import *  # noqa: F403

DEBUG = False
