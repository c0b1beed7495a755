"""The symbols of the page of real functions, in floating point."""

from __future__ import annotations

import math

from tests.theory.model import means

for _name, _of in (("cos", math.cos), ("sin", math.sin), ("exp", math.exp)):
    means(_name)(lambda world, t, of=_of: of(t))
means("pi")(lambda world: math.pi)
means("sqrt")(lambda world, x: math.sqrt(x) if x >= 0 else world.junk("sqrt", x, shared=True))
means("acos")(lambda world, c: math.acos(c) if -1 <= c <= 1 else world.junk("acos", c, shared=True))
