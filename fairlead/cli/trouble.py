"""What keeps a command from doing its work."""


class Trouble(Exception):
    """One line that says what is wrong and what to do about it. `main` prints it and exits with 1."""
