"""The storm's arithmetic on logs small enough to be counted by hand."""

import math
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "scripts"))
import storm_analysis as storm  # noqa: E402

NODES = [{"node": "a", "first_group": 0, "groups": 1}, {"node": "b", "first_group": 1, "groups": 1}]
WORKERS = [{"worker": "0.0"}, {"worker": "0.1"}, {"worker": "1.0"}]


def at(seconds, what, **fields):
    return {"type": what, "wall": f"2024-05-01T12:00:{seconds:06.3f}Z", **fields}


def seconds(value):
    """That second of the logs' minute, as the analysis has it."""
    return storm.wall(at(value, "x"))


def progress(time, worker, steps):
    return at(time, "progress", worker=worker, steps_since_start=steps)


def fault(time, number, kind, node, worker=None, moment="begin", duration=0.0):
    return at(time, "fault", fault=number, kind=kind, node=node, worker=worker, moment=moment, duration=duration)


def seat(time, term, holder):
    return at(time, "seat", term=term, holder=holder)


def decision(time, leader, term=1):
    return at(time, "leader", scope="global", leader=leader, term=term)


def pull(time, worker, scope="global"):
    return at(time, "pull", worker=worker, scope=scope)


class Steps(unittest.TestCase):
    def test_steps_of_all_lives_count_once(self):
        log = [progress(1, "0.0", 10), progress(2, "0.0", 20), progress(4, "0.0", 5), progress(4, "0.1", 40)]
        self.assertEqual(storm.committed_steps(log), 65)

    def test_pace_is_over_time_between_lines_of_one_life(self):
        log = [progress(1, "0.0", 10), progress(3, "0.0", 30), progress(9, "0.0", 1), progress(10, "0.0", 21)]
        self.assertAlmostEqual(storm.pace(log), 40 / 3)

    def test_pace_beside_outages_is_that_of_those_who_are_not_out(self):
        log = [progress(1, "0.0", 10), progress(2, "0.0", 30), progress(3, "0.0", 35), progress(1, "0.1", 10),
               progress(2, "0.1", 20), progress(3, "0.1", 20)]
        out = [storm.Outage(frozenset({"0.1"}), seconds(2.5), math.inf)]
        beside, calm = storm.pace_beside(log, out)
        self.assertAlmostEqual(beside, 5)
        self.assertAlmostEqual(calm, 15)
        self.assertTrue(math.isnan(storm.pace_beside(log, [])[0]))

    def test_the_share_of_cores_is_of_what_was_wanted_meanwhile(self):
        samples = [(1, "p", 10, 10), (2, "p", 11, 11), (3, "p", 11.5, 13), (1, "q", 0, 0), (2, "q", 0.5, 1), (3, "q", 1, 2)]
        beside, calm = storm.core_share(samples, [storm.Outage(frozenset(), 2.5, math.inf)])
        self.assertAlmostEqual(beside, 1 / 3)
        self.assertAlmostEqual(calm, 1.5 / 2)
        self.assertEqual((1, 1), storm.core_share([], []))

    def test_pace_leaves_out_what_an_outage_touches_and_no_other_worker(self):
        log = [progress(1, "0.0", 10), progress(2, "0.0", 11), progress(3, "0.0", 21), progress(1, "0.1", 10),
               progress(2, "0.1", 20)]
        out = [storm.Outage(frozenset({"0.0"}), seconds(1.5), seconds(2))]
        self.assertAlmostEqual(storm.pace(log, out), 10)

    def test_without_two_lines_there_is_no_pace(self):
        self.assertTrue(math.isnan(storm.pace([progress(1, "0.0", 10)])))


class Outages(unittest.TestCase):
    def test_a_nodes_fault_is_an_outage_of_its_workers(self):
        summary = {"workers": WORKERS, "nodes": NODES,
                   "faults": [{"fault": 3, "node": "a", "worker": None, "recovery": 2.5},
                              {"fault": 4, "node": "b", "worker": "1.0", "recovery": None}]}
        log = [fault(10, 3, "freeze", "a"), fault(12, 3, "freeze", "a", moment="end"), fault(20, 4, "poison", "b", "1.0")]
        self.assertEqual(storm.outages(log, summary),
                         [storm.Outage(frozenset({"0.0", "0.1"}), seconds(10), seconds(12.5)),
                          storm.Outage(frozenset({"1.0"}), seconds(20), math.inf)])


class Seats(unittest.TestCase):
    def test_a_takeover_lasts_until_the_seat_is_held_under_a_higher_term(self):
        log = [seat(1, 1, "a"), seat(12.5, 2, "b"), seat(12.6, 2, "b")]
        self.assertAlmostEqual(storm.takeovers([fault(10, 0, "kill_holder", "a")], log)[0], 2.5)

    def test_killing_somebody_else_is_no_takeover(self):
        self.assertEqual(storm.takeovers([fault(10, 0, "kill_node", "b")], [seat(1, 1, "a")]), [])
        self.assertEqual(storm.takeovers([fault(10, 0, "freeze", "a")], [seat(1, 1, "a")]), [])

    def test_a_seat_that_nobody_takes_is_never_taken_over(self):
        log = [seat(1, 1, "a"), seat(11, 1, "a")]
        self.assertEqual(storm.takeovers([fault(10, 0, "kill_node", "a")], log), [math.inf])

    def test_terms_that_fall_are_found_in_seats_and_global_decisions(self):
        group = {"type": "leader", "scope": "group", "term": 0}
        self.assertEqual(storm.falling_terms([seat(1, 1, "a"), group, decision(2, "0.0", 1), seat(3, 2, "b")]), [])
        late = decision(4, "0.0", 1)
        self.assertEqual(storm.falling_terms([seat(3, 2, "b"), late]), [late])


class Pulls(unittest.TestCase):
    LEADERSHIP = [decision(1, "0.0"), decision(5, "0.1"), decision(9, "0.1")]
    SUMMARY = {"workers": WORKERS}

    def shares(self, metrics, leadership, found=()):
        periods, not_followable = storm.global_periods(metrics, leadership, self.SUMMARY, found)
        return [period.share for period in periods], not_followable

    def test_the_leader_is_not_pulled_and_all_others_should_be(self):
        log = [pull(1.5, "0.1"), pull(2, "1.0"), pull(6, "0.0"), pull(6, "1.0", "group")]
        self.assertEqual(self.shares(log, self.LEADERSHIP), ([1.0, 0.5], 0))

    def test_a_period_tells_when_it_was_and_who_led(self):
        periods, _ = storm.global_periods([], self.LEADERSHIP, self.SUMMARY)
        self.assertEqual(periods[1], storm.Period(seconds(5), seconds(9), "0.1", 0.0))

    def test_a_worker_that_is_out_is_not_counted(self):
        log = [pull(1.5, "0.1"), pull(6, "0.0")]
        out = [storm.Outage(frozenset({"1.0"}), seconds(4), seconds(6))]
        self.assertEqual(self.shares(log, self.LEADERSHIP, out), ([1.0, 1.0], 0))

    def test_a_decision_whose_leader_is_out_is_no_period_and_is_counted(self):
        log = [pull(1.5, "0.1"), pull(6, "0.0")]
        # A holder that is cut off decides for its side alone, while the others' period goes on.
        leadership = sorted(self.LEADERSHIP + [decision(2, "1.0")], key=storm.wall)
        out = [storm.Outage(frozenset({"1.0"}), seconds(1.9), seconds(6))]
        self.assertEqual(self.shares(log, leadership, out), ([1.0, 1.0], 1))

    def test_a_decision_of_a_holder_whose_seat_was_taken_is_no_period_and_is_counted(self):
        log = [pull(1.5, "0.1"), pull(1.5, "1.0"), pull(6, "0.0"), pull(6, "1.0")]
        first, second, *rest = self.LEADERSHIP
        later = [{**record, "term": 2} for record in [second, *rest]]
        # Thawed, it decides once more before it hears of the higher term.
        leadership = sorted([first, *later, decision(7, "1.0", term=1)], key=storm.wall)
        self.assertEqual(self.shares(log, leadership), ([1.0, 1.0], 1))

    def test_a_higher_term_of_the_lonely_side_of_a_cut_takes_nothing_from_the_others(self):
        log = [pull(1.5, "0.1"), pull(6, "0.0")]
        leadership = sorted(self.LEADERSHIP + [decision(2, "1.0", term=2)], key=storm.wall)
        out = [storm.Outage(frozenset({"1.0"}), seconds(1.9), seconds(6))]
        self.assertEqual(self.shares(log, leadership, out), ([1.0, 1.0], 1))

    def test_a_last_period_that_the_end_of_the_run_cuts_short_is_not_counted(self):
        log = [pull(1.5, "0.1"), pull(1.5, "1.0"), pull(6, "0.0"), pull(6, "1.0")]
        leadership = self.LEADERSHIP + [decision(9.1, "0.1")]
        self.assertEqual(self.shares(log, leadership), ([1.0, 1.0], 0))


class Memory(unittest.TestCase):
    def test_growth_is_from_the_second_to_the_last_quarter_of_the_worst_process(self):
        steady = [(t, 1, 100) for t in range(0, 101, 5)]
        growing = [(t, 2, 100 + t) for t in range(0, 101, 5)]
        self.assertEqual(storm.memory_growth(steady), 0)
        self.assertAlmostEqual(storm.memory_growth(steady + growing), 187.5 / 135 - 1)

    def test_a_start_is_no_growth_and_neither_is_a_short_life(self):
        self.assertEqual(storm.memory_growth([(0, 1, 1), (5, 1, 100), (30, 1, 100), (50, 1, 100), (100, 1, 100)]), 0)
        self.assertEqual(storm.memory_growth([(0, 1, 1), (10, 1, 10), (20, 1, 99)]), 0)


class Table(unittest.TestCase):
    @staticmethod
    def run_of(metrics, leadership, faults=(), error=0.5, leaks=()):
        summary = {"workers": WORKERS, "nodes": NODES, "faults": list(faults), "training_time": 40.0,
                   "final_test": {"centre_error": error}}
        return SimpleNamespace(metrics=metrics, leadership=leadership, leadership_of={"a": leadership}, summary=summary,
                               leaks=list(leaks), samples=[], longest_pause=0.0)

    def lines(self, **changes):
        calm = self.run_of([progress(t, w["worker"], 10 * t) for t in (1, 20) for w in WORKERS],
                           [decision(1, "0.0"), decision(20, "0.0")])
        faults = [{"fault": 0, "node": "a", "worker": None, "recovery": changes.get("recovery", 3.0),
                   "time": changes.get("time", 18.0)}]
        metrics = calm.metrics + [fault(18, 0, "kill_holder", "a")] + [pull(3, "0.1"), pull(3, "1.0")]
        leadership = [seat(1, 1, "a"), decision(1, "0.0"), decision(17, "0.0"), seat(19, 2, "b")]
        hit = self.run_of(metrics, leadership, faults, changes.get("error", 0.5), changes.get("leaks", ()))
        return {line.what: line for line in storm.table(hit, [calm], 2.0)}

    def test_a_run_that_rode_on_meets_its_goals(self):
        unmet = [line.text() for line in self.lines().values() if not line.met]
        # Its only stretch of steps touches the outage of node a, not that of node b.
        self.assertEqual(unmet, [])

    def test_leaks_and_a_worse_model_are_seen(self):
        lines = self.lines(leaks=["process 17"], error=0.6)
        self.assertFalse(lines["left behind"].met)
        self.assertFalse(lines["final test error"].met)

    def test_a_victim_that_does_not_come_back_is_seen_unless_the_run_ended_first(self):
        line = "longest time until a victim takes part again"
        self.assertFalse(self.lines(recovery=None)[line].met)
        self.assertTrue(self.lines(recovery=None, time=35.0)[line].met)


class Reading(unittest.TestCase):
    def test_half_a_last_line_is_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "a.jsonl")
            log.write_text('{"type": "pull"}\n{"type": "pu', encoding="utf-8")
            self.assertEqual(storm.read_log(log), [{"type": "pull"}])


if __name__ == "__main__":
    unittest.main()
