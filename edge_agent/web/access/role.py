"""What a person may do, from less to more; each role may do all that the ones before it may."""

from enum import IntEnum


class Role(IntEnum):
    """Order is meaning."""

    NOBODY = 0
    """Somebody who has not logged in."""
    VIEWER = 1
    """Looks, also from a wall."""
    TECHNICIAN = 2
    """Finds out what is wrong, and changes the configuration."""
    ADMIN = 3
    """Decides who may come in."""

    @property
    def word(self) -> str:
        """As it is stored and shown."""
        return self.name.lower()


def role_of(word: str) -> Role:
    """The role that a word names.

    Raises:
        ValueError: None that an account may have.
    """
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.ADMIN):
        if role.word == word:
            return role
    raise ValueError(f"no role: {word}")
