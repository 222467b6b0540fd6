"""What others may see of a plate or tag."""

from dataclasses import dataclass

from edge_agent.clock import Stamp
from edge_agent.privacy.keyring import Keyring
from edge_agent.privacy.pseudonym import Domain, pseudonym
from edge_agent.privacy.sealing import TextSeal


@dataclass(frozen=True, slots=True)
class Hidden:
    """A text that may not be told.

    Attributes:
        ps: Its pseudonym.
        sealed: The text, for the centre's private key alone; None where none is configured.
    """

    ps: str
    sealed: str | None


class Veil:
    """Hides texts. Calls are quick, touch no disk, and may come from any thread.

    Args:
        keys: For pseudonyms.
        seal: To the centre; None when it has given no key.
    """

    def __init__(self, keys: Keyring, seal: TextSeal | None = None) -> None:
        self._keys = keys
        self._seal = seal

    def plate(self, text: str, at: Stamp) -> Hidden:
        """A plate's text read at this moment."""
        return self._hide("plate", text, at)

    def tag(self, epc: str, at: Stamp) -> Hidden:
        """A tag's EPC read at this moment."""
        return self._hide("tag", epc, at)

    def _hide(self, domain: Domain, text: str, at: Stamp) -> Hidden:
        sealed = None if self._seal is None else self._seal.seal(domain, text)
        return Hidden(pseudonym(self._keys.key(at), domain, text), sealed)
