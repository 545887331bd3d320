"""What `paceline reproduce` makes of the paper's experiments, and what it refuses."""

import os
import re
import shutil
import unittest
import xml.etree.ElementTree

import harness

SKIP_WITHOUT_GNUPLOT = unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")


class Reproduce(harness.EndToEnd):
    @SKIP_WITHOUT_GNUPLOT
    def test_the_exact_experiments_have_the_papers_numbers(self):
        ended = self.paceline("reproduce", "--fast", "sinc", "double-well", "matrix-completion", "--output", "out")
        self.assert_ended(ended, 0)
        self.assertEqual("", ended.err)
        for part in ("by iteration: 1 (1 to 7), 4 (8 to 13), 1 (14 to 23), 3 (24 on); paper:",
                     "EASGD: f of the best worker at the end: -0.0913; paper: near -0.091; agrees",
                     "EASGD: x of the workers at the end: -0.9000 and 0.9000;",
                     "LGD: |x| of the leader at the end: 1.000000;"):
            self.assertIn(part, ended.out)
        self.assertNotIn("differs", ended.out)
        # One line a run, and the runs' own words nowhere.
        self.assertEqual(9, len(re.findall(r"(?m)^[a-z-]+: run \d of \d, [a-z0-9-]+: [\d.]+ s$", ended.out)), ended.out)
        self.assertNotIn("steps/s", ended.out)
        drawn = {"sinc": ["best", "f-easgd", "f-lgd", "leaders", "paths-easgd", "paths-lgd"],
                 "double-well": ["x-easgd", "x-lgd"], "matrix-completion": ["rank-1", "rank-10"]}
        for name, stems in drawn.items():
            with self.subTest(experiment=name):
                folder = self.folder / "out" / name
                self.assertEqual(stems, sorted(path.stem for path in folder.glob("*.svg")))
                for path in folder.glob("*.svg"):
                    xml.etree.ElementTree.parse(path)
                page = (folder / "reproduce.html").read_text(encoding="utf-8")
                self.assertEqual(len(stems), page.count("<svg"))
                self.assertNotIn("<script", page)
                self.assertIn("--fast", page)
        self.assert_no_leftovers()
        # Ordinary runs.
        ended = self.paceline("report", "out/runs/double-well/lgd", "out/runs/double-well/easgd")
        self.assert_ended(ended, 0)

    @SKIP_WITHOUT_GNUPLOT
    def test_a_network_is_tried_without_cifar10_and_its_report_has_the_papers_errors(self):
        ended = self.paceline("reproduce", "--fast", "cnn7-4", "--strategies", "lsgd,sgd", "--steps", 2)
        self.assert_ended(ended, 0)
        self.assertRegex(ended.out, r"(?m)^  LSGD: test error of the centre at the end: [\d.]+ %; paper: 17\.7 %$")
        page = (self.folder / "reproduce/cnn7-4/reproduce.html").read_text(encoding="utf-8")
        self.assertIn("Time is simulated" if len(os.sched_getaffinity(0)) < 4 else "on this machine", page)
        self.assertIn('<td class="number">20.0</td>', page)

    @SKIP_WITHOUT_GNUPLOT
    def test_what_was_interrupted_goes_on(self):
        process = self.start("reproduce", "leader-identity", "--seeds", 1)
        run = self.folder / "reproduce/runs/leader-identity/lsgd-1"
        self.wait_until(lambda: (run / "metrics.jsonl").exists() and (run / "metrics.jsonl").stat().st_size > 0, process)
        harness.interrupt(process)
        ended = self.end(process)
        self.assert_ended(ended, 130)
        self.assertIn("--continue goes on", ended.out)
        self.assertFalse((self.folder / "reproduce/leader-identity").exists())
        self.assert_refused(self.paceline("reproduce", "leader-identity", "--seeds", 1), "holds an earlier result", "--continue")
        ended = self.paceline("reproduce", "leader-identity", "--seeds", 1, "--continue")
        self.assert_ended(ended, 0)
        self.assertTrue((self.folder / "reproduce/leader-identity/reproduce.html").exists())

    def test_wrong_names_and_options_are_one_line_and_leave_nothing(self):
        for arguments, parts in ((["snic"], ['"snic"', "did you mean sinc?"]),
                                 (["sinc", "mnist"], ['"mnist"', "known are sinc, matrix-completion"]),
                                 (["sinc", "--seeds", 0], ["--seeds"]),
                                 (["sinc", "--fats"], ["--fats"]),
                                 (["sinc", "resnet20-16"], ["resnet20-16: needs CIFAR-10", "scripts/get-cifar10"]),
                                 (["--fast", "cnn7-4", "--strategies", "lsgd,agd"], ['--strategies: found "agd"']),
                                 (["sinc", "--steps", 5], ["--steps: found sinc", "cnn7-4"])):
            with self.subTest(arguments=arguments):
                self.assert_refused(self.paceline("reproduce", *arguments), *parts)
        self.assertEqual(["tiny.json"], [path.name for path in self.folder.iterdir()])


if __name__ == "__main__":
    harness.main()
