"""Runs of several processes: what stops one of them from taking part, and what is left when they have ended."""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import harness

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "scripts"))
import storm_analysis  # noqa: E402

TWO = harness.TINY | {
    "groups": {"workers": 2},
    "nodes": [{"name": "a"}, {"name": "b"}],
    "network": {"patience": "500ms"},
    "budget": {"steps": 400},
}


def progress(path, first=0):
    """The records of progress in a node's metrics, from that line on; one that is being written is not there yet."""
    records = [json.loads(line) for line in path.read_text().split("\n")[first:-1]]
    return [record for record in records if record["type"] == "progress"]


class Nodes(harness.EndToEnd):
    def write_cluster(self, **changes):
        return self.write("two.json", json.dumps(TWO | changes))

    def test_two_nodes_train_and_leave_one_whole_run_folder_and_no_socket(self):
        before = set(os.listdir(f"/tmp/paceline-{os.geteuid()}")) if os.path.isdir(f"/tmp/paceline-{os.geteuid()}") else set()
        self.write_cluster()
        ended = self.paceline("launch", "two.json")
        self.assert_ended(ended, 0)
        self.assertEqual(["a", "b"], sorted(self.summary()["nodes"][i]["node"] for i in range(2)))
        self.assertEqual(4, len(self.summary()["workers"]))
        self.assertGreaterEqual(self.summary()["total_steps"], 4 * 400)
        for node in self.summary()["nodes"]:
            last = [r for r in self.log("metrics.jsonl") if r["type"] == "link" and r["told_by"] == node["node"]][-1]
            self.assertGreater(min(node["link"]["messages_sent"], node["link"]["messages_received"]), 0)
            self.assertEqual({key: last[key] for key in node["link"]}, node["link"])
        self.assertEqual(set(), set(os.listdir(f"/tmp/paceline-{os.geteuid()}")) - before)

    def test_all_nodes_of_a_resumed_run_go_on_from_where_they_were(self):
        # A window of more steps than lie between two reports: one that was begun anew is not full at the first.
        strategy = harness.TINY["strategy"] | {"loss_window": 64}
        self.write_cluster(budget={"steps": 100000000}, strategy=strategy)
        riding = self.start("launch", "two.json")
        nodes = [self.folder / "runs" / "a" / "nodes" / name / "metrics.jsonl" for name in "ab"]
        far = lambda path: {record["worker"] for record in progress(path) if record["steps"] > 100}
        self.wait_until(lambda: all(path.exists() and len(far(path)) == 2 for path in nodes), riding)
        riding.send_signal(signal.SIGINT)
        self.assert_ended(self.end(riding), 130)
        before = self.summary()
        lines = [len(path.read_text().splitlines()) for path in nodes]
        steps = before["total_steps"] // 4 + 400
        ended = self.paceline("launch", "--resume", "runs/a", "--set", f"budget.steps={steps}")
        self.assert_ended(ended, 0)
        self.assertGreaterEqual(self.summary()["total_steps"], 4 * steps)
        for path, count in zip(nodes, lines):
            resumed = progress(path, count)
            for worker in {record["worker"] for record in resumed}:
                first = next(record for record in resumed if record["worker"] == worker)
                self.assertIsNotNone(first["loss"], first)
                self.assertGreater(first["steps"], 100, first)

    def test_workers_of_two_nodes_exchange_with_one_centre_from_which_a_resumed_run_goes_on(self):
        self.write_cluster(strategy={"kind": "diloco", "inner_steps": 8}, optimizer={"learning_rate": 0.05})
        self.assert_ended(self.paceline("launch", "two.json"), 0)
        for node in "ab":
            metrics = self.folder / "runs" / "a" / "nodes" / node / "metrics.jsonl"
            told = [json.loads(line) for line in metrics.read_text().splitlines()]
            exchanges = [record for record in told if record["type"] == "exchange"]
            self.assertEqual(2, len({record["worker"] for record in exchanges}))
            self.assertGreater(len(exchanges), 2 * 20)
        whole = lambda: [path.parent for path in (self.folder / "runs" / "a" / "checkpoints").glob("*/strategy.safetensors")]
        self.assertEqual(1, len(whole()))
        self.assert_ended(self.paceline("launch", "--resume", "runs/a", "--set", "budget.steps=480"), 0)
        self.assertGreaterEqual(self.summary()["total_steps"], 4 * 480)
        self.assertGreaterEqual(len(whole()), 1)

    def test_what_all_nodes_lost_together_counts_neither_as_steps_nor_as_time(self):
        self.write_cluster(budget={"time": "3s"}, output=harness.TINY["output"] | {"checkpoint_every": "1h"})
        riding = self.start("launch", "two.json")
        nodes = [self.folder / "runs" / "a" / "nodes" / name / "metrics.jsonl" for name in "ab"]
        self.wait_until(lambda: all(path.exists() and any(r["time"] > 1 for r in progress(path)) for path in nodes), riding)
        children = [int(child) for child in
                    Path(f"/proc/{riding.pid}/task/{riding.pid}/children").read_text().split()]
        for process in [riding.pid, *children]:
            os.kill(process, signal.SIGKILL)
        self.end(riding)
        # Their locks go with them.
        self.wait_until(lambda: not any(Path(f"/proc/{child}/exe").exists() for child in children))
        ended = self.paceline("launch", "--resume", "runs/a")
        self.assert_ended(ended, 0)
        for name in "ab":
            self.assertIn(f"[{name}] there is no checkpoint to go on from: starts over", ended.out)
        for path in nodes:
            self.assertLess(progress(path)[0]["time"], 1)
        self.assertGreaterEqual(self.summary()["training_time"], 3)

    def test_a_port_in_use_is_one_line_and_ends_the_node(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.write_cluster(nodes=[{"name": "a", "address": f"tcp://127.0.0.1:{port}"},
                                      {"name": "b", "address": f"tcp://127.0.0.1:{port - 10}"}])
            ended = self.paceline("node", "two.json", "--name", "a")
        self.assertEqual(2, ended.code, str(ended))
        self.assertEqual(1, len(ended.error_lines), str(ended))
        self.assertIn(f"tcp://127.0.0.1:{port}", ended.err)

    def test_a_node_of_another_file_is_refused_by_those_that_ride_and_told_what_differs(self):
        self.write_cluster(budget={"steps": 100000000})
        riding = self.start("node", "two.json", "--name", "a", "--folder", "a")
        self.wait_until(lambda: (self.folder / "a" / "metrics.jsonl").exists(), riding)
        self.write_cluster(budget={"steps": 100000000}, seed=2)
        ended = self.paceline("node", "two.json", "--name", "b", "--folder", "b")
        self.assertEqual(2, ended.code, str(ended))
        self.assertIn("seed", ended.err)
        riding.terminate()
        ended = self.end(riding)
        self.assertEqual(130, ended.code, str(ended))

    def steps_of(self, folder):
        log = storm_analysis.read_log(self.folder / folder / "metrics.jsonl")
        return storm_analysis.committed_steps(log)

    def end_by_hand(self, process):
        process.terminate()
        self.assertEqual(130, self.end(process).code)

    def test_nodes_of_different_key_sets_both_say_so_within_five_seconds_and_train_on(self):
        addresses = [{"name": name, "address": harness.free_address()} for name in "ab"]
        # One file, since it names a folder of keys by a relative path; but each host has its own.
        self.write_cluster(nodes=addresses, network={"patience": "2s"}, budget={"steps": 100000000},
                           security={"keys": "keys"})
        for name in "ab":
            (self.folder / name).mkdir()
            self.assert_ended(self.paceline("keys", f"{name}/keys"), 0)
        started = {name: self.start_telling(f"{name}.out", "node", self.folder / "two.json", "--name", name,
                                            folder=self.folder / name) for name in "ab"}
        began = {}
        for name in "ab":
            self.wait_until(lambda: "goal:" in self.told(f"{name}.out"), started[name])
            began[name] = time.monotonic()
        for name in "ab":
            self.wait_until(lambda: "security.keys" in self.told(f"{name}.out"), started[name])
            self.assertLess(time.monotonic() - max(began.values()), 5, name)
        folders = {name: f"{name}/runs/a/nodes/{name}" for name in "ab"}
        for name, folder in folders.items():
            steps = self.steps_of(folder)
            self.wait_until(lambda: self.steps_of(folder) > steps, started[name])
        for name, folder in folders.items():
            self.end_by_hand(started[name])
            summary = harness.strict_json((self.folder / folder / "summary.json").read_text(encoding="utf-8"))
            self.assertEqual(0, summary["link"]["messages_received"])
            self.assertGreater(summary["link"]["refused_connections"], 0)
            self.assertIn(f"refused      {summary['link']['refused_connections']} connection", self.told(f"{name}.out"))

    def test_a_peer_whose_host_nobody_knows_is_named_and_tried_on_while_the_node_trains(self):
        self.assert_ended(self.paceline("keys", "keys"), 0)
        self.write_cluster(nodes=[{"name": "a", "address": harness.free_address()},
                                  {"name": "far", "address": "tcp://no-such-host.invalid:7100"}],
                           budget={"steps": 100000000}, security={"keys": "keys"})
        riding = self.start_telling("a.out", "node", "two.json", "--name", "a", "--folder", "a")
        complaint = "node 'far' (tcp://no-such-host.invalid:7100) has not been there for"
        self.wait_until(lambda: complaint in self.told("a.out"), riding)
        steps = self.steps_of("a")
        self.wait_until(lambda: self.told("a.out").count(complaint) > 1, riding)
        self.wait_until(lambda: self.steps_of("a") > steps, riding)
        self.end_by_hand(riding)


if __name__ == "__main__":
    harness.main()
