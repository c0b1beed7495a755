"""The blocks of a run, kept in the store: what is there is not drawn again, what is drawn is there at once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from verifier.sampling import draw
from verifier.sampling.draw import Block, Drawn
from verifier.sampling.keys import canonical, stream
from verifier.sampling.packing import NotAsWritten, pack, unpack
from verifier.sampling.plan import Group
from verifier.sampling.store import Packed, Store, StoreError
from verifier.sampling.versions import Unknown, version_of

#: What makes a summary of samples, whatever the quantity.
_SHARED = (stream, draw.reduce, draw.fit_coefficients, draw.returned, draw.within)


@dataclass(frozen=True)
class Beside:
    """What a check makes beside its samples: ``what`` it is, the ``code`` that makes it, what else it depends on."""

    statement: str
    what: str
    code: object
    about: tuple[Any, ...]
    seed: int


@dataclass
class Keeper:
    """What one run does with the store.

    A store that fails is told once, to ``tell``, and not used any more; the run goes on, and ``failed`` says why what
    it drew is not kept.
    """

    store: Store
    run: int
    tell: Callable[[str], None] = lambda told: None
    failed: str = ""
    reused: int = 0
    kept: int = 0
    unkept: dict[str, str] = field(default_factory=dict)  # quantities whose code has no version, and why
    _versions: dict[tuple[Any, int], str | None] = field(default_factory=dict)
    _used: set[bytes] = field(default_factory=set)
    _keys: dict[tuple[int, Any, int], bytes] = field(default_factory=dict)  # of blocks that are being drawn
    _parameters: dict[int, str] = field(default_factory=dict)
    _alike: dict[int, Any] = field(default_factory=dict)  # by group, what the keys of all its blocks begin with
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _putting: threading.Lock = field(default_factory=threading.Lock)

    def get(self, group: Group, block: Block) -> Drawn | None:
        """The block as it was drawn before; None where it was not, or what is stored of it is not whole."""
        version = self._version(group)
        if version is None or self.failed:
            return None
        if block.group not in self._alike:
            self._alike[block.group] = _alike(group, block, version)
        key = self._keys[block.group, block.width, block.number] = _key(self._alike[block.group], block)
        try:
            found = self.store.get(key)
            drawn = None if found is None else unpack(block, *found)
        except NotAsWritten:
            return None
        except StoreError as error:
            self._fail(error)
            return None
        if drawn is not None:
            self.reused += 1
            self._used.add(key)
        return drawn

    def put(self, group: Group, block: Block, drawn: Drawn) -> None:
        """Keep a block that was just drawn.  Called from the threads that blocks arrive in."""
        version = self._version(group)
        if version is None or drawn.error is not None or self.failed:
            return
        summary, raw = pack(drawn)
        with self._lock:
            if block.group not in self._parameters:
                self._parameters[block.group] = _text({"shared": block.shared, "cells": block.cells})
            parameters = self._parameters[block.group]
            key = self._keys.pop((block.group, block.width, block.number), None)
        row = Packed(
            key or key_of(group, block, version), group.statement, group.quantity, version, parameters,
            _text(block.width),
            block.number, block.samples, str(block.seed), summary, raw,
        )  # fmt: skip
        # One after the other: where a store is locked all would wait for it, each as long as it waits at all.
        with self._putting:
            if self.failed:
                return
            try:
                self.store.put(row, self.run)
                self.kept += 1
            except StoreError as error:
                self._fail(error)

    def get_beside(self, beside: Beside) -> tuple[str, bytes] | None:
        """The text and the bytes that were kept of it; None where there are none."""
        key = self._key_beside(beside)[0]
        if key is None or self.failed:
            return None
        try:
            found = self.store.get(key)
        except StoreError as error:
            self._fail(error)
            return None
        if found is not None:
            self._used.add(key)
        return found

    def put_beside(self, beside: Beside, text: str, raw: bytes) -> None:
        """Keep a text and bytes; ``text`` is a JSON object whose ``cells`` are none.  From any thread."""
        key, version = self._key_beside(beside)
        if key is None or version is None or self.failed:
            return
        row = Packed(
            key, beside.statement, beside.what, version, _text({"shared": {}, "cells": []}), _text(beside.about), 0, 0,
            str(beside.seed), text, raw,
        )  # fmt: skip
        try:
            self.store.put(row, self.run)
        except StoreError as error:
            self._fail(error)

    def _key_beside(self, beside: Beside) -> tuple[bytes | None, str | None]:
        try:
            version = version_of(beside.code)
        except (Unknown, RecursionError) as error:
            self.unkept[f"{beside.statement}: {beside.what}"] = str(error)
            return None, None
        parts = [beside.statement, beside.what, version, beside.about, str(beside.seed)]
        return hashlib.sha256(_text(parts).encode()).digest(), version

    def finish(self) -> None:
        """Say which blocks were of use."""
        if self._used and not self.failed:
            try:
                self.store.touch(sorted(self._used), self.run)
            except StoreError as error:
                self._fail(error)

    def _fail(self, error: StoreError) -> None:
        with self._lock:
            if not self.failed:
                self.failed = str(error)
                self.tell(f"{error}; samples are no longer stored")

    def _version(self, group: Group) -> str | None:
        """The version of a group's code, told once a part; None where it has none."""
        part = (group.source if not isinstance(group.source, draw.Part) else id(group.source), group.part)
        with self._lock:
            if part not in self._versions:
                try:
                    of = draw.part_of(group.source, group.part).quantity
                    self._versions[part] = version_of(of.draw, of.bounds, *_SHARED, declared=of.version)
                except (Unknown, RecursionError) as error:
                    self._versions[part] = None
                    self.unkept[f"{group.statement}: {group.quantity}"] = str(error)
            return self._versions[part]


def key_of(group: Group, block: Block, version: str) -> bytes:
    """A digest of all that a block's numbers depend on."""
    return _key(_alike(group, block, version), block)


def _alike(group: Group, block: Block, version: str) -> Any:
    """The digest, so far, of what is the same for all blocks of a group in a run, which is most of it."""
    parts = [group.statement, group.quantity, version, block.shared, block.cells, block.key, str(block.seed)]
    return hashlib.sha256(_text(parts)[:-1].encode())


def _key(alike: Any, block: Block) -> bytes:
    found = alike.copy()
    parts = [block.width, block.samples, block.number, block.coefficients, block.twice]
    found.update(f",{_text(parts)[1:]}".encode())
    return bytes(found.digest())


def _text(thing: Any) -> str:
    return json.dumps(canonical(thing), sort_keys=True, separators=(",", ":"), default=str)
