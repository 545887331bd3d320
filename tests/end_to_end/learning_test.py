"""Whole runs learn what they should: the embedded data set has the difficulty that its documentation says, and real
pictures are learned where PACELINE_CIFAR10 names the folder of CIFAR-10's files, and as JPEG files where it has those too.
A minute of two cores when optimised.
"""

import json
import os
from pathlib import Path

import harness

# Half of the quickstart's workers, as many steps as half a minute of two cores.
LEARNING = {
    "groups": {"count": 1, "workers": 2},
    "data": {"kind": "glyphs", "crop": 28, "batch_size": 128},
    "strategy": {"period_group": 4, "period_global": 16},
    "optimizer": {"learning_rate": 0.03, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
    "schedule": {"kind": "cosine"},
    "budget": {"steps": 400},
    "output": {"name": "a", "evaluate_every": "1h"},
}


class Learning(harness.EndToEnd):
    def final_test(self, *overrides):
        self.write("learning.json", json.dumps(LEARNING))
        ended = self.launch(*overrides, file="learning.json")
        self.assertEqual(ended.code, 0, ended)
        summary = harness.strict_json((self.folder / "runs/a/summary.json").read_text(encoding="utf-8"))
        return summary["final_test"]

    def test_a_convolutional_network_falls_under_ten_percent_on_glyphs(self):
        found = self.final_test("model=cnn7")
        self.assertLess(found["centre_error"], 0.10)
        self.assertLess(found["leader_error"], 0.10)

    def test_a_linear_model_stays_above_forty_percent_on_glyphs(self):
        found = self.final_test("model=linear", "budget.steps=1500")
        self.assertGreater(found["centre_error"], 0.40)
        # It does learn what a linear model can: guessing has 90 %.
        self.assertLess(found["centre_error"], 0.80)

    def test_real_pictures_are_learned(self):
        folder = os.environ.get("PACELINE_CIFAR10")
        if not folder:
            self.skipTest("PACELINE_CIFAR10 does not name the folder of CIFAR-10's files")
        found = self.final_test("model=cnn7", "data.kind=cifar10", f"data.path={folder}", "budget.steps=300")
        self.assertLess(found["centre_error"], 0.60)

    def test_real_pictures_in_folders_are_learned(self):
        folder = Path(os.environ.get("PACELINE_CIFAR10", "-")).absolute()
        tree = next((path for path in (folder / "cifar10-images", folder.parent / "cifar10-images") if path.is_dir()), None)
        if tree is None:
            self.skipTest("PACELINE_CIFAR10 does not name a folder with a tree cifar10-images in it or beside it")
        found = self.final_test("model=cnn7", "data.kind=image_folder", f"data.path={tree}", "data.smallest_area=0.5",
                                "budget.steps=300")
        self.assertLess(found["centre_error"], 0.65)


if __name__ == "__main__":
    harness.main()
