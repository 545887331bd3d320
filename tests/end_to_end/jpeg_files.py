"""JPEG files for tests, written through the library that the executable is linked to."""

import ctypes
import random

RGB = 0
CHROMA_HALVED = 2

_library = ctypes.CDLL("libturbojpeg.so.0")
_library.tjInitCompress.restype = ctypes.c_void_p


def jpeg(width, height, pixels, quality=85):
    """The bytes of a file with these pixels, three bytes each, row by row."""
    compressor = ctypes.c_void_p(_library.tjInitCompress())
    data = ctypes.POINTER(ctypes.c_ubyte)()
    size = ctypes.c_ulong(0)
    failed = _library.tjCompress2(compressor, pixels, width, 0, height, RGB, ctypes.byref(data), ctypes.byref(size),
                                  CHROMA_HALVED, quality, 0)
    result = bytes(data[:size.value])
    _library.tjFree(data)
    _library.tjDestroy(compressor)
    assert failed == 0 and result
    return result


def stripes(width, height, upright, chance):
    """A picture of stripes in two random colours and of a random width: the class is their direction."""
    one, other = (bytes(chance.randrange(low, high) for _ in range(3)) for low, high in ((0, 110), (140, 256)))
    pitch = chance.randrange(25, 60)
    if upright:
        row = b"".join(one if x // pitch % 2 else other for x in range(width))
        pixels = row * height
    else:
        pixels = b"".join((one if y // pitch % 2 else other) * width for y in range(height))
    return jpeg(width, height, pixels)


def write_tree(folder, train, test, seed=1):
    """A tree of photographs' sizes with two classes, so many pictures of each; returns its path."""
    chance = random.Random(seed)
    for part, count in (("train", train), ("val", test)):
        for name in ("across", "upright"):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                width, height = chance.randrange(300, 501), chance.randrange(200, 376)
                (folder / part / name / f"{number:04}.jpg").write_bytes(stripes(width, height, name == "upright", chance))
    return folder
