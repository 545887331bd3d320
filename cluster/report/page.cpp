#include "cluster/report/page.hpp"

#include "cluster/files/atomic_file.hpp"
#include "cluster/files/io_failure.hpp"
#include "cluster/report/gnuplot.hpp"
#include "cluster/report/page_style.hpp"
#include "cluster/wire/one_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace paceline {

namespace {

/// Whether a cell is read as a number, so that those of a column stand below each other.
bool is_number_cell(std::string_view cell) {
  const auto first = cell.substr(0, 1);
  return cell == "–" || (!first.empty() && first.find_first_of("0123456789-+") == 0);
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

/// A drawing as an element of a page: without what only a document of its own has, and with names that no other drawing has.
std::string inline_svg(const page_drawing& drawing, const std::string& title) {
  auto svg = drawing.svg.substr(std::min(drawing.svg.size(), drawing.svg.find("<svg")));
  for (const auto* before_name : {" id='", " id=\"", "href='#", "href=\"#", "url(#"})
    replace_all(svg, before_name, fmt::format("{}{}-", before_name, drawing.stem));
  // gnuplot's titles are names of its own, which browsers would show over the drawing.
  for (auto begin = svg.find("<title>"); begin != std::string::npos; begin = svg.find("<title>", begin)) {
    constexpr std::string_view closing = "</title>";
    const auto end = svg.find(closing, begin);
    svg.erase(begin, end == std::string::npos ? end : end + closing.size() - begin);
  }
  const auto inside = svg.find('>');
  if (inside != std::string::npos)
    svg.insert(inside + 1, "<title>" + html_escaped(title) + "</title>");
  return svg;
}

void add_paragraphs(std::string& html, const std::vector<std::string>& paragraphs) {
  for (const auto& paragraph : paragraphs)
    html += fmt::format("<p>{}</p>\n", html_escaped(paragraph));
}

/// Each cell stands where numbers stand if the one of `like` is a number.
void add_row(std::string& html, const std::vector<std::string>& cells, const std::vector<std::string>& like,
             std::string_view element) {
  html += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i)
    html += fmt::format("<{0}{1}>{2}</{0}>", element, is_number_cell(like[i]) ? " class=\"number\"" : "",
                        html_escaped(cells[i]));
  html += "</tr>\n";
}

void add_table(std::string& html, const page_table& table) {
  if (table.rows.empty())
    return;
  if (!table.caption.empty())
    html += fmt::format("<p class=\"caption\">{}</p>\n", html_escaped(table.caption));
  html += "<div class=\"wide\"><table>\n";
  html += "<thead>";
  add_row(html, table.head, table.rows.front(), "th");
  html += "</thead>\n<tbody>\n";
  for (const auto& row : table.rows)
    add_row(html, row, row, "td");
  html += "</tbody>\n</table></div>\n";
}

void add_figures(std::string& html, const std::vector<figure>& figures, const std::vector<page_drawing>& drawings) {
  std::string drawn_figures;
  for (const auto& f : figures) {
    const auto drawing =
      std::find_if(drawings.begin(), drawings.end(), [&](const auto& drawn) { return drawn.stem == f.stem; });
    if (drawing == drawings.end())
      continue;
    drawn_figures +=
      fmt::format("<figure id=\"{0}\">\n<h3>{1}</h3>\n{2}<figcaption>{3} <a href=\"{0}.svg\">SVG</a></figcaption>\n"
                  "</figure>\n",
                  html_escaped(f.stem), html_escaped(f.title), inline_svg(*drawing, f.title), html_escaped(f.caption));
  }
  if (!drawn_figures.empty())
    html += "<div class=\"figures\">\n" + drawn_figures + "</div>\n";
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw io_failure(folder, "create folder", error.value());
}

} // namespace

std::vector<page_drawing> draw_figures(const page& p) {
  std::vector<page_drawing> drawings;
  for (const auto& section : p.sections)
    for (const auto& f : section.figures)
      if (shows_something(f))
        drawings.push_back({f.stem, draw_svg(f)});
  return drawings;
}

std::string to_html(const page& p, const std::vector<page_drawing>& drawings) {
  auto html = fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                          "style-src 'unsafe-inline'\">\n<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n"
                          "<h1>{0}</h1>\n",
                          html_escaped(p.title), page_style);
  add_paragraphs(html, p.paragraphs);
  for (const auto& section : p.sections) {
    html += fmt::format("<section>\n<h2>{}</h2>\n", html_escaped(section.heading));
    add_paragraphs(html, section.paragraphs);
    for (const auto& table : section.tables)
      add_table(html, table);
    add_figures(html, section.figures, drawings);
    html += "</section>\n";
  }
  return html + "</body>\n</html>\n";
}

void write_page(const page& p, const std::filesystem::path& folder, const std::string& file_name) {
  const auto drawings = draw_figures(p);
  const auto html = to_html(p, drawings);
  make_folder(folder);
  for (const auto& drawing : drawings)
    write_file_atomically(folder / (drawing.stem + ".svg"), drawing.svg);
  write_file_atomically(folder / file_name, html);
}

std::string html_escaped(std::string_view text) {
  std::string escaped_text;
  for (const char c : to_one_line(text))
    switch (c) {
      case '&':
        escaped_text += "&amp;";
        break;
      case '<':
        escaped_text += "&lt;";
        break;
      case '>':
        escaped_text += "&gt;";
        break;
      case '"':
        escaped_text += "&quot;";
        break;
      case '\'':
        escaped_text += "&#39;";
        break;
      default:
        escaped_text += c;
    }
  return escaped_text;
}

} // namespace paceline
