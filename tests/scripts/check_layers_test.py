"""Runs scripts/check-layers on small trees made for the purpose: each mistake is found, and named where it is."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parent.parent.parent / "scripts" / "check-layers"

GOOD_TREE = {
    "messages/report.hpp": "#pragma once\n\n#include <cstdint>\n",
    "messages/type_ids.hpp": '#pragma once\n\n#include "messages/report.hpp"\n\n#include <caf/all.hpp>\n',
    "compute/backend.hpp": "// Seam.\n#pragma once\n\n#include <span>\n",
    "compute/cpu/kernel.hpp": '#pragma once\n\n#include "compute/backend.hpp"\n\n#include <oneapi/dnnl/dnnl.hpp>\n',
    "compute/cpu/kernel.cpp": '#include "compute/cpu/kernel.hpp"\n'
    "#include <immintrin.h>\n#include <omp.h>\n#include <sched.h>\n",
    "actors/worker.hpp": '#pragma once\n\n#include "compute/backend.hpp"\n#include "messages/report.hpp"\n'
    "#include <caf/all.hpp>\n",
    "cluster/run.hpp": "#pragma once\n",
    "cluster/main.cpp": '#include "actors/worker.hpp"\n'
    "#include <CLI/CLI.hpp>\n#include <fmt/core.h>\n#include <nlohmann/json.hpp>\n#include <zmq.hpp>\n",
    "tests/compute/kernel_test.cpp": '#include "compute/cpu/kernel.hpp"\n\n#include <catch2/catch.hpp>\n',
}


def check_tree(tree):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True, check=False)
        return run.returncode, run.stderr.splitlines()


class CheckLayers(unittest.TestCase):
    def assert_one_mistake(self, path, text, *expected):
        """The good tree with `path` changed to `text` has one mistake, told in one line with all of `expected`."""
        status, complaints = check_tree({**GOOD_TREE, path: text})
        self.assertEqual(status, 1)
        self.assertEqual(len(complaints), 1, complaints)
        self.assertTrue(complaints[0].startswith(f"{path}:"), complaints[0])
        for part in expected:
            self.assertIn(part, complaints[0])

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(check_tree(GOOD_TREE), (0, []))

    def test_compute_may_not_include_messages(self):
        self.assert_one_mistake(
            "compute/sgd.cpp", '\n#include "messages/report.hpp"\n', ":2: ", "compute/ may not include messages/")

    def test_messages_may_not_include_compute(self):
        self.assert_one_mistake(
            "messages/ids.cpp", '#include "compute/backend.hpp"\n', ":1: ", "messages/ may not include compute/")

    def test_compute_may_not_see_caf_or_json(self):
        self.assert_one_mistake("compute/sgd.cpp", "#include <caf/all.hpp>\n", "<caf/all.hpp> of CAF")
        self.assert_one_mistake("compute/sgd.cpp", "#include <nlohmann/json.hpp>\n", "of json")

    def test_only_type_ids_brings_caf_into_messages(self):
        self.assert_one_mistake("messages/ids.cpp", "#include <caf/all.hpp>\n", "of CAF", "nothing else")

    def test_actors_may_see_neither_cluster_nor_a_file_format_nor_a_socket(self):
        for header, library in (("nlohmann/json.hpp", "json"), ("zmq.hpp", "ZeroMQ"), ("CLI/CLI.hpp", "CLI11")):
            self.assert_one_mistake("actors/worker.cpp", f"#include <{header}>\n", f"of {library}")

        self.assert_one_mistake("actors/worker.cpp", '#include "cluster/run.hpp"\n', "actors/ may not include cluster/")

    def test_a_library_that_is_in_no_row_is_a_mistake(self):
        self.assert_one_mistake("cluster/run.cpp", "\n#include <boost/asio.hpp>\n", ":2: ", "no library that is known")

    def test_a_backend_is_seen_through_its_interface_only(self):
        self.assert_one_mistake(
            "compute/trainer.cpp", '#include "compute/cpu/kernel.hpp"\n', ":1: ", "a backend's own affair")
        self.assert_one_mistake(
            "cluster/bench.cpp", '#include "compute/cpu/kernel.hpp"\n', ":1: ", "a backend's own affair")

    def test_an_include_is_a_path_from_the_root_to_a_header_that_exists(self):
        self.assert_one_mistake("compute/sgd.cpp", '#include "backend.hpp"\n', "not a path from the root")
        self.assert_one_mistake("compute/sgd.cpp", '#include "../messages/report.hpp"\n', "not a path from the root")
        self.assert_one_mistake("compute/sgd.cpp", '#include "compute/sgd.hpp"\n', "there is no file")
        self.assert_one_mistake("cluster/a.cpp", '#include "compute/cpu/kernel.cpp"\n', "is not a header")

    def test_a_header_begins_with_pragma_once(self):
        self.assert_one_mistake("compute/sgd.hpp", "// SGD.\n#include <span>\n#pragma once\n", ":2: ", "#pragma once")
        self.assert_one_mistake("compute/sgd.hpp", "", ":1: ", "#pragma once")

    def test_a_file_has_at_most_350_lines(self):
        self.assertEqual(check_tree({**GOOD_TREE, "compute/sgd.cpp": "\n" * 350}), (0, []))
        self.assert_one_mistake("compute/sgd.cpp", "\n" * 351, ":351: ", "351 lines")

    def test_every_mistake_of_a_tree_is_told_at_once(self):
        status, complaints = check_tree({**GOOD_TREE, "compute/a.hpp": "#include <caf/all.hpp>\n#include <zmq.h>\n"})
        self.assertEqual(status, 1)
        self.assertEqual(len(complaints), 3, complaints)

    def test_an_empty_tree_is_a_mistake(self):
        self.assertEqual(check_tree({})[0], 1)


if __name__ == "__main__":
    unittest.main()
