#include "cluster/report/page.hpp"

#include "cluster/files/io_failure.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/report/drawing.hpp"
#include "tests/temporary_folder.hpp"

#include <string>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

page page_of_one_figure() {
  return {.title = "A & B",
          .sections = {{.heading = "Test",
                        .figures = {{.stem = "error", .title = "Error", .curves = {{.points = {{0, 1}}}}},
                                    {.stem = "empty", .title = "Empty"}}}}};
}

std::size_t count_in(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

} // namespace

TEST_CASE("text for HTML stands for itself") {
  REQUIRE(html_escaped("<a href=\"x\" id='y'> & ü\n\x01") == "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt; &amp; ü  ");
}

TEST_CASE("every text of a page is escaped") {
  const std::string bad = "<script>&\"";
  const page p{.title = bad,
               .paragraphs = {bad},
               .sections = {{.heading = bad,
                             .paragraphs = {bad},
                             .tables = {{.caption = bad, .head = {bad}, .rows = {{bad}}}},
                             .figures = {{.stem = "a", .title = bad, .caption = bad}}}}};
  const auto html = to_html(p, {{"a", "<svg>\n</svg>"}});
  REQUIRE(count_in(html, "<script") == 0);
  REQUIRE(count_in(html, "&lt;script&gt;&amp;&quot;") == 11);
}

TEST_CASE("cells that are numbers stand to the right") {
  const page p{.sections = {{.tables = {{.head = {"name", "error"}, .rows = {{"a", "9.5 (9.1 – 10)"}, {"b", "–"}}}}}}};
  const auto html = to_html(p, {});
  REQUIRE_THAT(html, ContainsSubstring("<td>a</td><td class=\"number\">9.5 (9.1 – 10)</td>"));
  REQUIRE_THAT(html, ContainsSubstring("<td>b</td><td class=\"number\">–</td>"));
}

TEST_CASE("drawings are part of a page, each with names of its own and without a document's head") {
  const page p{.sections = {{.figures = {{.stem = "a", .title = "First"}, {.stem = "b", .title = "Second"}}}}};
  const std::string svg =
    "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\">\n<title>Gnuplot</title><circle id='gpDot'/>"
    "<g id=\"g\"><title>gnuplot_plot_1</title><use xlink:href='#gpDot' fill='url(#gpPat)'/></g></svg>\n";
  const auto html = to_html(p, {{"a", svg}, {"b", svg}});
  REQUIRE(count_in(html, "<?xml") == 0);
  REQUIRE(count_in(html, "nuplot") == 0);
  REQUIRE_THAT(html, ContainsSubstring("<svg viewBox=\"0 0 1 1\"><title>First</title>"));
  REQUIRE_THAT(html, ContainsSubstring("<circle id='a-gpDot'/>"));
  REQUIRE_THAT(html, ContainsSubstring("<use xlink:href='#b-gpDot' fill='url(#b-gpPat)'/>"));
  REQUIRE_THAT(html, ContainsSubstring("<a href=\"b.svg\">SVG</a>"));
}

TEST_CASE("a page asks for nothing from elsewhere and forbids scripts") {
  const auto html = to_html(page_of_one_figure(), {{"error", "<svg></svg>"}});
  REQUIRE(count_in(html, "<script") + count_in(html, "<link") + count_in(html, "src=\"") == 0);
  REQUIRE_THAT(html, ContainsSubstring("default-src 'none'"));
}

TEST_CASE("writing a page leaves its HTML and its drawings, and nothing of a figure without data") {
  if (!testing::can_draw())
    return;
  const temporary_folder folder;
  const auto target = folder / "made/here";
  write_page(page_of_one_figure(), target, "page.html");
  REQUIRE(entries_in(target) == 2);
  REQUIRE_THAT(contents_of(target / "error.svg"), ContainsSubstring("<svg"));
  const auto html = contents_of(target / "page.html");
  REQUIRE(count_in(html, "<figure ") == 1);
  REQUIRE(count_in(html, "<svg") == 1);
  // Once more over what is there.
  write_page(page_of_one_figure(), target, "page.html");
  REQUIRE(contents_of(target / "page.html") == html);
}

TEST_CASE("a folder that cannot be made is named, and nothing is written") {
  const temporary_folder folder;
  write_contents(folder / "file", "x");
  REQUIRE_THROWS_AS(write_page({.title = "a"}, folder / "file/below", "page.html"), io_failure);
  REQUIRE(entries_in(folder.path()) == 1);
}
