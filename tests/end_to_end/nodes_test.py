"""Runs of several processes: what stops one of them from taking part, and what is left when they have ended."""

import json
import os
import signal
import socket

import harness

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
        self.assertEqual(set(), set(os.listdir(f"/tmp/paceline-{os.geteuid()}")) - before)

    def test_all_nodes_of_a_resumed_run_go_on_from_where_they_were(self):
        # A window of more steps than lie between two reports: one that was begun anew is not full at the first.
        strategy = harness.TINY["strategy"] | {"loss_window": 64}
        self.write_cluster(budget={"steps": 100000000}, strategy=strategy)
        riding = self.start("launch", "two.json")
        nodes = [self.folder / "runs" / "a" / "nodes" / name / "metrics.jsonl" for name in "ab"]
        self.wait_until(lambda: all(path.exists() and any(r["steps"] > 100 for r in progress(path)) for path in nodes), riding)
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


if __name__ == "__main__":
    harness.main()
