#include "cluster/config/json_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

namespace paceline {

namespace {

void add_unreadable(error_list& errors, std::string sentence) {
  errors.add({.what = config_error::kind::unreadable, .found = std::move(sentence)});
}

/// Builds the document as nlohmann's own parser would, and notes what that one is silent about: keys given twice.
class document_builder : public nlohmann::json_sax<config_json> {
 public:
  explicit document_builder(error_list& errors) : errors_(errors) {}

  config_json take() { return std::move(root_); }

  /// Bytes read when the syntax error was met, and what nlohmann says about it.
  std::size_t error_position = 0;
  std::string error_text;
  /// Parsing stopped because lists or objects lie in each other too deep.
  bool too_deep = false;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(config_json::object()); }
  bool start_array(std::size_t) override { return open(config_json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& object = open_.back();
    object.key = name;
    if (!object.keys.insert(name).second)
      errors_.add({.what = config_error::kind::unreadable,
                   .path = path_below(object.path, name),
                   .found = "this key is given twice"});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    error_position = position;
    error_text = error.what();
    return false;
  }

 private:
  struct open_value {
    /// Stays where it is: nothing is added to its parent while it is open.
    config_json* value;
    std::string path;
    /// Of an object: keys met so far, and the one whose value comes next.
    std::set<std::string> keys;
    std::string key;
  };

  config_json* place(config_json value) {
    if (open_.empty())
      return &(root_ = std::move(value));
    auto& parent = open_.back();
    if (parent.value->is_object())
      return &((*parent.value)[parent.key] = std::move(value));
    parent.value->push_back(std::move(value));
    return &parent.value->back();
  }

  bool put(config_json value) {
    place(std::move(value));
    return true;
  }

  /// False ends the parsing. A cluster file is not deep; a path for each of many thousand levels would take minutes.
  bool open(config_json empty) {
    constexpr std::size_t deepest = 32;
    if (open_.size() == deepest) {
      too_deep = true;
      return false;
    }
    std::string path;
    if (!open_.empty()) {
      const auto& parent = open_.back();
      path =
        parent.value->is_object() ? path_below(parent.path, parent.key) : path_below(parent.path, parent.value->size());
    }
    open_.push_back({place(std::move(empty)), std::move(path), {}, {}});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  error_list& errors_;
  config_json root_;
  std::vector<open_value> open_;
};

/// What nlohmann found and expected, without its codes and positions.
std::string bare_reason(std::string text) {
  if (const auto code = text.find("] "); code != std::string::npos)
    text.erase(0, code + 2);
  if (const auto dash = text.find(" - "); dash != std::string::npos)
    text.erase(0, dash + 3);
  const auto quoted = text.find("; last read: ");
  if (quoted != std::string::npos) {
    const auto end = text.find("; expected", quoted);
    text.erase(quoted, end == std::string::npos ? end : end - quoted);
  }
  return text;
}

/// Says in words what is wrong at `at`, the byte where the parser stopped; knows what people get wrong most often.
std::string syntax_sentence(std::string_view text, std::size_t at, const std::string& reason) {
  if (reason.starts_with("number overflow"))
    return "a number is too large";
  if (at >= text.size() && !reason.ends_with("; expected end of input"))
    return "the file ends before everything in it is closed; is a }, ] or \" missing?";
  if (reason.starts_with("invalid string: control character"))
    return "text must end on its own line, with tabs written as \\t; is a \" missing?";
  const char found = at < text.size() ? text[at] : ' ';
  const auto before = text.substr(0, at).find_last_not_of(" \t\r\n");
  const bool after_comma = before != std::string_view::npos && text[before] == ',';
  if (after_comma && (found == '}' || found == ']'))
    return std::string("there must be no comma before the closing ") + found;
  if (found == '/' || found == '#')
    return "JSON has no comments";
  if (found == '\'')
    return "text stands in double quotes, not in single ones";
  if (reason.ends_with("expected '}'"))
    return "a comma or } is missing before this";
  if (reason.ends_with("expected ']'"))
    return "a comma or ] is missing before this";
  if (reason.ends_with("expected string literal"))
    return "a key in double quotes must stand here";
  if (reason.ends_with("expected ':'"))
    return "a colon is missing between key and value";
  if (reason.ends_with("; expected end of input"))
    return "nothing may follow the closing }";
  return "this is not JSON: " + shortened(reason, 120);
}

std::string line_and_column(std::string_view text, std::size_t at) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char c : text.substr(0, at)) {
    const bool continues_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    column = c == '\n' ? 1 : column + (continues_character ? 0 : 1);
    line += c == '\n' ? 1 : 0;
  }
  return std::to_string(line) + ":" + std::to_string(column);
}

} // namespace

config_json parse_json(std::string_view text, error_list& errors) {
  document_builder builder(errors);
  if (config_json::sax_parse(text.begin(), text.end(), &builder))
    return builder.take();
  if (builder.too_deep) {
    errors.add({.what = config_error::kind::unreadable, .found = "it is nested more than 32 levels deep"});
    return nullptr;
  }
  const auto at = builder.error_position == 0 ? 0 : std::min(builder.error_position - 1, text.size());
  errors.add({.what = config_error::kind::unreadable,
              .place = errors.place() + ":" + line_and_column(text, at),
              .found = syntax_sentence(text, at, bare_reason(builder.error_text))});
  return nullptr;
}

config_json read_json_file(const std::filesystem::path& file, const json_file_kind& kind, error_list& errors) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    add_unreadable(errors, "this is a folder, not a " + kind.name);
    return nullptr;
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    add_unreadable(errors,
                   errno == ENOENT ? "there is no such file" : std::string("cannot be read: ") + std::strerror(errno));
    return nullptr;
  }
  // Somebody's data file, given by mistake, is not read to its end.
  constexpr std::size_t most_bytes = 1 << 20;
  std::string text(most_bytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > most_bytes) {
    add_unreadable(errors, "is larger than 1 MiB and so no " + kind.name);
    return nullptr;
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    add_unreadable(errors, fmt::format("the file is empty; the least {} is {}", kind.name, kind.example));
    return nullptr;
  }
  return parse_json(text, errors);
}

} // namespace paceline
