"""Checks our safetensors files with the format's own Python package, and writes files for us to read.

usage: safetensors_check.py verify|write FILE      exit status 77: the package is not installed
"""

import sys

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError:
    sys.exit(77)

TENSORS = {
    "conv1.weight": numpy.arange(24, dtype=numpy.float32).reshape(2, 3, 4) / 8,
    "conv1.bias": numpy.array([-0.0, 1e-45], dtype=numpy.float32),
    "losses": numpy.array([0.1, numpy.inf], dtype=numpy.float64),
    "counts": numpy.array([-1, 2**62], dtype=numpy.int64),
    "empty": numpy.zeros((0, 3), dtype=numpy.float32),
    "scalar": numpy.array(2.5, dtype=numpy.float32),
}
METADATA = {"format": "paceline", "model": '{"name": "größer"}'}


def verify(path):
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == METADATA, file.metadata()
        assert set(file.keys()) == set(TENSORS), file.keys()
        for name, expected in TENSORS.items():
            found = file.get_tensor(name)
            assert found.dtype == expected.dtype and found.shape == expected.shape, name
            assert found.tobytes() == expected.tobytes(), name


if sys.argv[1] == "verify":
    verify(sys.argv[2])
else:
    save_file(TENSORS, sys.argv[2], metadata=METADATA)
