#pragma once

#include "cluster/report/figure.hpp"

#include <stdexcept>
#include <string>

namespace paceline {

/// gnuplot is not installed. `what()` is one line that says how to install it.
class gnuplot_missing : public std::runtime_error {
 public:
  gnuplot_missing();
};

/// Throws gnuplot_missing where no gnuplot can be started: asked before work is done whose result could not be drawn.
void require_gnuplot();

/// What gnuplot is told to draw a figure as SVG on its standard output: settings, data and all. Texts of the figure cannot become
/// commands. The same figure gives the same script.
/// Requires shows_something(f).
std::string gnuplot_script(const figure& f);

/// The figure as a complete SVG document, 640 wide; colours are those of Okabe and Ito, which the colour-blind can tell apart.
/// Runs gnuplot as a child process and waits for it; needs no files.
/// Throws gnuplot_missing, or std::runtime_error with what gnuplot says where it does not draw.
/// Requires shows_something(f).
std::string draw_svg(const figure& f);

} // namespace paceline
