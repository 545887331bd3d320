#include "compute/data/cifar10.hpp"

#include "compute/data/image_set.hpp"
#include "compute/errors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

namespace paceline {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t side = 32;
constexpr std::size_t pixels_per_record = 3 * side * side;
constexpr std::size_t record_bytes = 1 + pixels_per_record;
constexpr std::uint8_t classes = 10;
/// A hundred times a file of CIFAR-10: others may put pictures of their own in its form there.
constexpr std::size_t most_file_bytes = 1'000'000 * record_bytes;

constexpr std::string_view subfolder = "cifar-10-batches-bin";
constexpr std::array<std::string_view, 5> train_files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                         "data_batch_4.bin", "data_batch_5.bin"};
constexpr std::string_view test_file = "test_batch.bin";
constexpr std::string_view all_files = "data_batch_1.bin to data_batch_5.bin and test_batch.bin";
constexpr std::string_view remedy = "get the data with scripts/get-cifar10";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// A folder with only some of the files is taken too: the error then names the one that is missing.
bool has_some_file(const fs::path& folder) {
  const auto holds = [&](const std::string_view name) { return is_there(folder / name); };
  return holds(test_file) || std::any_of(train_files.begin(), train_files.end(), holds);
}

fs::path find_files(const fs::path& folder) {
  if (has_some_file(folder))
    return folder;
  if (has_some_file(folder / subfolder))
    return folder / subfolder;
  const auto found = is_there(folder) ? "has no CIFAR-10 data" : "does not exist";
  throw invalid_input(folder.string() + " " + found + ": looked for " + std::string(all_files) + " there and in "
                      + (folder / subfolder).string() + "; " + std::string(remedy));
}

std::vector<std::uint8_t> read_file(const fs::path& path) {
  if (!is_there(path))
    throw invalid_input(path.string() + " is missing: needed are " + std::string(all_files) + "; "
                        + std::string(remedy));
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error)
    throw invalid_input("cannot read " + path.string() + ": " + error.message());
  if (size == 0 || size % record_bytes != 0)
    throw invalid_input(path.string() + ": found " + std::to_string(size) + " bytes, expected a multiple of "
                        + std::to_string(record_bytes) + " that is not 0; " + std::string(remedy));
  if (size > most_file_bytes)
    throw invalid_input(path.string() + ": found " + std::to_string(size) + " bytes, allowed are "
                        + std::to_string(most_file_bytes) + "; " + std::string(remedy));
  std::vector<std::uint8_t> bytes(size);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    throw invalid_input(
      "cannot read " + path.string() + ": "
      + (file.eof() ? "ended after " + std::to_string(file.gcount()) + " bytes" : std::strerror(errno)));
  return bytes;
}

void append_records(image_set& images, const fs::path& path) {
  const auto bytes = read_file(path);
  const auto records = bytes.size() / record_bytes;
  images.labels.reserve(images.labels.size() + records);
  images.pixels.reserve(images.pixels.size() + records * pixels_per_record);
  for (std::size_t begin = 0; begin < bytes.size(); begin += record_bytes) {
    const auto label = bytes[begin];
    if (label >= classes)
      throw invalid_input(path.string() + ": record " + std::to_string(begin / record_bytes) + " (at byte "
                          + std::to_string(begin) + ") has label " + std::to_string(label) + ", allowed are 0 to 9");
    images.labels.push_back(label);
    const auto first_pixel = bytes.begin() + static_cast<std::ptrdiff_t>(begin + 1);
    images.pixels.insert(images.pixels.end(), first_pixel,
                         first_pixel + static_cast<std::ptrdiff_t>(pixels_per_record));
  }
}

} // namespace

dataset_ptr load_cifar10(const fs::path& folder) {
  const auto place = find_files(folder);
  auto data = std::make_shared<dataset>();
  data->name = "cifar10";
  data->class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  const auto train = std::make_shared<image_set>();
  const auto test = std::make_shared<image_set>();
  for (const auto& images : {train, test}) {
    images->height = images->width = side;
    // Of the whole training set, as the Leader SGD paper rounds them.
    images->mean = {0.4914f, 0.4822f, 0.4465f};
    images->stddev = {0.2023f, 0.1994f, 0.2010f};
  }
  for (const auto name : train_files)
    append_records(*train, place / name);
  append_records(*test, place / test_file);
  data->train = train;
  data->test = test;
  return data;
}

} // namespace paceline
