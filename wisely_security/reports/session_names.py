"""A session's name as people see it: with a letter before its hexadecimal digits.

Without one, a spreadsheet reads one name in 820 as a number (9007199254740993, 7774768274764e60) and destroys it.
Events hold the digits alone.
"""

PREFIX = "s"


def shown(name: str) -> str:
    return name and PREFIX + name
