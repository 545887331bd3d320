"""A checkpoint of a residual network is one for PyTorch's module too. Needs PyTorch for this python3 and CIFAR-10's files in the folder that
PACELINE_CIFAR10 names; else it is skipped."""

import csv
import json
import os
import struct
import sys
import unittest
from pathlib import Path

import harness

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))

TRAINING = {
    "groups": {"count": 1, "workers": 2},
    "data": {"kind": "cifar10", "path": os.environ.get("PACELINE_CIFAR10", "-"), "crop": 28, "batch_size": 64},
    "model": "resnet20",
    # Close together, so that their mean after so few steps is of use too; and in lock-step, so that no luck decides it.
    "strategy": {"period_group": 4, "period_global": 16, "start": "shared", "pull_group": 0.5},
    "deterministic": True,
    "optimizer": {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
    "budget": {"steps": 30},
    "output": {"name": "a", "evaluate_every": "1h"},
}


def tensors_of(path):
    """The tensors of a safetensors file, all of which are fp32."""
    import torch

    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    body = bytearray(data[8 + length:])
    return {name: torch.frombuffer(body, dtype=torch.float32, count=(end - begin) // 4, offset=begin).reshape(what["shape"])
            for name, what in header.items() for begin, end in [what["data_offsets"]]}


def test_pictures(folder):
    """As Paceline tests them at a crop of 28: the centre, normalised."""
    import torch

    file = next(path for path in (folder / "test_batch.bin", folder / "cifar-10-batches-bin/test_batch.bin") if path.exists())
    records = torch.frombuffer(bytearray(file.read_bytes()), dtype=torch.uint8).reshape(-1, 3073)
    pictures = records[:, 1:].reshape(-1, 3, 32, 32)[:, :, 2:30, 2:30].float() / 255
    mean = torch.tensor([0.4914, 0.4822, 0.4465]).reshape(3, 1, 1)
    deviation = torch.tensor([0.2023, 0.1994, 0.2010]).reshape(3, 1, 1)
    return (pictures - mean) / deviation


class PyTorch(harness.EndToEnd):
    def test_a_checkpoint_of_resnet20_loads_into_pytorchs_module_and_gives_the_same_answers(self):
        try:
            import torch
            from pytorch_models import ResNet20
        except ImportError:
            self.skipTest("PyTorch is not installed for this python3")
        if "PACELINE_CIFAR10" not in os.environ:
            self.skipTest("PACELINE_CIFAR10 does not name the folder of the official files")
        self.write("resnet.json", json.dumps(TRAINING))
        self.assert_ended(self.launch(file="resnet.json"), 0)
        for which in ("centre", "leader"):
            file = self.checkpoints()[-1] / f"{which}.safetensors"
            self.assert_ended(self.paceline("eval", file, "--answers", "answers.csv"), 0)
            with open(self.folder / "answers.csv", encoding="utf-8") as lines:
                ours = [int(line["answer"]) for line in csv.DictReader(lines)]
            network = ResNet20()
            network.load_state_dict(tensors_of(file))
            network.eval()
            with torch.no_grad():
                scores = torch.cat([network(part) for part in test_pictures(Path(os.environ["PACELINE_CIFAR10"])).split(500)])
            # Two scores that are equal but for rounding may be taken in another order.
            best = scores.topk(2).values
            clear = (best[:, 0] - best[:, 1] > 1e-4).tolist()
            theirs = scores.argmax(1).tolist()
            self.assertEqual(len(ours), 10000)
            self.assertGreater(sum(clear), 9990)
            self.assertEqual([], [i for i in range(10000) if clear[i] and ours[i] != theirs[i]])
            self.assertGreater(len(set(theirs)), 1)


if __name__ == "__main__":
    harness.main()
