"""Which channel carries a message: routes as data, compiled once and asked for every recipient.

Rule: the order of candidates is decided by one comparison, most telling difference first:

1. a route of the customer before one for everybody;
2. then one for the service;
3. then one for the sender;
4. then the longest prefix;
5. then the lowest `priority`.

What is still equal shares the traffic by `weight`. The routes that follow are the fallbacks, in the same
order, and a channel appears only once: a second route to it could only be refused again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from viesti.domain.prefix import PrefixIndex, check_prefix


@dataclass(frozen=True, slots=True)
class Route:
    """A rule that leads to a channel. None (or '' as prefix) means any.

    Weight 0 is a standby among equals. Raises ValueError for a prefix that is not digits and for a negative
    weight.
    """

    id: int
    channel_id: int
    prefix: str = ""
    sender: str | None = None
    service_id: int | None = None
    customer_id: int | None = None
    priority: int = 0  # lower first
    weight: int = 1
    enabled: bool = True

    def __post_init__(self) -> None:
        check_prefix(self.prefix)
        if self.weight < 0:
            raise ValueError(f"route {self.id}: weight {self.weight} is negative")


# Routes that differ in nothing but id, channel and weight, by id.
_Group = tuple[Route, ...]
_Shape = tuple[bool, bool, bool]
_Scope = tuple[int | None, int | None, str | None]


class RouteTable:
    """The enabled routes, ready to be asked."""

    __slots__ = ("_scopes", "_shapes")

    def __init__(self, routes: Iterable[Route]) -> None:
        scopes: dict[_Scope, dict[str, list[Route]]] = defaultdict(lambda: defaultdict(list))
        for route in sorted((r for r in routes if r.enabled), key=lambda r: (r.priority, r.id)):
            scopes[route.customer_id, route.service_id, route.sender][route.prefix].append(route)
        self._scopes = {
            scope: PrefixIndex({prefix: _groups(found) for prefix, found in by_prefix.items()})
            for scope, by_prefix in scopes.items()
        }
        # Only combinations of conditions that occur are probed; True (a condition) sorts before False (any).
        shapes = {(c is not None, s is not None, n is not None) for c, s, n in scopes}
        self._shapes: tuple[_Shape, ...] = tuple(sorted(shapes, reverse=True))

    def choose(
        self,
        destination: str,
        sender: str,
        service_id: int | None,
        customer_id: int | None,
        tried: frozenset[int] = frozenset(),
        pick: float = 0.0,
    ) -> Route | None:
        """The first candidate, or None when no route is left. Arguments as for `candidates`."""
        for group in self._matching(destination, sender, service_id, customer_id):
            left = [route for route in group if route.channel_id not in tried] if tried else group
            if left:
                return left[0] if len(left) == 1 else left[_weighted(left, pick)[0]]
        return None

    def candidates(
        self,
        destination: str,
        sender: str,
        service_id: int | None,
        customer_id: int | None,
        tried: frozenset[int] = frozenset(),
        pick: float = 0.0,
    ) -> tuple[Route, ...]:
        """Every route that may carry it, best first, one per channel.

        `destination` is digits without '+'; `tried` are channel ids that already refused; `pick` in [0, 1)
        settles the shares of equal routes.
        """
        ordered: list[Route] = []
        used = set(tried)
        for group in self._matching(destination, sender, service_id, customer_id):
            left = [route for route in group if route.channel_id not in used]
            share = pick
            while left:
                index, share = _weighted(left, share)
                chosen = left.pop(index)
                ordered.append(chosen)
                used.add(chosen.channel_id)
                left = [route for route in left if route.channel_id != chosen.channel_id]
        return tuple(ordered)

    def _matching(
        self, destination: str, sender: str, service_id: int | None, customer_id: int | None
    ) -> list[_Group]:
        groups: list[_Group] = []
        for by_customer, by_service, by_sender in self._shapes:
            scope = self._scopes.get(
                (
                    customer_id if by_customer else None,
                    service_id if by_service else None,
                    sender if by_sender else None,
                )
            )
            if scope is not None:
                for found in scope.matches(destination):
                    groups += found
        return groups


def _groups(routes: list[Route]) -> tuple[_Group, ...]:
    by_priority: dict[int, list[Route]] = defaultdict(list)
    for route in routes:
        by_priority[route.priority].append(route)
    return tuple(tuple(group) for group in by_priority.values())


def _weighted(routes: Sequence[Route], pick: float) -> tuple[int, float]:
    """The index `pick` falls on, and what is left of `pick` for the next choice, again even over [0, 1)."""
    point = pick * sum([route.weight for route in routes])
    for index, route in enumerate(routes):
        if point < route.weight:
            return index, point / route.weight
        point -= route.weight
    return 0, pick  # every weight is 0, so the lowest id
