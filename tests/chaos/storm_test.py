"""Storms of a few seconds over three node processes."""

import chaos
import storm_analysis


def fault(at, kind, **victim):
    return {"at": f"{at}s", "kind": kind, **victim}


class Storm(chaos.Chaos):
    def ride_through(self, seconds, **faults):
        process = self.start_cluster(seconds=seconds, faults={"step_time": "20ms", **faults})
        self.assert_ended(self.end(process), 0)
        self.assert_rode_on()
        self.assert_survivors_kept_pace(storm_analysis.outages(self.log("metrics.jsonl"), self.summary()))

    def test_a_run_outlives_the_death_of_workers_of_a_node_and_of_the_holder_of_the_seat(self):
        self.ride_through(36, list=[fault(4, "kill_worker", worker="1.0"), fault(7, "kill_node", node="b"),
                                    fault(16, "kill_holder")])
        self.assert_recovered(["kill_worker", "kill_node", "kill_holder"])
        terms = [r["term"] for r in self.log("leadership.jsonl") if r["type"] == "seat"]
        self.assertGreaterEqual(max(terms), 2)

    def test_a_run_outlives_nodes_that_stand_still_or_are_cut_off(self):
        self.ride_through(30, list=[fault(4, "freeze", node="a", **{"for": "4s"}), fault(14, "cut", node="b", **{"for": "4s"})])
        self.assert_recovered(["freeze", "cut"])
        frozen, = [f for f in self.summary()["faults"] if f["kind"] == "freeze"]
        self.assertGreaterEqual(frozen["recovery"], 4)

    def test_bad_numbers_of_a_worker_or_on_the_wire_reach_nobody(self):
        self.ride_through(25, list=[fault(4, "poison", worker="2.1"), fault(6, "corrupt", node="a", **{"for": "5s"}),
                                    fault(8, "false_loss", worker="1.1", **{"for": "3s"}),
                                    fault(12, "slow", worker="0.0", factor=5, **{"for": "3s"})])
        self.assert_recovered(["poison", "corrupt", "false_loss", "slow"])
        # Whoever was pulled was pulled to numbers.
        for pull in self.log("metrics.jsonl"):
            if pull["type"] == "pull":
                self.assertIsNotNone(pull["distance"])
        self.assertIsNotNone(self.summary()["final_test"]["centre_loss"])

    def test_a_drawn_storm_of_all_kinds_ends_well(self):
        self.ride_through(30, seed=3, per_hour=1080, begin="3s", freeze_time="2s", cut_time="2s", slow_time="2s",
                          corrupt_time="2s", false_loss_time="2s")
        self.assertGreater(len(self.summary()["faults"]), 3)


if __name__ == "__main__":
    chaos.main()
