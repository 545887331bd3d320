"""Runs of several processes: what stops one of them from taking part, and what is left when they have ended."""

import json
import os
import socket

import harness

TWO = harness.TINY | {
    "groups": {"workers": 2},
    "nodes": [{"name": "a"}, {"name": "b"}],
    "network": {"patience": "500ms"},
    "budget": {"steps": 400},
}


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
        self.assertEqual(130, self.end(riding).code)


if __name__ == "__main__":
    harness.main()
