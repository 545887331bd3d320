"""Hosts of one machine: network namespaces of one's own, joined by a bridge in another one. Needs the right to make them."""

import os
import subprocess


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Network:
    """One host for each name, at 10.99.0.1 and so on. Everything is removed by `remove`, however far the set-up came."""

    def __init__(self, names):
        self.names = list(names)
        self.prefix = f"paceline-{os.getpid()}"
        self.hub = f"{self.prefix}-hub"
        self.made = []

    def make(self):
        """Raises OSError or CalledProcessError where this is not allowed here."""
        self.add_namespace(self.hub)
        ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.hub, "link", "set", "bridge", "up")
        for name in self.names:
            host = self.host(name)
            self.add_namespace(host)
            ip("-n", self.hub, "link", "add", f"to-{name}", "type", "veth", "peer", "name", "net", "netns", host)
            ip("-n", self.hub, "link", "set", f"to-{name}", "master", "bridge", "up")
            ip("-n", host, "address", "add", f"{self.address(name)}/24", "dev", "net")
            for device in ("lo", "net"):
                ip("-n", host, "link", "set", device, "up")

    def add_namespace(self, name):
        ip("netns", "add", name)
        self.made.append(name)

    def remove(self):
        while self.made:
            ip("netns", "delete", self.made.pop())

    def host(self, name):
        return f"{self.prefix}-{name}"

    def address(self, name):
        return f"10.99.0.{1 + self.names.index(name)}"

    def on_host(self, name, *command):
        """The command line that runs another one there."""
        return ["ip", "netns", "exec", self.host(name), *map(str, command)]

    def cut(self, name):
        """From now on nothing comes from that host or goes there; no connection is closed for it."""
        ip("-n", self.hub, "link", "set", f"to-{name}", "nomaster")

    def heal(self, name):
        ip("-n", self.hub, "link", "set", f"to-{name}", "master", "bridge")
