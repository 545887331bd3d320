#pragma once

#include <string>
#include <string_view>

namespace paceline {

/// Whether `text` is UTF-8 without control characters (below U+0020). What a peer sent and is not would end a line of a log
/// early, move a terminal's cursor, or be no JSON.
bool is_one_line(std::string_view text);

/// `text` with each control character replaced by a space and each byte that is not UTF-8 by '?'.
std::string to_one_line(std::string_view text);

/// `text` as people may see it on a terminal, whatever it holds: control characters (those above U+007F as well) and bytes that
/// are not UTF-8 become "\n", "\t", "\r" or "\x1b". A name that a user gave neither breaks a message into lines nor moves the
/// cursor. Text that was escaped stays as it is.
std::string escaped(std::string_view text);

} // namespace paceline
