#pragma once

#include "cluster/report/figure.hpp"

#include <string>

namespace paceline {

/// The part of a gnuplot script that comes before a figure's data: size, fonts, grid, legend and axes.
std::string gnuplot_settings(const figure& f);

} // namespace paceline
