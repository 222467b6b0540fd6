"""A group of MQTT messages in, one transaction out: the centre without its network."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_agent.centre import intake
from edge_agent.centre.intake import Ignored, Item, Key, Noticed, Numbered, Refused
from edge_agent.centre.register import Account, Home, Register, Verdict, home
from edge_agent.centre.store import Group, Store, StoreError
from edge_agent.contract.events import About, State
from edge_agent.contract.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as it came off the network; ``received_ns`` is UTC."""

    topic: str
    payload: bytes
    received_ns: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored event, for whoever watches. Both times are UTC of the centre, ns."""

    event: Numbered
    received_ns: int
    committed_ns: int


Watch = Callable[[Kept], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a group changed.

    Attributes:
        touched: Units and epochs of which something was stored or seen again.
        born: Units and epochs that must hear at once what we have.
        notices: States and the like, for the live table.
    """

    touched: set[Home]
    born: set[Home]
    notices: list[Noticed]


class Keeper:
    """Decides and stores. One thread at a time.

    ``tally`` counts since start: stored, duplicate, conflict, refused, ignored, unknown (types of
    a later contract, stored raw), lost (numbers that units gave up), store-error.
    """

    def __init__(self, store: Store, now_ns: Callable[[], int], watch: Watch | None = None) -> None:
        self._store = store
        self._now_ns = now_ns
        self._watch = watch
        self._loaded: Register | None = Register(store.accounts())
        self.tally: Counter[str] = Counter()

    def take(self, arrivals: Sequence[Arrival]) -> Outcome:
        """Store what is new in these messages, in one transaction.

        Raises:
            StoreError: Nothing was stored; the units will send it again.
        """
        try:
            return self._take(arrivals)
        except StoreError:
            self.tally["store-error"] += 1
            raise

    def _take(self, arrivals: Sequence[Arrival]) -> Outcome:
        items = [
            (item, arrival.received_ns)
            for arrival in arrivals
            for item in intake.read(arrival.topic, arrival.payload)
        ]
        group = Group(received_ms=(items[0][1] if items else self._now_ns()) // 1_000_000)
        count: Counter[str] = Counter()
        ids = self._store.known({item.id for item, _ in items if isinstance(item, Numbered)})
        touched: dict[Key, Account] = {}
        fresh: list[tuple[Numbered, int]] = []
        for item, received_ns in items:
            count[self._enter(item, ids, group, touched)] += 1
            if isinstance(item, Numbered) and group.events and group.events[-1] is item:
                fresh.append((item, received_ns))
                count["unknown"] += not item.known
                count["lost"] += item.loss.n if item.loss is not None else 0
        group.accounts = list(touched.values())
        if group.accounts or group.refused or group.notices:
            self._commit(group)
        self.tally.update(count)
        self._tell(fresh)
        return Outcome({home(key) for key in touched}, self._born(group.notices), group.notices)

    def _enter(self, item: Item, ids: set[str], group: Group, touched: dict[Key, Account]) -> str:
        match item:
            case Ignored():
                return "ignored"
            case Noticed():
                group.notices.append(item)
                return "notice"
            case Refused():
                group.refused.append(item)
                if item.key is not None and item.sq is not None:
                    # It is kept aside; sending it again would not make it better.
                    account = touched[item.key] = self._register.at(item.key)
                    account.closed.add(item.sq)
                return "refused"
            case Numbered():
                account = touched[item.key] = self._register.at(item.key)
                verdict = account.admit(item, id_known=item.id in ids)
                if verdict is Verdict.DUPLICATE:
                    return verdict
                ids.add(item.id)
                group.events.append(item)
                if item.loss is not None:
                    of = Key(item.key.unit, item.key.ep, item.loss.of)
                    touched[of] = self._register.at(of)
                    touched[of].closed.add(item.loss.frm, item.loss.to)
                return verdict

    def _commit(self, group: Group) -> None:
        try:
            self._store.commit(group)
        except StoreError:
            # The register is ahead of the store: it must not be asked again before it was read
            # anew.
            self._loaded = None
            raise

    @property
    def _register(self) -> Register:
        if self._loaded is None:
            self._loaded = Register(self._store.accounts())
        return self._loaded

    def _tell(self, fresh: Sequence[tuple[Numbered, int]]) -> None:
        if self._watch is None:
            return
        committed_ns = self._now_ns()
        for event, received_ns in fresh:
            self._watch(Kept(event, received_ns, committed_ns))

    def _born(self, notices: Sequence[Noticed]) -> set[Home]:
        born: set[Home] = set()
        for item in notices:
            match item.notice:
                case About(ep=ep):
                    born.add((item.unit, ep))
                case State(state="online"):
                    born.update(
                        home(account.key)
                        for account in self._register.accounts()
                        if account.key.unit == item.unit
                    )
        return born

    def receipt(self, at: Home) -> Receipt:
        """What is stored of a unit and epoch.

        Raises:
            StoreError: The store failed before and still does.
        """
        return self._register.receipt(at, self._now_ns() // 1_000_000)

    def accounts(self) -> list[Account]:
        return self._register.accounts()
