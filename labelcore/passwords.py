"""Which passwords are taken: long ones that nobody guesses first, whatever characters they are of.

``common_passwords.txt`` holds those with 12 characters or more among the 80,000 most common of breaches that
Django and zxcvbn list.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from labelcore.errors import BadInput
from labelcore.models import name_key

SHORTEST, LONGEST = 12, 128
"""Characters of a new password, several spaces counted as one."""
LONGEST_EVER = 256
"""Characters of a password that somebody chose with an older labelcore."""
_EASY = ("password", "passwort", "labelcore", "qwerty", "123456", "letmein", "iloveyou", "admin", "密码")


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").splitlines())


def is_easy(password: str, name: str = "") -> bool:
    """Whether others would guess it early; ``name``: of whose password it is."""
    plain = password.casefold()
    begins = any(plain.startswith(easy) for easy in _EASY)
    return len(set(plain)) < 5 or begins or plain in _common() or name_key(plain) == name_key(name)


def check(password: str, name: str) -> None:
    """Raises BadInput: the new password is too short, too long, or easy to guess."""
    if len(re.sub(" +", " ", password)) < SHORTEST or len(password) > LONGEST:
        raise BadInput(
            "A password has {shortest} to {longest} characters.",
            next_step="Four words are easy to keep in mind.",
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if is_easy(password, name):
        raise BadInput("This password is easy to guess.", next_step="Choose another one: four words, say.")
