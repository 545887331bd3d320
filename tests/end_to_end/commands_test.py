"""What each command prints, and that its numbers agree with what a run left."""

import json
import re

import harness


class Help(harness.EndToEnd):
    def test_every_command_explains_itself(self):
        for command in ([], ["launch"], ["node"], ["summary"], ["check"], ["preflight"], ["eval"], ["report"], ["reproduce"], ["bench"], ["bench", "step"],
                        ["bench", "pull"], ["bench", "exchange"], ["bench", "latency"], ["bench", "coordinator"], ["keys"]):
            with self.subTest(command=command):
                ended = self.paceline(*command, "--help")
                self.assert_ended(ended, 0)
                self.assertIn("Usage: paceline " + " ".join(command), ended.out)
                self.assertEqual("", ended.err)

    def test_the_version_is_one_line(self):
        self.assertRegex(self.paceline("--version").out, r"\Apaceline \d+\.\d+\.\d+\n\Z")

    def test_a_wrong_command_line_is_refused_in_one_line(self):
        for arguments, parts in ((["lanch"], ['"lanch"', "did you mean launch?"]),
                                 (["bench", "setp"], ['"bench setp"', "did you mean step?"]),
                                 ([], ["launch, node, summary, check, preflight, eval, report, reproduce, bench", "paceline --help"]),
                                 (["bench"], ["step, accuracy, pull, scaling, exchange, plane, latency, coordinator;", "paceline bench --help"]),
                                 (["launch"], ["FILE or --resume RUN", "paceline launch --help"]),
                                 (["check"], ["FILE", "paceline check --help"]),
                                 (["preflight"], ["FILE", "paceline preflight --help"]),
                                 (["node"], ["FILE", "paceline node --help"]),
                                 (["summary"], ["RUN", "paceline summary --help"]),
                                 (["eval"], ["CHECKPOINT", "paceline eval --help"]),
                                 (["report"], ["RUN", "paceline report --help"]),
                                 (["reproduce"], ["EXPERIMENT", "paceline reproduce --help"]),
                                 (["keys"], ["DIR", "paceline keys --help"]),
                                 (["launch", "--faster"], ["--faster"]),
                                 (["bench", "step", "--steps", "0"], ["--steps", "1000000"]),
                                 (["bench", "latency", "--workers", "3"], ["--workers", "even"])):
            with self.subTest(arguments=arguments):
                self.assert_refused(self.paceline(*arguments), *parts)


class Check(harness.EndToEnd):
    def test_it_names_parameters_memory_batches_and_exchange(self):
        ended = self.paceline("check", "tiny.json")
        self.assert_ended(ended, 0)
        for what in (r"linear, 23530 parameters", r"(?m)^memory +[\d.]+ [KM]iB a worker", r"10 batches of 8 a worker",
                     r"group every 16 steps a worker \(pull 0\.1\), all every 32", r"[\d.]+ KiB copied a step",
                     r"40 steps a worker", r"worker 1\.1: 80 pictures"):
            self.assertRegex(ended.out, what)

    def test_it_prints_a_plan_that_can_be_launched(self):
        plan = self.paceline("check", "tiny.json").out
        self.write("plan.json", plan[plan.index("\n{") + 1:])
        self.assert_ended(self.launch(file="plan.json"), 0)

    def test_it_leaves_nothing_behind(self):
        self.paceline("check", "tiny.json")
        self.assertEqual(["tiny.json"], [path.name for path in self.folder.iterdir()])


class Keys(harness.EndToEnd):
    def test_it_makes_files_for_their_owner_alone_and_names_each_with_its_purpose(self):
        ended = self.paceline("keys", "cluster-keys")
        self.assert_ended(ended, 0)
        made = sorted(path.name for path in (self.folder / "cluster-keys").iterdir())
        self.assertEqual(["admitted.json", "node.key", "operator.key", "read-only.key"], made)
        for name in made:
            self.assertEqual(0o600, (self.folder / "cluster-keys" / name).stat().st_mode & 0o777)
            self.assertRegex(ended.out, rf"(?m)^  {name} +\w")
        for secret in re.findall(r'"secret": "(.{40})"', (self.folder / "cluster-keys/node.key").read_text()):
            self.assertNotIn(secret, ended.out + ended.err)

    def test_it_writes_over_nothing(self):
        self.paceline("keys", "cluster-keys")
        before = (self.folder / "cluster-keys/node.key").read_bytes()
        self.assert_refused(self.paceline("keys", "cluster-keys"), "cluster-keys", "holds a key set already")
        self.assertEqual(before, (self.folder / "cluster-keys/node.key").read_bytes())


class Eval(harness.EndToEnd):
    def test_its_numbers_are_those_of_the_last_test(self):
        self.assert_ended(self.launch(), 0)
        last = self.summary()["final_test"]
        checkpoint = self.checkpoints()[-1]
        of_leader = (last["leader_loss"], last["leader_error"])
        of_centre = (last["centre_loss"], last["centre_error"])
        for path, expected in ((checkpoint / "leader.safetensors", of_leader),
                               (checkpoint / f"worker-{last['leader']}.safetensors", of_leader),
                               (checkpoint / "centre.safetensors", of_centre), (checkpoint, of_centre),
                               (self.run_folder(), of_centre)):
            with self.subTest(path=path.name):
                ended = self.paceline("eval", path, "--json")
                self.assert_ended(ended, 0)
                found = harness.strict_json(ended.out)
                self.assertAlmostEqual(expected[0], found["loss"], places=6)
                self.assertEqual(expected[1], found["error"])
                self.assertEqual(100, found["pictures"])

    def test_it_says_the_same_in_a_line_for_people(self):
        self.launch()
        ended = self.paceline("eval", self.run_folder())
        error = 100 * self.summary()["final_test"]["centre_error"]
        self.assertRegex(ended.out, rf"\Alinear on glyphs: test error {error:.2f} %, loss [\d.]+ over 100 pictures \(.*\)\n\Z")


class Bench(harness.EndToEnd):
    def test_a_step_is_one_line_for_people(self):
        ended = self.paceline("bench", "step", "--model", "linear", "--batch", 4, "--steps", 3)
        self.assert_ended(ended, 0)
        self.assertRegex(ended.out, r"\Alinear fp32 1 thread batch 4: [\d.]+ ms a step \(median of 3\), \d+ samples/s\n\Z")

    def test_each_bench_prints_one_object_for_programs(self):
        for name, arguments in (("step", ["--model", "linear", "--batch", 4, "--steps", 3]),
                                ("pull", ["--parameters", 1000, "--repeats", 3]),
                                ("exchange", ["--model", "linear", "--batch", 4, "--turns", 1, "--seconds", 0.1])):
            with self.subTest(name=name):
                ended = self.paceline("bench", name, *arguments, "--json")
                self.assert_ended(ended, 0)
                self.assertEqual(1, len(ended.out.splitlines()))
                self.assertEqual(name, harness.strict_json(ended.out)["benchmark"])

    def test_the_coordinator_counts_every_report_of_all_nodes(self):
        ended = self.paceline("bench", "coordinator", "--nodes", 3, "--workers", 4, "--seconds", 9, "--json")
        self.assert_ended(ended, 0)
        found = harness.strict_json(ended.out)
        self.assertEqual("coordinator", found["benchmark"])
        self.assertEqual(["n000", "n001", "n002"], [node["node"] for node in found["nodes"]])
        self.assertEqual(1, sum(node["holds_seat"] for node in found["nodes"]))
        # A report a second of each of twelve workers, as they were sent and as they arrived.
        self.assertAlmostEqual(12, found["reports_per_second"], delta=3)
        self.assertAlmostEqual(12, found["counted_per_second"], delta=3)
        self.assertGreater(found["holder_share"], 0)

    def test_nobody_waits_for_a_message(self):
        ended = self.paceline("bench", "exchange", "--model", "linear", "--batch", 4, "--turns", 1, "--seconds", 0.1,
                              "--json")
        found = json.loads(ended.out)
        self.assertEqual(0, found["waited_for_messages_seconds"])
        self.assertGreater(found["pulls"], 0)

    def test_an_unknown_model_is_refused(self):
        self.assert_refused(self.paceline("bench", "step", "--model", "mpl"), '"mpl"', "cnn7, resnet20, vgg16, resnet50, mlp, linear")


class Launch(harness.EndToEnd):
    def test_a_run_leaves_a_complete_folder(self):
        ended = self.launch()
        self.assert_ended(ended, 0)
        self.assertEqual({".lock", "checkpoints", "config.json", "leadership.jsonl", "metrics.jsonl", "summary.json"},
                         {path.name for path in self.run_folder().iterdir()})
        summary = self.summary()
        self.assertEqual("finished", summary["outcome"])
        self.assertEqual(160, summary["total_steps"])
        self.assertEqual(0, summary["totals"]["waited_for_messages"])
        decisions = summary["leadership"]["group_decisions"] + summary["leadership"]["global_decisions"]
        self.assertEqual(decisions, len(self.log("leadership.jsonl")))
        self.assertEqual({"progress", "pull", "evaluation"}, {line["type"] for line in self.log("metrics.jsonl")})
        self.assert_no_leftovers()

    def test_what_it_prints_into_a_file_is_plain_lines(self):
        ended = self.launch()
        self.assertEqual("", ended.err)
        self.assertNotRegex(ended.out, "[\x00-\x09\x0b-\x1f]")
        self.assertTrue(re.search(r"(?m)^\[0:\d\d\] 100%  .*steps/s", ended.out), ended)
        self.assertRegex(ended.out, r"(?m)^a finished: 160 steps in ")


if __name__ == "__main__":
    harness.main()
