"""What `paceline report` writes of runs, and what it refuses."""

import json
import os
import re
import shutil
import unittest
import xml.etree.ElementTree

import harness

SKIP_WITHOUT_GNUPLOT = unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed")


class Report(harness.EndToEnd):
    def launch_run(self, name, *overrides):
        self.assert_ended(self.launch(f"output.name={name}", "output.evaluate_every=1ms", *overrides), 0)

    def page(self, folder="report"):
        return (self.folder / folder / "report.html").read_text(encoding="utf-8")

    @SKIP_WITHOUT_GNUPLOT
    def test_two_strategies_with_two_seeds_are_two_series(self):
        for kind in ("lsgd", "sgd"):
            for seed in (1, 2):
                # Another kind has other keys: the whole section is its own.
                alone = ['strategy={"kind": "sgd", "loss_window": 4}'] if kind == "sgd" else []
                self.launch_run(f"{kind}-{seed}", f"seed={seed}", *alone)
        ended = self.paceline("report", *(f"runs/{kind}-{seed}" for seed in (1, 2) for kind in ("lsgd", "sgd")))
        self.assert_ended(ended, 0)
        self.assertEqual("report/report.html: 4 runs in 2 series\n", ended.out)
        self.assertEqual("", ended.err)
        page = self.page()
        for part in ("strategy.kind=lsgd", "strategy.kind=sgd", "<td class=\"number\">1, 2</td>", "least to the greatest"):
            self.assertIn(part, page)
        drawings = sorted(path.name for path in (self.folder / "report").glob("*.svg"))
        for name in ("test-error-time-centre", "test-error-steps-leader", "test-loss-time-centre", "training-loss-time",
                     "steps-per-second", "leaders-1", "leader-shares", "pull-distance-group", "staleness-global",
                     "exchange-volume"):
            self.assertIn(f"{name}.svg", drawings)
        self.assertEqual(len(drawings), page.count("<svg"))
        for name in drawings:
            xml.etree.ElementTree.parse(self.folder / "report" / name)
        # Alone in the world: nothing is loaded, nothing is run.
        self.assertNotIn("<script", page)
        self.assertEqual([], re.findall(r'(?:src|href)="(?:https?:|//)[^"]*"', page))
        identifiers = re.findall(r"\bid=[\"']([^\"']+)[\"']", page)
        self.assertEqual(len(identifiers), len(set(identifiers)))
        self.assert_no_leftovers()

    @SKIP_WITHOUT_GNUPLOT
    def test_its_numbers_are_those_of_the_run(self):
        self.launch_run("a")
        self.assert_ended(self.paceline("report", "runs/a", "--output", "out/there"), 0)
        page = self.page("out/there")
        summary = self.summary()
        self.assertIn(f'<td class="number">{100 * summary["final_test"]["centre_error"]:.2f}</td>', page)
        for count in (summary["leadership"]["group_decisions"], summary["leadership"]["global_decisions"],
                      summary["totals"]["pulls_group"], summary["totals"]["pulls_global"]):
            self.assertIn(f'<td class="number">{count}</td>', page)

    @SKIP_WITHOUT_GNUPLOT
    def test_a_run_of_nodes_has_what_they_sent_to_each_other(self):
        self.write("two.json", json.dumps(harness.TINY | {"groups": {"workers": 2}, "nodes": [{"name": "a"}, {"name": "b"}],
                                                          "budget": {"steps": 400}}))
        self.assert_ended(self.paceline("launch", "two.json"), 0)
        self.assert_ended(self.paceline("report", "runs/a"), 0)
        self.assertIn('id="sent-between-nodes"', self.page())
        # As where the launching process was killed: the nodes' own folders are all there is.
        for name in ("metrics.jsonl", "leadership.jsonl", "summary.json"):
            (self.run_folder() / name).unlink()
        ended = self.paceline("report", "runs/a", "--output", "again")
        self.assert_ended(ended, 0)
        self.assertIn("no summary.json", ended.err)
        self.assertIn('id="sent-between-nodes"', self.page("again"))

    @SKIP_WITHOUT_GNUPLOT
    def test_a_run_that_is_not_complete_is_reported_as_far_as_it_goes(self):
        self.launch_run("a")
        run = self.run_folder()
        (run / "summary.json").unlink()
        lines = (run / "metrics.jsonl").read_text().splitlines(keepends=True)
        lines = [line for line in lines if '"evaluation"' not in line]
        (run / "metrics.jsonl").write_text("".join(lines)[:-20])
        ended = self.paceline("report", "runs/a")
        self.assert_ended(ended, 0)
        self.assertEqual(1, len(ended.error_lines), ended)
        for part in ("runs/a", "no summary.json", "no test so far"):
            self.assertIn(part, ended.err)
        self.assertIn("No run has a test.", self.page())
        self.assertIn("no test so far", self.page())

    @SKIP_WITHOUT_GNUPLOT
    def test_names_from_files_are_no_tags(self):
        self.launch_run("<b>&amp;'$(x)`x`")
        self.assert_ended(self.paceline("report", "runs/<b>&amp;'$(x)`x`"), 0)
        page = self.page()
        self.assertNotIn("<b>", page)
        self.assertIn("&lt;b&gt;&amp;amp;", page)

    @SKIP_WITHOUT_GNUPLOT
    def test_what_is_no_run_is_refused_and_nothing_is_written(self):
        self.launch_run("a")
        (self.folder / "empty").mkdir()
        self.assert_refused(self.paceline("report", "runs/a", "missing"), "missing: there is no such folder")
        self.assert_refused(self.paceline("report", "empty"), "empty: is not the folder of a run")
        self.assert_refused(self.paceline("report", "runs/a", "runs/../runs/a/"), "given twice")
        config = json.loads((self.run_folder() / "config.json").read_text())
        config["strategy"]["newest"] = True
        (self.run_folder() / "config.json").write_text(json.dumps(config))
        self.assert_refused(self.paceline("report", "runs/a"), "runs/a/config.json: strategy.newest: unknown key")
        self.assertFalse((self.folder / "report").exists())

    @SKIP_WITHOUT_GNUPLOT
    def test_an_output_that_cannot_be_written_is_named(self):
        self.launch_run("a")
        self.write("file", "")
        self.assert_refused(self.paceline("report", "runs/a", "--output", "file/below"), "file/below", code=1)
        if os.geteuid() != 0:
            (self.folder / "closed").mkdir(mode=0o500)
            self.assert_refused(self.paceline("report", "runs/a", "--output", "closed"), "closed", code=1)

    def test_without_gnuplot_it_says_how_to_install_it(self):
        self.launch_run("a")
        path = os.environ["PATH"]
        os.environ["PATH"] = str(self.folder)
        try:
            ended = self.paceline("report", "runs/a")
        finally:
            os.environ["PATH"] = path
        self.assert_refused(ended, "gnuplot is not installed: apt-get install gnuplot-nox", code=1)
        self.assertFalse((self.folder / "report").exists())


if __name__ == "__main__":
    harness.main()
