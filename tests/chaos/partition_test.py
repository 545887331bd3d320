"""Three hosts of one machine, one of which is cut off for a while: both sides ride on, and are one run again afterwards."""

import json
import subprocess
import time

import chaos
import harness
import network
import storm_analysis

HOSTS = ("a", "b", "c")


class Partition(chaos.Chaos):
    def setUp(self):
        super().setUp()
        self.network = network.Network(HOSTS)
        self.addCleanup(self.network.remove)
        try:
            self.network.make()
        except (OSError, subprocess.CalledProcessError) as why:
            self.network.remove()
            self.skipTest(f"network namespaces cannot be made here: {getattr(why, 'stderr', None) or why}")

    def start_nodes(self, seconds):
        self.assert_ended(self.paceline("keys", "keys"), 0)
        file = chaos.cluster(nodes=HOSTS, seconds=seconds, security={"keys": "keys"})
        for node in file["nodes"]:
            node["address"] = f"tcp://{self.network.address(node['name'])}:7100"
        self.write("cluster.json", json.dumps(file))
        self.watch_nodes()
        return {name: self.start_on(name, "node", "cluster.json", "--name", name) for name in HOSTS}

    def start_on(self, host, *arguments):
        command = self.network.on_host(host, harness.PACELINE, *arguments)
        process = subprocess.Popen(command, cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.kill, process)
        return process

    def seat_known_to(self, name):
        """(term, holder) as that node last heard."""
        seats = storm_analysis.of_type(self.node_log(name, "leadership.jsonl"), "seat")
        return max((seat["term"], seat["holder"]) for seat in seats) if seats else (0, None)

    def test_a_cut_heals_and_the_higher_term_wins(self):
        nodes = self.start_nodes(seconds=40)
        self.wait_for_training(nodes["a"], HOSTS)
        before = self.seat_known_to("c")
        cut_off = before[1]
        others = [name for name in HOSTS if name != cut_off]

        cut_at = time.time()
        self.network.cut(cut_off)
        self.wait_until(lambda: all(self.seat_known_to(name)[0] > before[0] for name in others), nodes[others[0]])
        steps = self.steps_of(cut_off)
        self.wait_until(lambda: self.steps_of(cut_off) > steps, nodes[cut_off])

        self.network.heal(cut_off)
        self.wait_until(lambda: len({self.seat_known_to(name) for name in HOSTS}) == 1, nodes[cut_off])
        self.assertGreater(self.seat_known_to(cut_off)[0], before[0])
        healed_at = time.time()
        self.wait_until(lambda: self.took_part_in_all_after(cut_off, healed_at), nodes[cut_off])

        for name, process in nodes.items():
            self.assert_ended(self.end(process), 0)
        self.assert_ended(self.paceline("summary", "runs/a"), 0)
        self.assert_rode_on(HOSTS)
        # Nobody is out: both sides make steps.
        self.assert_survivors_kept_pace([storm_analysis.Outage(frozenset(), cut_at, healed_at)])

    def steps_of(self, name):
        return storm_analysis.committed_steps(self.node_log(name))

    def took_part_in_all_after(self, name, moment):
        """Whether a worker of that node was pulled since then toward a leader of all that rides in another one, or another node told
        that a worker of that one leads all."""
        def since_then(log):
            return [r for r in log if r.get("scope") == "global" and storm_analysis.wall(r) > moment]

        def is_own(worker):
            return worker.split(".")[0] == str(HOSTS.index(name))

        pulls = since_then(storm_analysis.of_type(self.node_log(name), "pull"))
        told = [r for other in HOSTS if other != name
                for r in since_then(storm_analysis.of_type(self.node_log(other, "leadership.jsonl"), "leader"))]
        return any(not is_own(r["leader"]) for r in pulls) or any(is_own(r["leader"]) for r in told)


if __name__ == "__main__":
    chaos.main()
