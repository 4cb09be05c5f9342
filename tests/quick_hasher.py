"""Argon2 for tests."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The hasher that Fairlead has, without the cost that makes it slow for who guesses."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
