#pragma once

#include <filesystem>

namespace paceline::testing {

/// The repository's folder, for tests that read its files. The one place that knows it: what is compiled into objects keeps
/// ccache from finding them again for another clone.
std::filesystem::path repository();

} // namespace paceline::testing
