"""What a user can get wrong: each is told in one line with its place and reason, and leaves nothing behind."""

import json
import os
import shutil

import harness


class BadInput(harness.EndToEnd):
    def assert_nothing_left(self):
        self.assertFalse((self.folder / "runs").exists())

    def assert_launch_refused(self, *overrides, parts, lines=1):
        with self.subTest(overrides=overrides):
            self.assert_refused(self.launch(*overrides), *parts, lines=lines)
            self.assert_nothing_left()


class Configuration(BadInput):
    def test_impossible_numbers(self):
        for override, allowed in (("groups.workers=0", "an integer of at least 1"),
                                  ("strategy.period_group=0", "an integer of at least 1"),
                                  ("strategy.pull_group=1.5", "a number from 0 to 1"),
                                  ("strategy.pull_global=-0.1", "a number from 0 to 1"),
                                  ("optimizer.learning_rate=0", "a number above 0"),
                                  ("output.checkpoint_every=0s", "above 0")):
            key, value = override.split("=")
            self.assert_launch_refused(override, parts=[key, value, allowed])

    def test_absurd_sizes(self):
        layers = [{"kind": "convolution", "name": "a", "channels": 65536, "kernel": 5},
                  {"kind": "convolution", "name": "b", "channels": 65536, "kernel": 5},
                  {"kind": "flatten"}, {"kind": "linear", "name": "c", "features": 10}]
        for override, parts in (("data.train_size=1e15", ["data.train_size", "found 1", "at most 10000000"]),
                                ("data.batch_size=1000000000000", ["data.batch_size", "at most 65536"]),
                                ("groups.count=1e9", ["groups.count", "at most 65535"]),
                                ('groups={"count": 65535, "workers": 65535}', ["4294836225 in all", "at most 65536"]),
                                ("model=" + json.dumps({"layers": layers}), ["model.layers[1]", "at most 1e+09"])):
            for command in ("launch", "check"):
                with self.subTest(override=override, command=command):
                    self.assert_refused(self.paceline(command, "tiny.json", "--set", override), *parts)
        self.assert_nothing_left()

    def test_more_memory_than_there_is(self):
        # 600 GB for what the first layer puts out for a batch.
        layers = [{"kind": "convolution", "name": "a", "channels": 4096, "kernel": 5}, {"kind": "flatten"},
                  {"kind": "linear", "name": "b", "features": 10}]
        overrides = ["data.batch_size=32000", "data.train_size=32000", "groups.count=1", "groups.workers=1",
                     "model=" + json.dumps({"layers": layers})]
        for command in ("launch", "check"):
            with self.subTest(command=command):
                self.assert_refused(self.paceline(command, "tiny.json", *harness.with_set(overrides)),
                                    "out of memory: needs ", " GiB for 1 worker with batches of 32000", code=1)
        self.assert_nothing_left()

    def test_rates_that_are_infinite_in_32_bits(self):
        for key in ("optimizer.learning_rate", "optimizer.weight_decay", "schedule.factor"):
            self.assert_launch_refused(f"{key}=1e39", parts=[key, "found 1e+39", "1e+30"])

    def test_wrong_types(self):
        for override, found in (("data.batch_size=many", '"many"'), ("groups=4", "4"), ("deterministic=2", "2"),
                                ("model=7", "7"), ("seed=1.5", "1.5")):
            self.assert_launch_refused(override, parts=[override.split("=")[0], f"found {found}", "allowed: "])

    def test_more_workers_than_the_data_has_batches_for(self):
        self.assert_launch_refused("groups.count=100", parts=["tiny.json: data.train_size", "320 for 200 workers",
                                                              "at least 1600"])

    def test_unknown_keys_and_models_name_the_nearest(self):
        self.assert_launch_refused("strategy.period_grop=4", parts=["strategy.period_grop", "period_group"])
        self.assert_launch_refused("modell=mlp", parts=["modell", "model"])
        self.assert_launch_refused("a.b.c=1", parts=["--set a.b.c=1", "unknown key", "strategy"])
        self.assert_launch_refused("model=resnet", parts=["model", '"resnet"', '"cnn7"'])
        self.assert_launch_refused("nothing", parts=["--set nothing", "key.path=value"])

    def test_every_error_of_a_file_is_told_at_once(self):
        broken = dict(harness.TINY, groups={"count": 0, "workers": "two"}, stratgy={})
        self.write("broken.json", json.dumps(broken))
        for command in ("launch", "check"):
            with self.subTest(command=command):
                self.assert_refused(self.paceline(command, "broken.json"), "broken.json: groups.count: found 0",
                                    'broken.json: groups.workers: found "two"', "did you mean strategy?", lines=3)
        self.assert_nothing_left()

    def test_a_file_that_is_none(self):
        self.write("cut.json", '{\n  "groups": {')
        self.write("binary.json", "\x01\x02\x03")
        for file, part in (("missing.json", "missing.json: there is no such file"), ("cut.json", "cut.json:2:"),
                           ("binary.json", "binary.json:1:1"), (".", "folder")):
            with self.subTest(file=file):
                self.assert_refused(self.launch(file=file), part)
        self.assert_nothing_left()


class Names(BadInput):
    """Names that would break a message into lines or reach the terminal as commands."""

    NASTY = "a\nb\t\x1b[31mc\x7f"
    SHOWN = r"a\nb\t\x1b[31mc\x7f"

    def assert_shown(self, *arguments):
        with self.subTest(arguments=arguments):
            ended = self.paceline(*arguments)
            self.assert_refused(ended)
            self.assertIn(r"\n", ended.err)
            self.assertNotRegex(ended.err.rstrip("\n"), "[\x00-\x1f\x7f]")

    def test_they_are_shown_escaped_and_on_one_line(self):
        self.write("key.json", json.dumps(dict(harness.TINY, **{self.NASTY: 1})))
        for arguments in (["launch", self.NASTY], ["check", self.NASTY + ".json"], ["check", "key.json"],
                          ["check", "tiny.json", "--set", self.NASTY + "=1"], ["check", "tiny.json", "--set", self.NASTY],
                          ["check", "tiny.json", "--set", "output.name=" + self.NASTY],
                          ["check", "tiny.json", "--set", "model=" + self.NASTY],
                          ["launch", "--resume", self.NASTY], ["eval", self.NASTY], ["summary", self.NASTY],
                          [self.NASTY], ["launch", "--" + self.NASTY],
                          ["bench", "step", "--model", self.NASTY]):
            self.assert_shown(*arguments)
        self.assertIn(self.SHOWN, self.paceline("launch", self.NASTY).err)
        self.assert_nothing_left()

    def test_a_run_is_not_named_after_a_file_of_such_a_name(self):
        nameless = dict(harness.TINY, output={})
        self.write(self.NASTY + ".json", json.dumps(nameless))
        self.assert_refused(self.launch(file=self.NASTY + ".json"), "output.name", "control characters")
        self.assert_nothing_left()

    def test_names_that_are_too_long(self):
        for override in ("output.name=" + 256 * "a", "output.folder=runs/" + 256 * "a", "data.path=" + 5000 * "a/"):
            self.assert_launch_refused(override, parts=[override.split("=")[0], "255"])
        self.assert_refused(self.paceline("eval", 300 * "a"), "no such file")
        self.assert_refused(self.paceline("launch", "--resume", 300 * "a"), "File name too long")


class Data(BadInput):
    CIFAR10 = ("data.kind=cifar10", "data.path=pictures")

    def test_missing_files(self):
        self.assert_launch_refused("data.kind=cifar10", parts=["data.path"])
        self.assert_launch_refused(*self.CIFAR10, parts=["pictures does not exist", "scripts/get-cifar10"])

    def test_truncated_files(self):
        names = [f"data_batch_{number}.bin" for number in range(1, 6)] + ["test_batch.bin"]
        for name in names:
            self.write(f"pictures/{name}", "\0" * 3073)
        self.write("pictures/data_batch_3.bin", "\0" * 3000)
        self.assert_launch_refused(*self.CIFAR10, parts=["pictures/data_batch_3.bin", "3000 bytes", "3073"])


class Output(BadInput):
    def test_an_existing_run_is_refused_with_what_to_do(self):
        self.launch()
        before = {path: path.stat().st_mtime_ns for path in self.run_folder().rglob("*")}
        self.assert_refused(self.launch(), "runs/a: is not empty", "--resume runs/a", "another output.name")
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in self.run_folder().rglob("*")})

    def test_a_folder_that_cannot_be_made(self):
        self.write("file", "")
        self.assert_refused(self.launch("output.folder=file/runs"), "file/runs", "Not a directory", code=1)
        self.assert_refused(self.launch("output.folder=/proc/none"), "/proc/none", code=1)
        self.assertEqual({"file", "tiny.json"}, {path.name for path in self.folder.iterdir()})

    def test_a_resumed_run_stays_in_its_folder(self):
        self.launch()
        self.assert_refused(self.paceline("launch", "--resume", "runs/a", "--set", "output.name=b"), "output.name=b",
                            "stays in its folder, runs/a")

    def test_a_run_saved_without_momentum_is_not_resumed_with_it(self):
        self.launch()
        config = (self.run_folder() / "config.json").read_text(encoding="utf-8")
        self.assert_refused(self.paceline("launch", "--resume", "runs/a", "--set", "optimizer.momentum=0.9"),
                            "without momentum", "0.9")
        self.assertEqual(config, (self.run_folder() / "config.json").read_text(encoding="utf-8"))

    def test_a_run_is_not_resumed_with_other_data_or_another_seed(self):
        self.launch()
        before = {path: path.read_bytes() for path in self.run_folder().rglob("*") if path.is_file()}
        for override in ("seed=2", "data.batch_size=4", "data.train_size=640", "data.crop=27"):
            with self.subTest(override=override):
                self.assert_refused(self.paceline("launch", "--resume", "runs/a", "--set", override), override,
                                    "begun with")
        self.assert_refused(self.paceline("launch", "--resume", "runs/a", "--set", 'output={"name": "b"}'),
                            "stays in its folder, runs/a")
        self.assertEqual(before, {path: path.read_bytes() for path in self.run_folder().rglob("*") if path.is_file()})

    def test_a_run_that_is_not_there_cannot_be_resumed(self):
        self.assert_refused(self.paceline("launch", "--resume", "runs/a"), "runs/a")
        self.assert_refused(self.paceline("launch", "--resume", "runs/a", "tiny.json"), "--resume", "FILE")
        self.assert_nothing_left()


class Checkpoints(BadInput):
    def setUp(self):
        super().setUp()
        self.assert_ended(self.launch(), 0)

    def contents(self):
        return {path: path.read_bytes() for path in self.run_folder().rglob("*")
                if path.is_file() and path.name != ".lock"}

    def test_a_resume_with_another_model_or_cluster_changes_nothing(self):
        before = self.contents()
        for override, parts in (("model=mlp", ['model=mlp: found "mlp"', 'begun with "linear"']),
                                ("groups.workers=3", ["groups.workers=3: found 3", "begun with 2"]),
                                ("groups.count=1", ["groups.count=1: found 1", "begun with 2"])):
            with self.subTest(override=override):
                self.assert_refused(self.paceline("launch", "--resume", "runs/a", "--set", override), *parts)
                self.assertEqual(before, self.contents())

    def test_a_damaged_checkpoint_is_not_resumed(self):
        worker = self.checkpoints()[-1] / "worker-0.1.safetensors"
        worker.write_bytes(worker.read_bytes()[:-100])
        before = self.contents()
        self.assert_refused(self.paceline("launch", "--resume", "runs/a"), "worker-0.1.safetensors")
        self.assertEqual(before, self.contents())

    def test_a_state_of_impossible_counts_is_not_resumed(self):
        path = self.checkpoints()[-1] / "state.json"
        whole = json.loads(path.read_text())
        for place, value, part in ((["total_steps"], -1, "total_steps: found -1"),
                                   (["total_steps"], 2**60, f"total_steps: found {2**60}"),
                                   (["total_steps"], 159, "total_steps: found 159, needed is at least 160"),
                                   (["training_time_ns"], -5, "training_time_ns: found -5"),
                                   (["global", "decisions"], 2**53 + 1, "global.decisions: found"),
                                   (["global", "term"], 1.5, "global.term: found 1.5"),
                                   (["groups", 0, "steps_since"], None, "groups[0].steps_since: found null"),
                                   (["groups", 1, "member_steps"], [1], "do not belong together"),
                                   (["groups", 1, "member_steps", 0], 10**9, "groups[1].member_steps[0]: found 1000000000"),
                                   (["groups", 0, "leader"], "1.1", "groups[0].leader: found 1.1"),
                                   (["global", "leader"], "0.7", "global.leader: found 0.7"),
                                   (["leader"], "5.5", "leader: 5.5 is none of the workers"),
                                   (["workers", 0], "x", 'workers[0]: found "x"')):
            with self.subTest(place=place, value=value):
                state = json.loads(json.dumps(whole))
                node = state
                for step in place[:-1]:
                    node = node[step]
                node[place[-1]] = value
                path.write_text(json.dumps(state))
                self.assert_refused(self.paceline("launch", "--resume", "runs/a"), part)
        # States of earlier versions have no first group and say nothing of a centre.
        for key in set(whole) - {"first_group", "has_centre"}:
            with self.subTest(missing=key):
                path.write_text(json.dumps({other: value for other, value in whole.items() if other != key}))
                self.assert_refused(self.paceline("launch", "--resume", "runs/a"), f'has no "{key}"')

    def test_eval_refuses_what_is_no_checkpoint(self):
        checkpoint = self.checkpoints()[-1]
        cut = self.folder / "cut.safetensors"
        cut.write_bytes((checkpoint / "centre.safetensors").read_bytes()[:-100])
        for path, part in (("missing", "there is no such file or folder"), (cut, "cut.safetensors"),
                           (checkpoint / "state.json", "not a sound safetensors file"),
                           (self.folder, "no centre.safetensors")):
            with self.subTest(path=path):
                self.assert_refused(self.paceline("eval", path), str(path), part)

    def test_eval_refuses_what_was_not_written_whole_and_what_is_no_file(self):
        checkpoint = self.checkpoints()[-1]
        partial = checkpoint.with_suffix(".partial")
        shutil.copytree(checkpoint, partial)
        (partial / "state.json").unlink()
        self.assert_refused(self.paceline("eval", partial), "neither a checkpoint nor a run with one")
        os.mkfifo(self.folder / "pipe")
        self.assert_refused(self.paceline("eval", "pipe"), "pipe: is no file")

    def test_eval_refuses_data_that_is_not_there(self):
        for data, part in (("cifar10:none", "none does not exist"), ("imagenet", '"imagenet"'), ("cifar10", "path"),
                           ("image_folder", "path"), ("image_folder:none", "none does not exist"),
                           ("glyphs:x", '"glyphs:x", allowed: glyphs, cifar10:FOLDER or image_folder:FOLDER'),
                           ("", '"", allowed: glyphs, cifar10:FOLDER or image_folder:FOLDER'), (":x", "cifar10:FOLDER")):
            with self.subTest(data=data):
                self.assert_refused(self.paceline("eval", self.run_folder(), "--data", data), part)

    def test_eval_refuses_a_checkpoint_whose_tensors_are_of_another_model(self):
        self.assert_ended(self.launch("model=mlp", "output.name=b"), 0)
        of_mlp = (self.checkpoints("b")[-1] / "centre.safetensors").read_bytes()
        of_linear = (self.checkpoints()[-1] / "centre.safetensors").read_bytes()
        mixed = self.folder / "mixed.safetensors"
        mixed.write_bytes(with_model(of_mlp, model_of(of_linear)))
        self.assert_refused(self.paceline("eval", mixed), "mixed.safetensors: checkpoint of another model", "fc1.weight")


def header_of(file):
    size = int.from_bytes(file[:8], "little")
    return json.loads(file[8:8 + size]), file[8 + size:]


def model_of(file):
    return header_of(file)[0]["__metadata__"]["model"]


def with_model(file, model):
    """A safetensors file with another model in its description."""
    header, tensors = header_of(file)
    header["__metadata__"]["model"] = model
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + tensors


if __name__ == "__main__":
    harness.main()
