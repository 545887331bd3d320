"""Data sets that are folders of JPEG pictures: runs learn from them, pass over what cannot be read, and refuse trees that cannot be
meant. (Real pictures are learned in learning_test.py.)"""

import json
import os
import unittest

import harness

try:
    import jpeg_files
except OSError:
    jpeg_files = None

# A convolutional network on crops of 28, which learns directions in a few dozen steps.
STRIPES = {
    "groups": {"count": 1, "workers": 2},
    "model": "cnn7",
    "data": {"kind": "image_folder", "path": "stripes", "crop": 28, "smallest_area": 0.3, "batch_size": 16},
    "strategy": {"period_group": 4, "period_global": 8, "loss_window": 4},
    "optimizer": {"learning_rate": 0.02, "momentum": 0.9},
    "budget": {"steps": 60},
    "output": {"name": "a", "evaluate_every": "1h"},
}


@unittest.skipIf(jpeg_files is None, "libturbojpeg.so.0 cannot be loaded")
class ImageFolder(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.write("stripes.json", json.dumps(STRIPES))

    def make_tree(self, train=24, test=8):
        return jpeg_files.write_tree(self.folder / "stripes", train, test)

    def train(self, *overrides):
        return self.launch(*overrides, file="stripes.json")

    def assert_tree_refused(self, *parts):
        for command in ("launch", "check"):
            with self.subTest(command=command):
                self.assert_refused(self.paceline(command, "stripes.json"), *parts)
        self.assertFalse((self.folder / "runs").exists())


class Learning(ImageFolder):
    def test_directions_of_stripes_are_learned(self):
        self.make_tree(train=64, test=32)
        self.assert_ended(self.train("budget.steps=150"), 0)
        summary = self.summary()
        self.assertLess(summary["final_test"]["centre_error"], 0.1)
        self.assertEqual({"count": 0, "first": []}, summary["unreadable_pictures"])
        self.assertEqual(0, summary["totals"]["pictures_replaced"])

        ended = self.paceline("eval", self.run_folder(), "--json")
        self.assert_ended(ended, 0)
        found = harness.strict_json(ended.out)
        self.assertEqual(64, found["pictures"])
        self.assertEqual(summary["final_test"]["centre_error"], found["error"])
        elsewhere = self.folder / "elsewhere"
        jpeg_files.write_tree(elsewhere, 1, 16, seed=2)
        ended = self.paceline("eval", self.run_folder(), "--data", f"image_folder:{elsewhere}", "--json")
        self.assert_ended(ended, 0)
        found = harness.strict_json(ended.out)
        self.assertEqual(32, found["pictures"])
        self.assertLess(found["error"], 0.15)

    def test_a_deterministic_run_is_the_same_for_any_number_of_decoders_and_where_it_was_cut(self):
        tree = self.make_tree()
        (tree / "train/across/0003.jpg").write_bytes(b"no picture")

        def centre_of(name):
            return (self.checkpoints(name)[-1] / "centre.safetensors").read_bytes()

        overrides = ["deterministic=true", "budget.steps=8", "model=linear"]
        for decoders in (1, 3):
            name = f"decoders-{decoders}"
            self.assert_ended(self.train(*overrides, f"data.decoders={decoders}", f"output.name={name}"), 0)
        # The file's header names the number of decoders, so it is the tensors behind it that are compared.
        one, three = (tensors_of(centre_of(f"decoders-{decoders}")) for decoders in (1, 3))
        self.assertEqual(one, three)
        self.assert_ended(self.train(*overrides, "budget.steps=3", "output.name=cut"), 0)
        self.assert_ended(self.paceline("launch", "--resume", "runs/cut", "--set", "budget.steps=8"), 0)
        self.assertEqual(one, tensors_of(centre_of("cut")))


class DamagedFiles(ImageFolder):
    def damage(self):
        tree = self.make_tree()
        whole = (tree / "train/across/0001.jpg").read_bytes()
        (tree / "train/across/0001.jpg").write_bytes(whole[:len(whole) // 2])
        (tree / "train/upright/0002.jpg").write_bytes(b"")
        (tree / "train/upright/0003.jpg").write_text("no picture", encoding="utf-8")
        # Claims 65500x65500 pixels.
        at = whole.index(b"\xff\xc0")
        (tree / "val/across/0000.jpg").write_bytes(whole[:at + 5] + b"\xff\xdc\xff\xdc" + whole[at + 9:])
        return tree

    def test_they_are_passed_over_and_counted(self):
        self.damage()
        ended = self.train("model=linear")
        self.assert_ended(ended, 0)
        summary = self.summary()
        self.assertEqual(4, summary["unreadable_pictures"]["count"])
        self.assertIn("stripes/train/upright/0002.jpg: the file is empty", summary["unreadable_pictures"]["first"])
        self.assertIn("stripes/val/across/0000.jpg: found 65500x65500 pixels, allowed are 67108864 in all",
                      summary["unreadable_pictures"]["first"])
        self.assertGreater(summary["totals"]["pictures_replaced"], 0)
        self.assertIn("  pictures     4 of the data set cannot be read and were passed over:", ended.out)
        last = [line for line in self.log("metrics.jsonl") if line["type"] == "progress"][-1]
        self.assertGreater(last["pictures_replaced"], 0)
        self.assertEqual(15, harness.strict_json(self.paceline("eval", self.run_folder(), "--json").out)["pictures"])

    def test_the_first_one_ends_a_strict_run(self):
        tree = self.damage()
        (tree / "val/across/0000.jpg").unlink()
        ended = self.train("model=linear", "data.strict=true", "budget.steps=100000")
        self.assert_refused(ended, "the run failed: stripes/train/", code=1)
        self.assertEqual("failed", self.summary()["outcome"])
        self.assertEqual("picture_unreadable", self.summary()["failures"][0]["code"])

    def test_a_strict_test_ends_with_the_path(self):
        tree = self.make_tree()
        self.assert_ended(self.train("model=linear", "budget.steps=2", "data.strict=true"), 0)
        (tree / "val/upright/0001.jpg").write_bytes(b"no picture")
        self.assert_refused(self.paceline("eval", self.run_folder()), "stripes/val/upright/0001.jpg: no JPEG file")


    def test_other_classes_in_the_same_number_are_named(self):
        tree = self.make_tree()
        self.assert_ended(self.train("model=linear", "budget.steps=2"), 0)
        for part in ("train", "val"):
            (tree / part / "upright").rename(tree / part / "above")
        named = "class 0 was \"across\" when it was trained, and is \"above\" in image_folder"
        self.assert_refused(self.paceline("eval", self.run_folder()), named)
        resumed = self.paceline("launch", "--resume", self.run_folder(), "--set", "budget.steps=4")
        self.assert_refused(resumed, named)

    def test_a_name_that_is_no_text_does_not_lose_the_summary(self):
        tree = self.make_tree()
        with open(os.fsencode(tree / "val/upright") + b"/0\xff.jpg", "wb"):
            pass
        self.assert_ended(self.train("model=linear", "budget.steps=2"), 0)
        self.assertEqual(1, self.summary()["unreadable_pictures"]["count"])

    def test_test_pictures_at_the_end_that_cannot_be_read_are_passed_over(self):
        tree = self.make_tree(train=24, test=100)
        (tree / "val/upright/9999.jpg").write_bytes(b"")
        self.assert_ended(self.train("model=linear", "budget.steps=2"), 0)
        ended = self.paceline("eval", self.run_folder(), "--json")
        self.assertEqual(200, harness.strict_json(ended.out)["pictures"], ended)


class Trees(ImageFolder):
    def test_a_tree_that_is_not_there(self):
        self.assert_tree_refused("stripes does not exist", "train/CLASS/*.jpg")

    def test_a_class_without_pictures(self):
        tree = self.make_tree(train=8, test=1)
        (tree / "train/empty").mkdir()
        (tree / "train/empty/notes.txt").write_text("x", encoding="utf-8")
        self.assert_tree_refused("stripes/train/empty has no picture: found 1 of other kinds, allowed are files that end in")

    def test_other_classes_in_tests(self):
        tree = self.make_tree(train=8, test=1)
        (tree / "val/across").rename(tree / "val/along")
        self.assert_tree_refused("stripes/val/along: there is no class along in stripes/train")

    def test_no_classes_and_no_test_pictures(self):
        tree = self.make_tree(train=8, test=1)
        (tree / "val").rename(tree / "validation")
        self.assert_tree_refused("stripes has no pictures to test on: needed is a folder val or test")
        (tree / "train").rename(tree / "training")
        (tree / "train").mkdir()
        self.assert_tree_refused("stripes/train: found no class")

    def test_fewer_pictures_than_the_workers_need(self):
        self.make_tree(train=8, test=1)
        self.assert_refused(self.train(), "image_folder: 16 training pictures give each of 2 workers 8, fewer than one batch of 16")

    def test_check_says_what_there_is(self):
        self.make_tree()
        ended = self.paceline("check", "stripes.json")
        self.assert_ended(ended, 0)
        self.assertIn("image_folder: 48 training and 16 test pictures of their own sizes, crop 28, 2 classes", ended.out)
        self.assertIn("trains on random parts of 30 to 100 % of a picture, tests on the middle of a shorter side of 32", ended.out)


def tensors_of(file):
    return file[8 + int.from_bytes(file[:8], "little"):]


if __name__ == "__main__":
    harness.main()
