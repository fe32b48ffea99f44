"""The atlas: everything that is there, found by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from risorius.anatomy.movement import (
    SIDES,
    ActionUnit,
    ArkitShape,
    Drive,
    Expression,
    Rule,
    Side,
)
from risorius.anatomy.muscle import Channel, Muscle, Nerve
from risorius.errors import InputError, did_you_mean

__all__ = ["Atlas", "Entry"]

Entry: TypeAlias = Muscle | Channel | ActionUnit | ArkitShape | Expression | Nerve
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)  # no slots: the tables below are cached
class Atlas:
    """Muscles, nerves, action units, ARKit shapes and expressions; channels are in clip order."""

    muscles: tuple[Muscle, ...]
    nerves: tuple[Nerve, ...]
    channels: tuple[Channel, ...]
    action_units: tuple[ActionUnit, ...]
    rules: tuple[Rule, ...]
    arkit: tuple[ArkitShape, ...]
    expressions: tuple[Expression, ...]

    def __repr__(self) -> str:
        return (
            f"Atlas({len(self.muscles)} muscles, {len(self.channels)} channels, "
            f"{len(self.action_units)} action units, {len(self.expressions)} expressions)"
        )

    @cached_property
    def channel_ids(self) -> tuple[str, ...]:
        """The ids of all channels in the order of every clip."""
        return tuple(channel.id for channel in self.channels)

    def muscle(self, name: str) -> Muscle:
        """Return the muscle with this id.

        Raises
        ------
        InputError
            No such muscle; the message says what comes close.
        """
        return _look_up("muscle", name, self._muscles)

    def channel(self, name: str) -> Channel:
        """Return the channel with this id.

        Raises
        ------
        InputError
            No such channel. Where a muscle was named that has several, the message lists them.
        """
        found = self._muscles.get(name)
        if found is not None and name not in self._channels:
            raise InputError(f"{name!r} has several channels: {', '.join(found.channels)}.")
        return _look_up("channel", name, self._channels)

    def action_unit(self, name: str) -> ActionUnit:
        """Return the action unit called ``AU12``; ``au12`` and ``12`` will do.

        Raises
        ------
        InputError
            No such unit.
        """
        word = name.strip().upper().removeprefix("AU").strip()
        return _look_up("action unit", f"AU{word}" if word.isdigit() else name, self._action_units)

    def arkit_shape(self, name: str) -> ArkitShape:
        """Return the ARKit shape with this name.

        Raises
        ------
        InputError
            No such shape.
        """
        return _look_up("ARKit shape", name, self._arkit)

    def expression(self, name: str) -> Expression:
        """Return the expression with this id or alias, such as ``happiness`` or ``joy``.

        Raises
        ------
        InputError
            No such expression.
        """
        return _look_up("expression", name, self._expressions)

    def nerve(self, name: str) -> Nerve:
        """Return the nerve with this id or number, such as ``facialis`` or ``VII``.

        Raises
        ------
        InputError
            No such nerve.
        """
        return _look_up("nerve", name, self._nerves)

    def find(self, name: str) -> Entry:
        """Return whatever has this name: muscle, channel, unit, shape, expression or nerve.

        Case does not count, and spaces stand for underscores.

        Raises
        ------
        InputError
            Nothing has this name.

        Examples
        --------
        >>> from risorius.anatomy import load_atlas
        >>> load_atlas().find("Zygomaticus major").id
        'zygomaticus_major'
        >>> load_atlas().find("joy").id
        'happiness'
        """
        word = name.strip().replace(" ", "_").lower()
        entry = self._everything.get(word) or self._everything.get(f"au{word}")
        if entry is None:
            hint = did_you_mean(name.strip().replace(" ", "_"), self._names)
            raise InputError(
                f"nothing in the atlas is called {name!r}. "
                + (hint or "Try a muscle, an action unit such as AU12, or an expression.")
            )
        return entry

    def expand(
        self, name: str, amount: float, side: str | None = None
    ) -> dict[tuple[str, str], float]:
        """Turn a named movement into activations of channels.

        Parameters
        ----------
        name : str
            An action unit, a muscle, a channel, an ARKit shape or an expression.
        amount : float [1]
            0..1. For an expression 1 is its everyday strength, else the most the muscles can do.
        side : {"left", "right"}, optional
            Only this side. Where the name has a direction (AU30) or is one-sided by nature (wink,
            contempt) it goes there; without a side such a movement goes to its default, the left.

        Returns
        -------
        activations : dict of (channel id, side) to float [1]
            0..1; linear in ``amount`` until 1 is reached. Weights are design defaults.

        Raises
        ------
        InputError
            Unknown name or side, amount outside 0..1, a nerve, or a shape of the other side.

        Examples
        --------
        >>> from risorius.anatomy import load_atlas
        >>> load_atlas().expand("AU12", 0.5, side="left")
        {('zygomaticus_major', 'left'): 0.5}
        >>> sorted(load_atlas().expand("contempt", 1.0))
        [('buccinator', 'left'), ('zygomaticus_major', 'left')]
        """
        if not 0.0 <= amount <= 1.0:
            raise InputError(f"the amount of {name} must lie in 0..1, not {amount}.")
        if side is not None and side not in SIDES:
            raise InputError(f"unknown side {side!r} of {name}: 'left' or 'right'.")
        chosen: Side | None = "left" if side == "left" else "right" if side == "right" else None
        entry = self.find(name)
        activations: dict[tuple[str, str], float] = {}
        for channel, own, weight in self._drives(entry, chosen):
            key = (channel, own)
            activations[key] = min(1.0, activations.get(key, 0.0) + amount * weight)
        return activations

    def _drives(self, entry: Entry, side: Side | None) -> Iterable[Drive]:
        match entry:
            case Channel():
                return _kept((Drive(entry.id, own, 1.0) for own in SIDES), side)
            case Muscle():
                both = (Drive(channel, own, 1.0) for channel in entry.channels for own in SIDES)
                return _kept(both, side)
            case ActionUnit():
                return entry.towards(side)
            case ArkitShape():
                if entry.side is None:
                    return _kept(entry.drive, side)
                if side not in (None, entry.side):
                    raise InputError(f"{entry.name} lies on the {entry.side}, not on the {side}.")
                return entry.drive
            case Expression():
                return self._expression_drives(entry, side)
            case Nerve():
                raise InputError(
                    f"{entry.id} is a nerve and makes no movement of its own. Try one of its "
                    f"muscles: {', '.join(entry.muscles[:3])}."
                )

    def _expression_drives(self, entry: Expression, side: Side | None) -> Iterable[Drive]:
        for component in entry.components:
            if component.role == "optional":
                continue
            unit = self._action_units[component.action_unit]
            # An expression with a side of its own is turned to the side; any other is cut to it.
            if component.one_sided:
                where = side or entry.default_side
            else:
                where = None if entry.default_side else side
            for drive in unit.towards(where):
                yield drive._replace(weight=drive.weight * component.typical)

    @cached_property
    def _muscles(self) -> dict[str, Muscle]:
        return {muscle.id: muscle for muscle in self.muscles}

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        return {channel.id: channel for channel in self.channels}

    @cached_property
    def _action_units(self) -> dict[str, ActionUnit]:
        return {unit.id: unit for unit in self.action_units}

    @cached_property
    def _arkit(self) -> dict[str, ArkitShape]:
        return {shape.name: shape for shape in self.arkit}

    @cached_property
    def _expressions(self) -> dict[str, Expression]:
        return {name: entry for entry in self.expressions for name in (entry.id, *entry.aliases)}

    @cached_property
    def _nerves(self) -> dict[str, Nerve]:
        return {name: nerve for nerve in self.nerves for name in (nerve.id, nerve.number)}

    @cached_property
    def _everything(self) -> dict[str, Entry]:
        # A muscle that is one channel shares its id with it; the muscle tells more, so it wins.
        tables: tuple[dict[str, Any], ...] = (
            self._nerves,
            self._channels,
            self._muscles,
            self._expressions,
            self._arkit,
            self._action_units,
        )
        return {name.lower(): entry for table in tables for name, entry in table.items()}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return (
            *self._muscles,
            *self._channels,
            *self._action_units,
            *self._expressions,
            *self._arkit,
            *self._nerves,
        )

    def __reduce__(self) -> tuple[Callable[[], Atlas], tuple[()]]:
        # There is one atlas; another process loads its own.
        from risorius.anatomy.load import load_atlas

        return load_atlas, ()


def _look_up(kind: str, name: str, table: dict[str, T]) -> T:
    try:
        return table[name]
    except KeyError:
        hint = did_you_mean(name, table)
        raise InputError(f"unknown {kind} {name!r}. {hint}".rstrip()) from None


def _kept(drives: Iterable[Drive], side: Side | None) -> Iterable[Drive]:
    return (drive for drive in drives if side in (None, drive.side))
