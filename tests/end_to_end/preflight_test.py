"""What `paceline preflight` measures, and how it names what cannot be reached."""

import json
import os
import socket

import harness


class Preflight(harness.EndToEnd):
    def write_cluster(self, *nodes):
        cluster = {**harness.TINY, "groups": {"workers": 1}, "nodes": list(nodes), "network": {"patience": "1s"},
                   "device": {"pin": False}}
        self.write("cluster.json", json.dumps(cluster))

    def test_two_nodes_are_measured_and_periods_recommended(self):
        self.write_cluster({"name": "a"}, {"name": "b"})
        ended = self.paceline("preflight", "cluster.json")
        self.assert_ended(ended, 0)
        self.assertEqual("", ended.err)
        for what in (r"\Aa: linear \(23530 parameters\), batches of 8, 1 thread a worker; a snapshot is 0\.094 MB\n",
                     r"(?m)^a +[\d.]+ +[\d.]+ +[\d.]+ +\d+$", r"(?m)^b +[\d.]+ +[\d.]+ +[\d.]+ +\d+$",
                     r"(?m)^a +b +[\d.]+ +[\d.]+ +[\d.]+$", r"(?m)^b +a +[\d.]+ +[\d.]+ +[\d.]+$",
                     r"(?m)^recommended +\d+ +\d+ +[\d.]+ % +[\d.]+ % +[\d.]+ +[\d.]+ %$",
                     r"(?m)^the file +16 +32 +[\d.]+ %"):
            self.assertRegex(ended.out, what)
        self.assertEqual(["cluster.json", "tiny.json"], sorted(path.name for path in self.folder.iterdir()))

    def test_programs_get_one_object(self):
        self.write_cluster({"name": "a"}, {"name": "b"})
        ended = self.paceline("preflight", "cluster.json", "--json", "--set", "network.snapshots=bf16")
        self.assert_ended(ended, 0)
        self.assertEqual(1, len(ended.out.splitlines()))
        found = harness.strict_json(ended.out)
        self.assertEqual(["a", "b"], [node["node"] for node in found["nodes"]])
        for node in found["nodes"]:
            self.assertGreater(node["seconds_a_step"], 0)
            self.assertEqual(2 * 23530, node["snapshot_bytes"])
            self.assertEqual([""], [link["problem"] for link in node["links"]])
            self.assertGreater(node["links"][0]["bytes_per_second"], 0)
        recommended = found["recommended"]
        self.assertEqual(0, recommended["period_global"] % recommended["period_group"])
        self.assertLessEqual(recommended["worker_share"], 0.02)
        self.assertLessEqual(recommended["exchange_share"], 0.02)
        self.assertEqual((16, 32), (found["file"]["period_group"], found["file"]["period_global"]))

    def test_a_node_where_nothing_listens_is_named_and_the_others_are_measured(self):
        # Nobody answers ssh there, so nobody comes to listen at the node's own address either.
        first, second, ssh = free_ports()
        self.write_cluster({"name": "a", "address": f"tcp://127.0.0.1:{first}"},
                           {"name": "b", "address": f"tcp://127.0.0.1:{second}"},
                           {"name": "c", "host": "127.0.0.1", "port": ssh, "address": f"tcp://127.0.0.1:{ssh}"})
        ended = self.paceline("preflight", "cluster.json")
        self.assert_refused(ended, "paceline: node c: ", code=1)
        self.assertRegex(ended.out, r"(?m)^a +b +[\d.]+ +[\d.]+ +[\d.]+$")
        self.assertRegex(ended.out, r"(?m)^b +c +not reached within 2 s")
        self.assertRegex(ended.out, r"(?m)^recommended +\d+ +\d+ ")

    def test_a_node_that_cannot_listen_is_named_with_why(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            first = next(port for port in free_ports() if abs(port - taken.getsockname()[1]) > 2)
            self.write_cluster({"name": "a", "address": f"tcp://127.0.0.1:{first}"},
                               {"name": "b", "address": f"tcp://127.0.0.1:{min(port, 65533)}"})
            self.assert_refused(self.paceline("preflight", "cluster.json"), "node b: ", "another program", code=1)

    def test_a_file_without_nodes_is_measured_in_one_process(self):
        ended = self.paceline("preflight", "tiny.json")
        self.assert_ended(ended, 0)
        self.assertRegex(ended.out, r"(?m)^this process +[\d.]+ +[\d.]+ +[\d.]+ +\d+$")
        self.assertRegex(ended.out, r"(?m)^recommended +\d+ +\d+ +[\d.]+ %$")
        self.assertEqual(["tiny.json"], [path.name for path in self.folder.iterdir()])


def free_ports():
    """Three, each with two more behind it that were free a moment ago."""
    found = []
    for port in range(21000 + 37 * (os.getpid() % 200), 32000, 7):
        try:
            for offset in range(3):
                socket.create_server(("127.0.0.1", port + offset)).close()
        except OSError:
            continue
        found.append(port)
        if len(found) == 3:
            break
    return found


if __name__ == "__main__":
    harness.main()
