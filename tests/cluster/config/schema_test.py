"""Checks the shipped cluster files and a few broken ones against the schema. Exit code 77: jsonschema is not installed."""
import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python package jsonschema is not installed")
    sys.exit(77)

folder = pathlib.Path(sys.argv[1])
schema = json.loads((folder / "cluster.schema.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

files = sorted(p for p in folder.glob("*.json") if p.name != "cluster.schema.json")
assert files, f"no cluster files in {folder}"
for file in files:
    validator.validate(json.loads(file.read_text()))

good = json.loads(files[0].read_text())


def changed(path, value):
    result = copy.deepcopy(good)
    *sections, key = path.split(".")
    node = result
    for section in sections:
        node = node.setdefault(section, {})
    node[key] = value
    return result


layers = [
    {"kind": "convolution", "name": "conv1", "channels": 8, "kernel": 5},
    {"kind": "relu"},
    {"kind": "max_pool", "kernel": 2},
    {"kind": "flatten"},
    {"kind": "linear", "name": "fc1", "features": 10},
]
for path, value in [
    ("model", "mlp"),
    ("model", {"layers": layers}),
    ("budget", {"time": "1.5h"}),
    ("workers", {"learning_rate": {"first": 0.4, "factor": 0.5}, "clip": [1, 2], "3": {"momentum": 0.5}}),
    ("output.evaluate_every", "250 ms"),
]:
    assert validator.is_valid(changed(path, value)), f"the schema refuses {path} = {value}"
for path, value in [
    ("model", "cnn8"),
    ("model", {"layers": [{"kind": "linear", "features": 10}]}),
    ("model", {"layers": [{"kind": "relu", "kernel": 2}]}),
    ("budget", {}),
    ("workers", {"03": {}}),
    ("workers", {"learning_rate": [0]}),
    ("workers", {"learning_rate": {"first": 0.4}}),
    ("budget", {"time": 90}),
    ("output.evaluate_every", "10m"),
    ("strategy.perod_group", 3),
    ("strategy.period_group", 0),
    ("strategy.pull_group", 1.5),
    ("schedule.milestones", [0]),
]:
    assert not validator.is_valid(changed(path, value)), f"the schema accepts {path} = {value}"
print(f"{len(files)} cluster files match the schema")
