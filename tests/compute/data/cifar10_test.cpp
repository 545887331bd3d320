#include "compute/data/cifar10.hpp"

#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/data/in_memory.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

using namespace paceline;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t record_bytes = 3073;

// A file of records whose pixels all have the value of their label times ten.
std::string records(std::initializer_list<char> labels) {
  std::string bytes;
  for (const auto label : labels)
    bytes += label + std::string(record_bytes - 1, static_cast<char>(label * 10));
  return bytes;
}

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_small_set(const fs::path& folder) {
  fs::create_directories(folder);
  for (char i = 0; i < 5; ++i)
    write(folder / ("data_batch_" + std::to_string(i + 1) + ".bin"), records({i, 9}));
  write(folder / "test_batch.bin", records({3, 1, 4}));
}

std::string error_of(const fs::path& folder) {
  try {
    load_cifar10(folder);
  } catch (const invalid_input& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("records become labels and planes of pixels, the training files in order") {
  const temporary_folder folder;
  write_small_set(folder.path());
  const auto data = load_cifar10(folder.path());
  REQUIRE(data->name == "cifar10");
  REQUIRE(data->classes() == 10);
  REQUIRE(in_memory(data->train).labels == std::vector<std::uint8_t>{0, 9, 1, 9, 2, 9, 3, 9, 4, 9});
  REQUIRE(in_memory(data->test).labels == std::vector<std::uint8_t>{3, 1, 4});
  for (const auto* images : {&in_memory(data->train), &in_memory(data->test)}) {
    REQUIRE(images->image_bytes() == 3072);
    REQUIRE(images->pixels.size() == images->size() * 3072);
    for (std::size_t i = 0; i < images->size(); ++i) {
      const auto picture = images->image(i);
      const auto value = images->labels[i] * 10;
      REQUIRE(std::all_of(picture.begin(), picture.end(), [&](const auto pixel) { return pixel == value; }));
    }
  }
}

TEST_CASE("the folder above the files is taken as well") {
  const temporary_folder folder;
  write_small_set(folder.path() / "cifar-10-batches-bin");
  REQUIRE(load_cifar10(folder.path())->train->size() == 10);
}

TEST_CASE("a folder without data is an error that says where what was looked for and how to get it") {
  const temporary_folder folder;
  const auto missing = folder.path() / "nowhere";
  for (const auto& place : {folder.path(), missing}) {
    const auto error = error_of(place);
    REQUIRE(contains(error, place.string() + (place == missing ? " does not exist" : " has no CIFAR-10 data")));
    REQUIRE(contains(error, (place / "cifar-10-batches-bin").string()));
    REQUIRE(contains(error, "data_batch_1.bin to data_batch_5.bin and test_batch.bin"));
    REQUIRE(contains(error, "scripts/get-cifar10"));
    REQUIRE(!contains(error, "\n"));
  }
}

TEST_CASE("a missing file is an error with its path") {
  for (const auto* name : {"data_batch_1.bin", "data_batch_4.bin", "test_batch.bin"}) {
    const temporary_folder folder;
    write_small_set(folder.path());
    fs::remove(folder.path() / name);
    REQUIRE(contains(error_of(folder.path()), (folder.path() / name).string() + " is missing"));
  }
}

TEST_CASE("a file that is no whole number of records is an error with its length") {
  const temporary_folder folder;
  write_small_set(folder.path());
  const auto path = folder.path() / "data_batch_2.bin";
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, record_bytes - 1, record_bytes + 1}) {
    write(path, std::string(length, '\0'));
    const auto error = error_of(folder.path());
    REQUIRE(contains(error, path.string() + ": found " + std::to_string(length) + " bytes"));
    REQUIRE(contains(error, "multiple of 3073"));
  }
}

TEST_CASE("a label above 9 is an error with its record") {
  const temporary_folder folder;
  write_small_set(folder.path());
  const auto path = folder.path() / "test_batch.bin";
  write(path, records({3, 9, 10, 1}));
  REQUIRE(contains(error_of(folder.path()), path.string() + ": record 2 (at byte 6146) has label 10"));
  write(path, records({-1}));
  REQUIRE(contains(error_of(folder.path()), path.string() + ": record 0 (at byte 0) has label 255"));
}

TEST_CASE("a folder in a file's place is an error with its path") {
  const temporary_folder folder;
  write_small_set(folder.path());
  const auto path = folder.path() / "data_batch_5.bin";
  fs::remove(path);
  fs::create_directory(path);
  REQUIRE(contains(error_of(folder.path()), "cannot read " + path.string()));
}

TEST_CASE("the official files have 5000 and 1000 pictures a class and the statistics that normalise them") {
  const auto* folder = std::getenv("PACELINE_CIFAR10");
  if (folder == nullptr) {
    WARN("skipped: PACELINE_CIFAR10 does not name the folder of the official files");
    return;
  }
  const auto data = load_cifar10(folder);
  const auto& train = in_memory(data->train);
  for (std::uint8_t label = 0; label < 10; ++label) {
    REQUIRE(std::count(train.labels.begin(), train.labels.end(), label) == 5000);
    REQUIRE(std::count(in_memory(data->test).labels.begin(), in_memory(data->test).labels.end(), label) == 1000);
  }
  std::array<double, 3> sums{};
  for (std::size_t i = 0; i < train.size(); ++i) {
    const auto picture = train.image(i);
    for (std::size_t byte = 0; byte < picture.size(); ++byte)
      sums[byte / 1024] += picture[byte];
  }
  for (std::size_t channel = 0; channel < 3; ++channel)
    REQUIRE(sums[channel] / (255.0 * 1024 * 50000) == Approx(train.mean[channel]).margin(1e-3));
}
