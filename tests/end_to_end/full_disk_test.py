"""A disk that is full before a run ends. Only root can make a small one; elsewhere the tests are skipped."""

import subprocess

import harness


class FullDisk(harness.EndToEnd):
    def small_disk(self, kib):
        disk = self.folder / "runs"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", disk], capture_output=True,
                                 text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest(f"no small disk can be made here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", disk], check=True)

    def test_logs_that_cannot_go_on_end_the_run(self):
        # Room for one checkpoint of 6 files and some lines.
        self.small_disk(200)
        ended = self.launch("model=linear", "budget.steps=100000000", "output.checkpoint_every=1h")
        self.assert_ended(ended, 1)
        told = [line for line in ended.out.splitlines() if line.startswith("error: ")]
        self.assertIn(".jsonl", told[0])
        self.assertIn("No space left on device", told[0])
        self.assertEqual([], self.checkpoints())
        self.assert_no_leftovers()
        # Whole lines alone, and strict JSON.
        self.assertGreater(len(self.log("metrics.jsonl")), 10)
        self.log("leadership.jsonl")

    def test_a_checkpoint_that_does_not_fit_leaves_the_one_before_it(self):
        # Six files of 94 or 188 KB each: one checkpoint fits beside the one that it replaces, three do not.
        self.small_disk(2000)
        process = self.start_training("output.keep_checkpoints=9", "strategy.period_group=100000",
                                      "strategy.period_global=100000")
        whole = self.checkpoints()[0]
        self.wait_until(lambda: self.failures("checkpoint_failed"), process)
        harness.interrupt(process)
        ended = self.end(process)
        self.assert_ended(ended, 1)
        self.assertIn("No space left on device", ended.out)
        self.assert_no_leftovers()
        self.assert_ended(self.paceline("eval", whole), 0)

    def failures(self, code):
        text = (self.run_folder() / "metrics.jsonl").read_text()
        return f'"code":"{code}"' in text

    def test_a_set_up_without_room_leaves_nothing(self):
        self.small_disk(4)
        (self.folder / "runs" / "filler").write_bytes(b"x" * 4096)
        ended = self.launch()
        self.assert_refused(ended, "runs/a/", "No space left on device", code=1)
        self.assertEqual(["filler"], [path.name for path in (self.folder / "runs").iterdir()])


if __name__ == "__main__":
    harness.main()
