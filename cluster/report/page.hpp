#pragma once

#include "cluster/report/figure.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

struct page_table {
  std::string caption{};
  /// One text a column. A table without rows is left out.
  std::vector<std::string> head{};
  /// As many texts in each as in the head. Cells that are numbers stand to the right.
  std::vector<std::vector<std::string>> rows{};
};

/// A heading and what belongs under it, in this order: words, tables, figures.
struct page_section {
  std::string heading{};
  std::vector<std::string> paragraphs{};
  std::vector<page_table> tables{};
  /// Those that show nothing are left out.
  std::vector<figure> figures{};
};

/// A document of figures and tables. Any text may hold anything: it is escaped where it is written.
struct page {
  std::string title{};
  std::vector<std::string> paragraphs{};
  std::vector<page_section> sections{};
};

/// A figure of a page, drawn.
struct page_drawing {
  std::string stem{};
  /// A complete SVG document.
  std::string svg{};
};

/// Draws each figure of a page that shows something, in order. Throws as draw_svg.
/// Requires that no two figures have one stem.
std::vector<page_drawing> draw_figures(const page& p);

/// The page as one HTML document that needs nothing else: drawings are part of it, and it has no scripts. A figure without a drawing
/// is left out.
std::string to_html(const page& p, const std::vector<page_drawing>& drawings);

/// Draws the page, and writes `file_name` (HTML) and each figure's STEM.svg into `folder`, which is made where it is missing. All is
/// drawn before anything is written, each file is there whole or not at all, and the page comes last.
/// Throws as draw_svg; io_failure where something cannot be written.
void write_page(const page& p, const std::filesystem::path& folder, const std::string& file_name);

/// `text` for HTML: as text between tags or in a quoted attribute it stands for itself.
std::string html_escaped(std::string_view text);

} // namespace paceline
