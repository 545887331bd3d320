"""What the chaos tests share: short runs of several node processes whose parts die, judged by what they wrote down."""

import json
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/end_to_end"), str(ROOT / "scripts")]

import harness  # noqa: E402
import process_watch  # noqa: E402
import storm_analysis  # noqa: E402

main = harness.main

# Bounds that hold on two cores which others use too, and not where a step waits for the dead, memory of each decision is kept, or
# nothing is learnt: a worker makes so much of its own pace while others are out, a process grows by so little in the second half
# of its life, and so few of ten kinds of pictures are taken for another.
LEAST_PACE = 0.5
MOST_GROWTH = 0.25
MOST_ERROR = 0.85


def cluster(nodes=("a", "b", "c"), seconds=20, **more):
    """Nodes of a group of two workers, whose small steps leave the machine time for everything else."""
    file = {
        "groups": {"workers": 2},
        "nodes": [{"name": name} for name in nodes],
        "network": {"patience": "2s"},
        "device": {"pin": False},
        "data": {"train_size": 640, "test_size": 100, "batch_size": 8},
        "model": "linear",
        "strategy": {"period_group": 4, "period_global": 8, "loss_window": 4},
        "optimizer": {"learning_rate": 0.01},
        "budget": {"time": f"{seconds}s"},
        "output": {"folder": "runs", "name": "a", "evaluate_every": "1h", "checkpoint_every": "5s"},
        "faults": {"step_time": "20ms"},
    }
    for key, value in more.items():
        file[key] = {**file.get(key, {}), **value}
    return file


class Chaos(harness.EndToEnd):
    """A test's run is runs/a below its folder."""

    def start_cluster(self, **settings):
        self.write("cluster.json", json.dumps(cluster(**settings)))
        self.watch_nodes()
        return self.start("launch", "cluster.json")

    def watch_nodes(self):
        """From now on their memory is sampled."""
        self.watch = process_watch.Watch(
            lambda: [(pid, process_watch.start_time(pid)) for pid in self.node_processes().values()])
        self.addCleanup(self.watch.end)

    def node_folder(self, name):
        return self.run_folder() / "nodes" / name

    def node_log(self, name, file="metrics.jsonl"):
        path = self.node_folder(name) / file
        return storm_analysis.read_log(path) if path.exists() else []

    def node_processes(self):
        """Of the run under way, by the names of their nodes; a node's folder says who holds it."""
        found = {}
        for lock in self.run_folder().glob("nodes/*/.lock"):
            try:
                text = lock.read_text(encoding="utf-8").strip()
            except OSError:
                continue
            if text.isdigit() and is_node(int(text), lock.parent.name):
                found[lock.parent.name] = int(text)
        return found

    def wait_for_training(self, process, nodes=("a", "b", "c")):
        """Until every node has been pulled toward a global leader."""
        def trains(name):
            return any(r["type"] == "pull" and r["scope"] == "global" for r in self.node_log(name))
        self.wait_until(lambda: all(trains(name) for name in nodes), process)

    def socket_files(self):
        """Of this run's nodes on one machine; the folder is named as in cluster/config/nodes.cpp."""
        name = 14695981039346656037
        for byte in bytes(self.run_folder().resolve()):
            name = (name ^ byte) * 1099511628211 % 2**64
        return list(Path(f"/tmp/paceline-{os.geteuid()}/{name:016x}").glob("*"))

    def holder(self):
        """Who holds the global leader's seat, as the node of the highest term tells."""
        seats = [r for log in self.run_folder().glob("nodes/*/leadership.jsonl")
                 for r in storm_analysis.of_type(storm_analysis.read_log(log), "seat")]
        return max(seats, key=lambda r: r["term"])["holder"] if seats else None

    def assert_rode_on(self, nodes=("a", "b", "c")):
        """What holds for every run that ended well, whatever befell it."""
        summary = self.summary()
        self.assertEqual("finished", summary["outcome"], summary["failures"])
        self.assertEqual(0, summary["totals"]["waited_for_messages"], "a step waited")
        for name in nodes:
            self.assertEqual([], storm_analysis.falling_terms(self.node_log(name, "leadership.jsonl")), name)
            self.assertEqual(0, storm_analysis.of_type(self.node_log(name), "progress")[-1]["waited_for_messages"], name)
        self.assertIsNotNone(summary["final_test"])
        error = summary["final_test"]["centre_error"]
        self.watch.end()
        growth = storm_analysis.memory_growth(self.watch.samples, shortest_life=10)
        print(f"error {error:.2f}, memory grew by {100 * growth:.1f} %", flush=True)
        self.assertLess(error, MOST_ERROR)
        self.assertLess(growth, MOST_GROWTH)
        self.assert_no_leftovers()
        self.assertEqual({}, self.node_processes())
        self.assertEqual([], self.socket_files())

    def assert_survivors_kept_pace(self, found):
        """Beside these outages the others made steps as they did without any, as far as the machine gave them cores."""
        beside, calm = storm_analysis.pace_beside(self.log("metrics.jsonl"), found)
        had_beside, had_calm = storm_analysis.core_share(self.watch.cores, found)
        print(f"{beside:.1f} steps/s beside outages, {calm:.1f} without any; cores for {100 * had_beside:.0f} % and "
              f"{100 * had_calm:.0f} % of the time for which they were wanted", flush=True)
        self.assertGreaterEqual(beside, LEAST_PACE * calm * min(1, had_beside / max(had_calm, 1e-6)))

    def workers_of(self, name):
        """In a run of so many groups of one node each."""
        group = sorted(node["node"] for node in self.summary()["nodes"]).index(name)
        return frozenset(f"{group}.{index}" for index in range(2))

    def assert_recovered(self, kinds):
        """Exactly these faults were carried out, and every victim took part again."""
        faults = self.summary()["faults"]
        self.assertEqual(sorted(kinds), sorted(fault["kind"] for fault in faults))
        self.assertEqual([], [fault for fault in faults if fault["recovery"] is None])

    def took_part_after(self, name, moment):
        """Whether each worker of that node was pulled, or led, after that moment."""
        log = [r for r in self.node_log(name) if storm_analysis.wall(r) > moment]
        pulled = {r["worker"] for r in storm_analysis.of_type(log, "pull")}
        led = {r["worker"] for r in storm_analysis.of_type(log, "progress") if r["snapshots_taken"] > 0}
        return len(pulled | led) == 2


def is_node(pid, name):
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"node" in words and name.encode() in words


def kill(pid):
    os.kill(pid, signal.SIGKILL)
