"""Tens of thousands of malformed connections to a node that trains."""

import collections
import json
import random
import socket
import struct
import time
from pathlib import Path

import chaos
import harness
import process_watch
import storm_analysis

CONNECTIONS = 100_000
LONGEST_STORM_SECONDS = 90
# Of steady training, before and after the storm.
WINDOW_SECONDS = 10

# The beginning of ZMTP 3.1 with the NULL mechanism, and what a peer says next.
GREETING = b"\xff" + bytes(7) + b"\x01\x7f\x03\x01NULL" + bytes(16) + b"\x00" + bytes(31)
READY_WORDS = b"\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
READY = b"\x04" + bytes([len(READY_WORDS)]) + READY_WORDS
# Says that a terabyte follows.
OVERSIZED = GREETING + READY + b"\x02" + struct.pack(">Q", 1 << 40) + bytes(100)


class Strangers:
    """Connects to the three ports of a node, each time to do something else that no node does."""

    def __init__(self, port):
        self.port, self.made, self.not_taken = port, 0, 0
        self.random = random.Random(1)
        self.silent = collections.deque()

    def storm(self, count, seconds):
        deadline = time.monotonic() + seconds
        while self.made < count and time.monotonic() < deadline:
            self.connect()
        while self.silent:
            self.silent.popleft().close()

    def connect(self):
        stranger = socket.socket()
        stranger.settimeout(5)
        # A source address has ports for so many connections only.
        stranger.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        stranger.bind((f"127.0.0.{1 + self.made // 5000}", 0))
        number = self.made
        self.made += 1
        try:
            stranger.connect(("127.0.0.1", self.port + number % 3))
            stranger.sendall(self.words(number))
        except OSError:
            self.not_taken += 1
        if number % 6 == 4:
            self.silent.append(stranger)
            if len(self.silent) > 100:
                self.silent.popleft().close()
        else:
            stranger.close()

    def words(self, number):
        noise = self.random.randbytes(self.random.randrange(300))
        return (noise, GREETING[:self.random.randrange(len(GREETING))], GREETING + noise, OVERSIZED, GREETING, b"")[number % 6]


def descriptors_of(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


class MalformedConnections(chaos.Chaos):
    def start_nodes(self):
        addresses = {name: harness.free_address() for name in "ab"}
        file = chaos.cluster(nodes=("a", "b"), seconds=900)
        for node in file["nodes"]:
            node["address"] = addresses[node["name"]]
        self.write("cluster.json", json.dumps(file))
        nodes = {name: self.start_telling(f"{name}.out", "node", "cluster.json", "--name", name) for name in "ab"}
        self.wait_for_training(nodes["a"], ("a", "b"))
        return nodes, int(addresses["a"].rsplit(":", 1)[1])

    def pace_from_now_on(self, pid):
        """Steps a second of one of a's workers over the next seconds, and the share of the cores it wanted meanwhile that it had."""
        begin, (had, wanted) = time.time(), process_watch.core_times(pid)
        time.sleep(WINDOW_SECONDS)
        had_now, wanted_now = process_watch.core_times(pid)
        share = (had_now - had) / (wanted_now - wanted) if wanted_now > wanted else 1.0
        return storm_analysis.pace([r for r in self.node_log("a") if storm_analysis.wall(r) >= begin]), share

    def test_a_node_trains_on_under_them_and_is_afterwards_what_it_was_before(self):
        nodes, port = self.start_nodes()
        a = nodes["a"].pid
        pace_before, share_before = self.pace_from_now_on(a)
        descriptors, memory = descriptors_of(a), process_watch.memory_bytes(a)
        told_before = len(self.told("a.out").splitlines())

        strangers = Strangers(port)
        began_at = time.time()
        strangers.storm(CONNECTIONS, LONGEST_STORM_SECONDS)
        ended_at = time.time()
        storm_seconds = ended_at - began_at

        self.wait_until(lambda: descriptors_of(a) <= descriptors, nodes["a"])
        told = self.told("a.out").splitlines()[told_before:]
        pace_after, share_after = self.pace_from_now_on(a)
        growth = process_watch.memory_bytes(a) - memory
        metrics = self.node_log("a")
        pace_meanwhile = storm_analysis.pace([r for r in metrics if began_at <= storm_analysis.wall(r) <= ended_at])
        link = storm_analysis.of_type(metrics, "link")[-1]
        print(f"{strangers.made} connections in {storm_seconds:.1f} s, {strangers.not_taken} not taken; "
              f"{pace_before:.1f} steps/s before, {pace_meanwhile:.1f} meanwhile and {pace_after:.1f} after; "
              f"memory grew by {growth / 2**20:.1f} MiB; "
              f"{link['refused_connections']} refused; {len(told)} lines told", flush=True)

        self.assertGreater(strangers.made, CONNECTIONS / 20)
        self.assertLess(strangers.not_taken, strangers.made / 100)
        # Where others took the machine's cores meanwhile, the node is not to blame.
        self.assertGreaterEqual(pace_after, 0.9 * pace_before * min(1, share_after / share_before))
        self.assertLess(growth, 64 * 2**20)
        self.assertGreater(link["refused_connections"], strangers.made / 10)
        # One line in five seconds for each kind of refusal, and those of progress.
        kinds = 4
        self.assertLess(len(told), kinds * (storm_seconds / 5 + 2))
        for node in nodes.values():
            node.terminate()
            self.assertEqual(130, self.end(node).code)
        last = storm_analysis.of_type(self.node_log("a"), "link")[-1]
        self.assertIn(f"  refused      {last['refused_connections']} connections", self.told("a.out"))


if __name__ == "__main__":
    chaos.main()
