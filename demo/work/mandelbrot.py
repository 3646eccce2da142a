"""mandelbrot.py X Y WIDTH FILE: a picture of the Mandelbrot set around a point, as PGM."""

import sys
from pathlib import Path

from pace import at_the_workers_pace

SIDE = 280
DEPTH = 255

x, y, width = map(float, sys.argv[1:4])
file = Path(sys.argv[4])


def steps(c: complex) -> int:
    """Return after how many steps the point escapes, or DEPTH when it does not."""
    z = 0j
    for step in range(DEPTH):
        z = z * z + c
        if z.real * z.real + z.imag * z.imag > 4:
            return step
    return DEPTH


def draw() -> str:
    """Write the picture."""
    scale = width / SIDE
    corner = complex(x - width / 2, y - width / 2)
    pixels = bytes(steps(corner + complex(column, row) * scale) for row in range(SIDE) for column in range(SIDE))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"P5 %d %d 255\n" % (SIDE, SIDE) + pixels)
    return f"{file}: {pixels.count(DEPTH)} points of {len(pixels)} never escape"


print(at_the_workers_pace(draw))
