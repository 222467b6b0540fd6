"""Vehicles on links: following, filtering, changing lanes, stopping at lights. The hot loop.

Each step a vehicle moves straight from one place to the next; between steps the world *is* that
straight line, so interpolated crossing times are exact by definition. Only + − × ÷ and √ are used,
which IEEE 754 rounds alike on every machine.
"""

from typing import TYPE_CHECKING

from edge_agent.simulators.world.drivers import COMFORTABLE
from edge_agent.simulators.world.mover import BUMPER_M, FREE, Mover, towards
from edge_agent.simulators.world.network import Link, Network

if TYPE_CHECKING:
    from edge_agent.simulators.world.arrivals import Source

# ruff: noqa: PLR1730 - max() and min() are calls, and this is the hot loop

DT = 0.1
"""Seconds a step."""

LOOK_M = 70.0
"""How far ahead a driver looks."""

_SMALL_M = 2.5
_LONGEST_M = 17.0
_BIKE_MOVES = (0.5, -0.5, 1.0, -1.0, 1.7, -1.7)
_LANES_NEAR_M = (1.0, 5.0)
_HARD = -8.0
_CROSS_CARE = 2.5
_BETWEEN_M = 0.5


class Traffic:
    """All movers of a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.entries = network.entries
        self.step_number = 0
        self.left: list[Mover] = []
        """Movers that drove off the map in this step."""
        self.passed: list[tuple[Mover, float]] = []
        """Movers that met a mark in this step, with the length of route before the step."""
        self.gates: list[tuple[Mover, Link, float]] = []
        """Movers that entered a gated link, and the share of the step that had gone by then."""
        self.halts: list[tuple[Mover, bool]] = []
        """Movers that began or ended a voluntary stop."""

    def movers(self) -> list[Mover]:
        return [mover for link in self.network.links for mover in link.movers]

    def admit(self, source: "Source") -> list[Mover]:
        """Let those onto the map who arrived and for whom there is room."""
        return source.admit()

    def step(self) -> None:
        """Move everybody by one step."""
        self.step_number += 1
        self.left.clear()
        self.passed.clear()
        self.gates.clear()
        self.halts.clear()
        for link in self.network.links:
            if link.movers:
                self._move(link)

    def _move(self, link: Link) -> None:  # noqa: C901, PLR0912, PLR0915 - the hot loop stays in one frame
        movers = link.movers
        length = link.length
        small: list[Mover] = []
        big: list[Mover] = []
        dt = DT
        turn = self.step_number % 10
        gone = 0
        sort = False
        last_s = FREE
        for place, m in enumerate(movers):
            s, d, v = m.s, m.d, m.v
            half = m.half + m.side
            gap = LOOK_M
            ahead: Mover | None = None
            for o in reversed(small):
                if o.s - s > gap + _SMALL_M:
                    break
                apart = o.d - d
                reach = half + o.half
                if -reach < apart < reach and o.s - o.length - s < gap:
                    gap = o.s - o.length - s
                    ahead = o
            for o in reversed(big):
                if o.s - s > gap + _LONGEST_M:
                    break
                apart = o.d - d
                reach = half + o.half
                if -reach < apart < reach and o.s - o.length - s < gap:
                    gap = o.s - o.length - s
                    ahead = o
            following = m.next
            room = length - s
            if following is not None and room < gap:
                gap, ahead = self._beyond(m, room, gap, ahead)
            speed_share = v / m.v0
            speed_share *= speed_share
            acc = m.a * (1.0 - speed_share * speed_share)
            if acc < -COMFORTABLE:
                acc = -COMFORTABLE
            if ahead is not None:
                closing = v - ahead.v
                wish = m.standstill + v * m.headway + v * closing / m.root
                if wish < m.standstill:
                    wish = m.standstill
                ratio = wish / gap if gap > BUMPER_M else wish / BUMPER_M
                acc -= m.a * ratio * ratio
            if following is not None and room < LOOK_M:
                cap = following.cap
                if cap is not None and v > cap and v * v > cap * cap + 2 * _CROSS_CARE * room:
                    acc = min(acc, -_CROSS_CARE)
                if (
                    following.shut_to_runners if m.driver.runs_red else following.shut
                ) and v * v <= 2.0 * COMFORTABLE * room + 0.05:
                    acc = min(acc, towards(m, v, room + m.standstill * 0.7))
                    if v * dt * 2 > room:
                        acc = min(acc, -v / dt)
            if m.stop_s is not None or m.halted_until is not None:
                acc = min(acc, self._halt(m, v))
            if acc < _HARD and (ahead is None or gap > m.standstill):
                acc = _HARD
            new = v + acc * dt
            if new < 0.0:
                new = 0.0
            ds = (v + new) * 0.5 * dt
            if ahead is not None and ds > gap - BUMPER_M:
                ds = gap - BUMPER_M if gap > BUMPER_M else 0.0
                if new * dt > ds:
                    new = ds / dt
            m.brakes = acc < -0.5 or new < 0.2
            m.v = new
            m.ds = ds
            if m.restless and ahead is not None and gap < 25.0 and m.number % 10 == turn:
                self._look_beside(m, movers, place, gap, link)
            if m.target != d:
                self._drift(m, movers, place)
            else:
                m.dd = 0.0
            s += ds
            m.s = s
            if s >= m.due:
                self.passed.append((m, m.base + s - ds))
            if m.length > _SMALL_M:
                big.append(m)
            else:
                small.append(m)
            if s > last_s:
                sort = True
            last_s = s
            if s >= length:
                gone += 1
        if sort:
            movers.sort(key=_by_s)
        if gone:
            self._hand_on(link, gone)

    def _beyond(
        self, m: Mover, room: float, gap: float, ahead: Mover | None
    ) -> tuple[float, Mover | None]:
        """Look past the end of the link: siblings whose tail sticks out, then what follows."""
        half = m.half + m.side
        for link in m.link.after:
            own = link is m.next
            for o in reversed(link.movers):
                tail = room + o.s - o.length
                if tail >= gap + _LONGEST_M:
                    break
                if not own and o.s - o.length > _SMALL_M:
                    continue
                if tail < gap and abs(o.d - m.d) < half + o.half:
                    gap, ahead = tail, o
        links = m.route.links
        if m.index + 2 < len(links):
            room += links[m.index + 1].length
            for o in reversed(links[m.index + 2].movers):
                tail = room + o.s - o.length
                if tail >= gap + _LONGEST_M:
                    break
                if tail < gap and abs(o.d - m.d) < half + o.half:
                    gap, ahead = tail, o
        return gap, ahead

    def _halt(self, m: Mover, v: float) -> float:
        """A voluntary stop at the kerb: acceleration that brings it about."""
        if m.halted_until is not None:
            if self.step_number < m.halted_until:
                return -v / DT
            m.halted_until = m.stop_s = None
            self.halts.append((m, False))
            return FREE
        if m.stop_s is None:
            return FREE
        room = m.stop_s - m.s
        if room > LOOK_M:
            return FREE
        if v < 0.3 and room < 4.0:
            m.halted_until = self.step_number + m.driver.stop_ms // 100
            self.halts.append((m, True))
            return -v / DT
        return towards(m, v, room + m.standstill)

    def _look_beside(
        self, m: Mover, movers: list[Mover], place: int, gap: float, link: Link
    ) -> None:
        """Choose another path across the lane where it leads further."""
        if m.halted_until is not None or m.stop_s is not None or m.target != m.d:
            return
        bike = m.bike
        if not bike and not link.overtaking:
            return
        around = self._around(m, movers, place)
        best, best_d = gap + (1.5 if bike else 8.0), m.d
        half = m.half + m.side
        for d in [m.d + move for move in _BIKE_MOVES] if bike else _lanes_beside(m, link):
            if d - m.half < m.low or d + m.half > m.high:
                continue
            free = 30.0
            for near in around:
                if abs(near.d - d) >= half + near.half:
                    continue
                clear = near.s - near.length - m.s
                if clear > 0.0:
                    free = min(free, clear)
                    continue
                behind = m.s - m.length - near.s
                needed = 0.3 + max(0.0, near.v - m.v) * (1.0 if bike else 2.5)
                if behind < needed:
                    free = -1.0
                    break
            if free > best:
                best, best_d = free, d
        m.target = best_d

    @staticmethod
    def _around(m: Mover, movers: list[Mover], place: int) -> list[Mover]:
        """Those from 25 m ahead to 25 m behind."""
        near = []
        s = m.s
        for index in range(place - 1, -1, -1):
            if movers[index].s - s > 25.0 + _LONGEST_M:
                break
            near.append(movers[index])
        tail = s - m.length - (12.0 if m.bike else 25.0)
        for index in range(place + 1, len(movers)):
            if movers[index].s < tail:
                break
            near.append(movers[index])
        return near

    def _drift(self, m: Mover, movers: list[Mover], place: int) -> None:
        """Move a little across, unless somebody is there."""
        if m.s - m.length < _BETWEEN_M and m.index:
            m.dd = 0.0  # its tail is still on the link before, among others who cannot be seen here
            return
        rate = 0.25 + 0.3 * m.v if m.bike else 0.25 * m.v
        most = min(rate, 1.0) * DT
        way = m.target - m.d
        step = way if -most < way < most else most if way > 0 else -most
        d = m.d + step
        if _somebody_at(m, movers, place, d):
            m.dd = 0.0
            if m.bike or m.link.overtaking:
                m.target = m.d
            return
        m.d = d
        m.dd = step

    def _hand_on(self, link: Link, gone: int) -> None:
        """Give those that drove past the end to their next links."""
        for m in link.movers[:gone]:
            following = m.next
            if following is None:
                self.left.append(m)
                continue
            over = m.s - link.length
            m.s = over
            m.base += link.length
            m.due -= link.length
            m.enter(following)
            if following.gated:
                self.gates.append((m, following, 1.0 - over / m.ds if m.ds > 0.0 else 1.0))
            queue = following.movers
            at = len(queue)
            while at and queue[at - 1].s < over:
                at -= 1
            queue.insert(at, m)
        del link.movers[:gone]


def _somebody_at(m: Mover, movers: list[Mover], place: int, d: float) -> bool:
    """Whether going across to ``d`` would touch somebody beside, on this link or just past it."""
    front, rear = m.s + m.ds + 0.3, m.s - m.length - 0.3
    half = m.half + 0.8 * m.side
    for index in range(place - 1, -1, -1):
        o = movers[index]
        if o.s - front > _LONGEST_M:
            break
        if o.s - o.length < front and _closer(o, m.d, d, half):
            return True
    for index in range(place + 1, len(movers)):
        o = movers[index]
        if o.s + 0.3 < rear:
            break
        if _closer(o, m.d, d, half):
            return True
    room = m.link.length - front
    return room < _LONGEST_M and any(
        room + o.s < o.length and _closer(o, m.d, d, half)
        for link in m.link.after
        for o in link.movers
    )


def _lanes_beside(m: Mover, link: Link) -> list[float]:
    near, far = _LANES_NEAR_M
    return [
        lane.middle
        for lane in link.lanes
        if near < abs(lane.middle - m.d) < far and not lane.two_wheels
    ]


def _by_s(mover: Mover) -> float:
    return -mover.s


def _closer(other: Mover, d: float, new: float, half: float) -> bool:
    """Whether going from ``d`` to ``new`` brings it nearer than allowed to ``other``."""
    apart = abs(other.d - new)
    return apart < half + other.half and apart < abs(other.d - d)
