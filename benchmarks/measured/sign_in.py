"""The attempts that are compared: each posts the form of the sign-in page, from an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from random import randrange

from django.test import Client

from ..runner import Done, stopwatch

USERNAME, PASSWORD = "alice@acme.example", "correct horse battery"
WINDOWS_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
)


def operations(forget: Callable[[], None]) -> dict[str, Callable[[int], Done]]:
    """``forget``: called before each attempt, so that none finds guesses at the account before it."""

    def attempt(password: str, status: int) -> float:
        forget()
        client = Client(headers={"user-agent": WINDOWS_CHROME}, REMOTE_ADDR=f"10.{randrange(256)}.{randrange(256)}.1")
        with stopwatch() as milliseconds:
            answer = client.post("/sign-in/", {"username": USERNAME, "password": password})
        assert answer.status_code == status, answer.status_code
        return milliseconds()

    def attempts(password: str, status: int) -> Callable[[int], Done]:
        return lambda number: Done([attempt(password, status) for _ in range(number)], number)

    return {"right password": attempts(PASSWORD, 302), "wrong password": attempts("not it", refusal())}


def refusal() -> int:
    """The status of a refusal: Django's own is 200."""
    return Client().post("/sign-in/", {"username": "nobody@acme.example", "password": "x"}).status_code
