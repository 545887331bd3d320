#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace paceline {

/// JSON whose objects keep the order in which keys were added: a resolved file reads like the documentation.
using config_json = nlohmann::ordered_json;

/// A value as an error message shows it: on one line, shortened where it is long, never throwing on odd bytes.
std::string shown(const config_json& value);

/// A key as a path shows it: as it is where it is plain, else quoted.
std::string shown_key(const std::string& key);

/// The path of a key inside the object at `path`: "strategy.kind". The path of the whole file is empty.
std::string path_below(const std::string& path, const std::string& key);

/// The path of an element of the list at `path`: "model.layers[2]".
std::string path_below(const std::string& path, std::size_t index);

/// At most `length` bytes of `text`, with "..." at the end where something was cut; never cuts inside a UTF-8 character.
std::string shortened(std::string text, std::size_t length);

} // namespace paceline
