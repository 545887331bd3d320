"""Runs that go wrong on their way."""

import harness


class Divergence(harness.EndToEnd):
    def run_away(self, *overrides):
        ended = self.launch("model=mlp", "optimizer.learning_rate=1e30", "budget.steps=400", *overrides)
        self.assert_ended(ended, 1)
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


if __name__ == "__main__":
    harness.main()
