"""kill -9 of one process of a run by hand: any node at any time, and the launching process."""

import math
import random
import time

import chaos
import storm_analysis


class Kill(chaos.Chaos):
    def ride_on_without(self, choose):
        """Kills the node process that `choose` names once all train, and holds the run to its end."""
        process = self.start_cluster(seconds=25)
        self.wait_for_training(process)
        self.assertNotEqual([], self.socket_files())
        time.sleep(random.Random(self.id()).uniform(0, 2))
        victim = choose()
        killed_at = time.time()
        chaos.kill(self.node_processes()[victim])
        ended = self.end(process)
        self.assert_ended(ended, 0)
        self.assert_rode_on()
        self.assertTrue(self.took_part_after(victim, killed_at + 0.5), f"{victim} did not come back\n{ended}")
        node, = [node for node in self.summary()["nodes"] if node["node"] == victim]
        self.assertEqual(1, node["restarts"])
        back_at = min(storm_analysis.wall(r) for r in storm_analysis.of_type(self.node_log(victim), "pull")
                      if storm_analysis.wall(r) > killed_at + 0.5)
        self.assert_survivors_kept_pace([storm_analysis.Outage(self.workers_of(victim), killed_at, back_at)])

    def test_of_the_holder_of_the_seat(self):
        self.ride_on_without(self.holder)

    def test_of_a_node_that_does_not_hold_the_seat(self):
        self.ride_on_without(lambda: next(name for name in "cba" if name != self.holder()))

    def test_of_the_launching_process_leaves_a_run_that_ends_well(self):
        process = self.start_cluster(seconds=16)
        self.wait_for_training(process)
        # For a pace to compare with.
        time.sleep(4)
        killed_at = time.time()
        chaos.kill(process.pid)
        process.wait()
        self.assertEqual({"a", "b", "c"}, set(self.node_processes()))
        self.wait_until(lambda: not self.node_processes())
        self.assert_ended(self.paceline("summary", "runs/a"), 0)
        self.assert_rode_on()
        nobody = frozenset()
        self.assert_survivors_kept_pace([storm_analysis.Outage(nobody, killed_at, math.inf)])


if __name__ == "__main__":
    chaos.main()
