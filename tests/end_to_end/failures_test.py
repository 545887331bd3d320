"""Runs that go wrong on their way."""

import json
import os
import shutil
import subprocess
import unittest
import unittest.mock

import harness


class Divergence(harness.EndToEnd):
    def run_away(self, *overrides):
        ended = self.launch("model=mlp", "optimizer.learning_rate=1e30", "budget.steps=400", *overrides)
        self.assert_refused(ended, "the run failed: the loss is not finite", code=1)
        lost = [line for line in ended.out.splitlines() if line.startswith("error: ")]
        self.assertEqual([f"error: worker {worker}: the loss is not finite, and there is no leader to recover from"
                          for worker in ("0.0", "0.1", "1.0", "1.1")], sorted(lost), ended)
        self.assertNotIn("nan", ended.out)
        # Each line is read by a strict parser.
        failures = [line for line in self.log("metrics.jsonl") if line["type"] == "failure"]
        self.assertEqual({"0.0", "0.1", "1.0", "1.1"}, {line["worker"] for line in failures})
        summary = self.summary()
        self.assertEqual("failed", summary["outcome"])
        self.assertEqual({"0.0", "0.1", "1.0", "1.1"}, {failure["worker"] for failure in summary["failures"]})
        self.assertGreater(summary["training_time"], 0)
        self.log("leadership.jsonl")
        self.assertEqual([], self.checkpoints())
        self.assert_no_leftovers()

    def test_a_run_that_loses_every_worker_says_so_once_a_worker_and_fails(self):
        self.run_away()

    def test_so_does_a_deterministic_one(self):
        self.run_away("deterministic=true")


    def test_a_centre_that_is_not_finite_fails_a_run_whose_workers_are_still_waiting_for_a_leader(self):
        ended = self.launch("model=mlp", "optimizer.learning_rate=1e30", "budget.steps=24", "groups.count=1")
        self.assert_refused(ended, "the run failed: the loss of its centre is not finite", code=1)
        self.assertEqual("failed", self.summary()["outcome"])


class Threads(harness.EndToEnd):
    def loss_of(self, name, **environment):
        self.write("two.json", json.dumps({**harness.TINY, "model": "mlp", "deterministic": True,
                                           "device": {"threads_per_worker": 2}, "output": {"name": name}}))
        with unittest.mock.patch.dict(os.environ, environment):
            ended = self.launch("groups.count=1", "groups.workers=1", file="two.json")
        return ended, ended.code == 0 and harness.strict_json(
            (self.folder / "runs" / name / "summary.json").read_text())["final_test"]["centre_loss"]

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two cores")
    def test_what_the_environment_tells_openmp_changes_no_result(self):
        ended, expected = self.loss_of("plain")
        self.assert_ended(ended, 0)
        ended, found = self.loss_of("dynamic", OMP_DYNAMIC="true")
        self.assert_ended(ended, 0)
        self.assertEqual(expected, found)
        ended, _ = self.loss_of("limited", OMP_THREAD_LIMIT="1")
        self.assert_refused(ended, "device.threads_per_worker: found 2, allowed: at most 1", "OMP_THREAD_LIMIT")

    def test_a_limit_on_threads_is_one_line_and_leaves_nothing(self):
        limit = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "prlimit", "--nproc=8"]
        if os.geteuid() != 0 or not all(shutil.which(program) for program in ("setpriv", "prlimit")):
            self.skipTest("needs root, setpriv and prlimit, since root itself has no such limit")
        program = self.folder / "paceline"
        shutil.copy(harness.PACELINE, program)
        self.folder.chmod(0o777)
        ended = subprocess.run([*limit, program, "launch", "tiny.json"], cwd=self.folder, capture_output=True, text=True,
                               stdin=subprocess.DEVNULL, timeout=harness.PATIENCE_SECONDS)
        self.assertEqual(ended.returncode, 1, ended)
        self.assertEqual(len(ended.stderr.splitlines()), 1, ended)
        self.assertIn("16 more threads are needed", ended.stderr)
        self.assertFalse((self.folder / "runs").exists())


if __name__ == "__main__":
    harness.main()
