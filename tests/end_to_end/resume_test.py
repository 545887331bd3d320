"""A run that is cut in two by a kill and a resume is the run that was not cut."""

import shutil
import signal

import harness


class Deterministic(harness.EndToEnd):
    def lockstep(self, checkpoint_every):
        """Overrides of a run of seconds, whatever the machine: time for some checkpoints on the way, with
        at least one decision of each kind."""
        probe = 20
        ended = self.launch("deterministic=true", f"budget.steps={probe}", "output.name=probe")
        self.assert_ended(ended, 0)
        steps = int(3 * probe / self.summary("probe")["training_time"])
        return ("deterministic=true", f"budget.steps={min(max(steps, 80), 8000)}",
                f"output.checkpoint_every={checkpoint_every}")

    def tensors(self, name):
        """The bytes of the last checkpoint's tensor files, by their names."""
        files = {path.name: path.read_bytes() for path in self.checkpoints(name)[-1].glob("*.safetensors")}
        self.assertEqual(6, len(files))
        return files

    def decisions(self, name):
        """The leadership log but for the times, which no seed decides."""
        return [{key: value for key, value in line.items() if key not in ("time", "wall")}
                for line in self.log("leadership.jsonl", name)]

    def counted(self, name):
        """Who was pulled when, in any order: workers write their lines side by side."""
        return sorted((line["worker"], line["steps"], line["scope"], line["decision"])
                      for line in self.log("metrics.jsonl", name) if line["type"] == "pull")

    def assert_same(self, expected, found):
        self.assertEqual(self.tensors(expected), self.tensors(found))
        self.assertEqual(self.decisions(expected), self.decisions(found))
        self.assertEqual(self.counted(expected), self.counted(found))
        times = [line["time"] for line in self.log("leadership.jsonl", found)]
        self.assertEqual(sorted(times), times)
        for key in ("total_steps", "leadership", "final_test"):
            self.assertEqual(self.summary(expected)[key], self.summary(found)[key])
        self.assert_no_leftovers()

    def test_two_runs_of_one_seed_are_equal_to_the_bit_and_one_of_another_seed_is_not(self):
        steps = ("deterministic=true", "budget.steps=80")
        for name in ("a", "b"):
            self.assert_ended(self.launch(*steps, f"output.name={name}"), 0)
        self.assert_same("a", "b")
        self.assert_ended(self.launch(*steps, "output.name=c", "seed=2"), 0)
        self.assertNotEqual(self.tensors("a"), self.tensors("c"))

    def test_a_run_killed_or_interrupted_after_any_checkpoint_goes_on_as_if_it_had_not_been(self):
        lockstep = self.lockstep("100ms")
        self.assert_ended(self.launch(*lockstep), 0)
        for cuts in ([(signal.SIGKILL, -9)], [(signal.SIGKILL, -9)] * 2, [(signal.SIGINT, 130), (signal.SIGKILL, -9)]):
            with self.subTest(cuts=cuts):
                # On a busy machine a run may be over before this process is given the time to cut it.
                ended = next((end for end in (self.cut_and_resume(lockstep, cuts) for _ in range(4)) if end), None)
                self.assertIsNotNone(ended)
                self.assert_ended(ended, 0)
                self.assertRegex(ended.out, r"(?m)^resumed at step [1-9]\d* of all workers together$")
                self.assert_same("a", "b")
                shutil.rmtree(self.run_folder("b"))

    def cut_and_resume(self, lockstep, cuts):
        """How the last part of the run b ended; None where a part was whole before it could be cut."""
        shutil.rmtree(self.run_folder("b"), ignore_errors=True)
        process = self.start_launch(*lockstep, "output.name=b")
        for sent, code in cuts:
            before = self.checkpoints("b")
            self.wait_until(lambda: self.checkpoints("b")[-1:] > before[-1:], process)
            process.send_signal(sent)
            ended = self.end(process)
            if ended.code == 0:
                return None
            self.assert_ended(ended, code)
            process = self.start("launch", "--resume", "runs/b")
        return self.end(process)

    def test_a_run_killed_before_its_first_checkpoint_starts_over(self):
        steps = self.lockstep("1h")
        self.assert_ended(self.launch(*steps), 0)
        process = self.start_launch(*steps, "output.name=b")
        log = self.run_folder("b") / "leadership.jsonl"
        self.wait_until(lambda: log.exists() and log.stat().st_size > 0, process)
        process.kill()
        self.end(process)
        self.assertEqual([], self.checkpoints("b"))
        ended = self.paceline("launch", "--resume", "runs/b")
        self.assert_ended(ended, 0)
        self.assertNotIn("resumed at step", ended.out)
        self.assertIn("no checkpoint", ended.out)
        self.assert_same("a", "b")

    def test_a_finished_run_is_resumed_with_a_larger_budget(self):
        steps = ("deterministic=true", "schedule.kind=constant")
        self.assert_ended(self.launch(*steps, "budget.steps=80"), 0)
        self.assert_ended(self.launch(*steps, "budget.steps=40", "output.name=b"), 0)
        self.assert_ended(self.paceline("launch", "--resume", "runs/b", "--set", "budget.steps=80"), 0)
        self.assert_same("a", "b")

    def test_a_resume_of_a_finished_run_has_nothing_to_do_and_says_what_was(self):
        self.assert_ended(self.launch("deterministic=true"), 0)
        before, tensors = self.summary(), self.tensors("a")
        ended = self.paceline("launch", "--resume", "runs/a")
        self.assert_ended(ended, 0)
        self.assertRegex(ended.out, r"(?m)^nothing is left to do: .*; raise it, as with --set budget\.steps=80$")
        after = self.summary()
        for key in ("total_steps", "leadership", "final_test"):
            self.assertEqual(before[key], after[key])
        self.assertEqual(4, len(after["workers"]))
        self.assertEqual(tensors, self.tensors("a"))


class FreeRunning(harness.EndToEnd):
    def test_a_killed_run_goes_on_to_exactly_its_budget_with_every_decision_told_once(self):
        process = self.start_training("output.name=a")
        process.kill()
        self.end(process)
        done = int(self.checkpoints()[-1].name.removeprefix("step-"))
        budget = done // 4 + 100
        ended = self.paceline("launch", "--resume", "runs/a", "--set", f"budget.steps={budget}")
        self.assert_ended(ended, 0)
        self.assertEqual(4 * budget, self.summary()["total_steps"])
        numbers = {}
        for line in self.log("leadership.jsonl"):
            numbers.setdefault((line["scope"], line["group"]), []).append(line["decision"])
        self.assertEqual({("global", None), ("group", 0), ("group", 1)}, set(numbers))
        for which, found in numbers.items():
            self.assertEqual(list(range(1, len(found) + 1)), found, which)


if __name__ == "__main__":
    harness.main()
