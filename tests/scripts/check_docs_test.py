"""Runs scripts/check-docs on small trees made for the purpose: each mistake is found, and named where it is."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = Path(__file__).resolve().parent.parent.parent / "scripts" / "check-docs"

QUOTING = "# A\n\n<!-- from a.hpp -->\n```cpp\nint a;\n\nint b;\n```\n"


def check(tree):
    """The checker's exit status and complaints on a tree of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in tree.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, CHECKER, folder], capture_output=True, text=True, check=False)
        return run.returncode, run.stderr.splitlines()


class CheckDocs(unittest.TestCase):
    def test_a_quote_that_is_the_file_passes(self):
        self.assertEqual(check({"A.md": QUOTING, "a.hpp": "int a;\n\nint b;\n"}), (0, []))

    def test_a_quote_that_differs_is_found_with_the_files_line(self):
        for changed, line in (("int a;\n\nint c;\n", 3), ("int a;\n\nint b;\nint c;\n", 4), ("int a;\n", 2)):
            status, complaints = check({"A.md": QUOTING, "a.hpp": changed})
            self.assertEqual(status, 1)
            self.assertEqual(complaints, [f"A.md:3: the quote of a.hpp differs from the file at the file's line {line}"])

    def test_a_quote_of_a_file_that_is_gone_is_found(self):
        self.assertEqual(check({"A.md": QUOTING}), (1, ["A.md:3: there is no file a.hpp to quote"]))

    def test_a_quote_without_its_block_is_found(self):
        status, complaints = check({"A.md": "<!-- from a.hpp -->\nint a;\n", "a.hpp": "int a;\n"})
        self.assertEqual((status, complaints), (1, ["A.md:1: no code block behind the words: from a.hpp"]))

    def test_a_link_is_relative_to_its_document_and_leads_to_a_file(self):
        text = "[b](B.md#part), [web](https://example.org/x.md), [gone](C.md)\n"
        status, complaints = check({"docs/A.md": text, "docs/B.md": "", "C.md": ""})
        self.assertEqual((status, complaints), (1, ["docs/A.md:1: the link to C.md leads to no file"]))

    def test_what_stands_in_a_code_block_is_no_link(self):
        self.assertEqual(check({"A.md": "```cpp\n[](int x)\n[&](auto)\n```\n"}), (0, []))

    def test_a_tree_without_documents_is_a_mistake(self):
        self.assertEqual(check({})[0], 1)


if __name__ == "__main__":
    unittest.main()
