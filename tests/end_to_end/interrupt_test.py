"""Ctrl-C, and two launches on one folder."""

import time
from pathlib import Path

import harness


def has_thread(process, name):
    def is_called(task):
        try:
            return (task / "comm").read_text().strip() == name
        except OSError:  # it has ended meanwhile
            return False
    return any(map(is_called, Path(f"/proc/{process.pid}/task").iterdir()))


class Interrupt(harness.EndToEnd):
    def test_once_ends_cleanly_and_a_resume_uses_the_budget_up(self):
        process = self.start_training()
        harness.interrupt(process)
        ended = self.end(process)
        self.assert_ended(ended, 130)
        self.assertEqual("", ended.err)
        self.assertIn("a interrupted: ", ended.out)
        self.assertIn("--resume runs/a", ended.out)
        summary = self.summary()
        self.assertEqual("interrupted", summary["outcome"])
        self.assertEqual(self.checkpoints()[-1].name, f"step-{summary['total_steps']:09}")
        self.assert_no_leftovers()
        self.assert_ended(self.paceline("eval", self.checkpoints()[-1] / "leader.safetensors"), 0)

        budget = summary["total_steps"] // 4 + 100
        resumed = self.paceline("launch", "--resume", "runs/a", "--set", f"budget.steps={budget}")
        self.assert_ended(resumed, 0)
        self.assertIn(f"resumed at step {summary['total_steps']} ", resumed.out)
        self.assertEqual("finished", self.summary()["outcome"])
        self.assertEqual(4 * budget, self.summary()["total_steps"])

    def test_twice_ends_at_once(self):
        # A last test of many pictures, in which the second signal comes.
        process = self.start_training("model=cnn7", "data.test_size=3000")
        harness.interrupt(process)
        time.sleep(0.2)
        began = time.monotonic()
        harness.interrupt(process)
        self.assert_ended(self.end(process), 130)
        self.assertLess(time.monotonic() - began, 5)
        self.assertFalse((self.run_folder() / "summary.json").exists())

    def test_while_the_pictures_are_drawn_ends_at_once_and_leaves_no_trace(self):
        # Minutes of drawing.
        process = self.start_launch("data.train_size=1000000")
        # Its thread for signals is there: they are caught from now on.
        self.wait_until(lambda: has_thread(process, "signals"), process)
        began = time.monotonic()
        harness.interrupt(process)
        ended = self.end(process)
        self.assert_ended(ended, 130)
        self.assertEqual("interrupted before the run began; nothing was changed\n", ended.out)
        self.assertLess(time.monotonic() - began, 5)
        self.assertFalse((self.folder / "runs").exists())

    def test_during_the_set_up_leaves_no_trace_or_a_whole_run(self):
        process = self.start_launch(*harness.ENDLESS, "data.train_size=20000")
        self.wait_until(lambda: self.run_folder().exists(), process)
        harness.interrupt(process)
        self.assert_ended(self.end(process), 130)
        self.assertEqual("interrupted", self.summary()["outcome"])


class OneAtATime(harness.EndToEnd):
    def test_a_second_launch_on_the_folder_is_refused_while_the_first_rides_on(self):
        process = self.start_training()
        self.assert_refused(self.paceline("launch", "--resume", "runs/a"),
                            f"runs/a: is in use by process {process.pid}")
        self.assert_refused(self.launch(), "runs/a: is not empty")
        before = self.checkpoints()
        self.wait_until(lambda: self.checkpoints()[-1] not in before, process)
        harness.interrupt(process)
        self.assert_ended(self.end(process), 130)


if __name__ == "__main__":
    harness.main()
