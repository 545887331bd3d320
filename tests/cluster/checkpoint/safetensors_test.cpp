#include "cluster/checkpoint/safetensors.hpp"

#include "cluster/files/io_failure.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/cluster/files/small_disk.hpp"
#include "tests/repository.hpp"
#include "tests/skip.hpp"
#include "tests/temporary_folder.hpp"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#include <sys/wait.h>

using namespace paceline;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The same tensors as in safetensors_check.py.
struct example {
  std::vector<float> weight = std::vector<float>(24);
  std::vector<float> bias{-0.0f, std::numeric_limits<float>::denorm_min()};
  std::vector<double> losses{0.1, std::numeric_limits<double>::infinity()};
  std::vector<std::int64_t> counts{-1, std::int64_t{1} << 62};
  std::vector<float> empty;
  std::vector<float> scalar{2.5f};
  tensor_metadata metadata{{"format", "paceline"}, {"model", "{\"name\": \"größer\"}"}};

  example() {
    for (std::size_t i = 0; i < weight.size(); ++i)
      weight[i] = static_cast<float>(i) / 8;
  }

  void write(const std::filesystem::path& path) const {
    const std::vector<tensor_view> tensors{{"conv1.weight", {2, 3, 4}, weight},
                                           {"conv1.bias", {2}, bias},
                                           {"losses", {2}, losses},
                                           {"counts", {2}, counts},
                                           {"empty", {0, 3}, empty},
                                           {"scalar", {}, scalar}};
    write_safetensors(path, tensors, metadata);
  }

  void require_equal(const std::filesystem::path& path) const {
    const safetensors_file file(path);
    REQUIRE(file.metadata() == metadata);
    REQUIRE(file.tensors().size() == 6);
    require_equal(file, "conv1.weight", {2, 3, 4}, weight);
    require_equal(file, "conv1.bias", {2}, bias);
    require_equal(file, "losses", {2}, losses);
    require_equal(file, "counts", {2}, counts);
    require_equal(file, "empty", {0, 3}, empty);
    require_equal(file, "scalar", {}, scalar);
  }

 private:
  template <class T>
  static void require_equal(const safetensors_file& file, const char* name, const std::vector<std::int64_t>& shape,
                            const std::vector<T>& values) {
    INFO(name);
    const auto* tensor = file.find(name);
    REQUIRE(tensor != nullptr);
    REQUIRE(tensor->shape == shape);
    REQUIRE(tensor->elements() == values.size());
    std::vector<T> found(values.size());
    file.read(*tensor, found);
    REQUIRE((values.empty() || std::memcmp(found.data(), values.data(), tensor->size_bytes) == 0));
  }
};

enum class python_result { fine, failed, not_installed };

python_result python(const std::string& action, const std::filesystem::path& file) {
  const auto command = "python3 '" + (testing::repository() / "tests/cluster/checkpoint/safetensors_check.py").string()
                       + "' " + action + " '" + file.string() + "'";
  const int status = std::system(command.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return python_result::fine;
  // 127: the shell found no python3.
  if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 127))
    return python_result::not_installed;
  return python_result::failed;
}

std::string file_with_header(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

/// Why a file of these bytes is refused.
std::string refusal(const std::string& bytes) {
  const temporary_folder folder;
  const auto path = folder / "x.safetensors";
  write_contents(path, bytes);
  try {
    const safetensors_file file(path);
  } catch (const invalid_input& error) {
    const std::string what = error.what();
    const auto prefix = path.string() + ": not a sound safetensors file: ";
    REQUIRE_THAT(what, Catch::Matchers::StartsWith(prefix));
    REQUIRE(what.find('\n') == what.npos);
    return what.substr(prefix.size());
  }
  return "none";
}

} // namespace

TEST_CASE("tensors and metadata come back from a safetensors file to the bit") {
  const temporary_folder folder;
  const example tensors;
  tensors.write(folder / "a.safetensors");
  tensors.require_equal(folder / "a.safetensors");
}

TEST_CASE("every tensor of a written file is aligned to its elements") {
  const temporary_folder folder;
  const std::vector<float> odd(3, 1.0f);
  const std::vector<double> losses(2, 1.0);
  const std::vector<tensor_view> tensors{{"odd", {3}, odd}, {"losses", {2}, losses}};
  write_safetensors(folder / "a", tensors, {});
  const safetensors_file file(folder / "a");
  REQUIRE(file.tensors().size() == 2);
  for (const auto& tensor : file.tensors())
    REQUIRE(tensor.offset % element_bytes(tensor.type) == 0);
}

TEST_CASE("Python's safetensors reads the files written here") {
  const temporary_folder folder;
  example().write(folder / "ours.safetensors");
  const auto result = python("verify", folder / "ours.safetensors");
  if (result == python_result::not_installed) {
    skip_test("python3 with safetensors and numpy is not installed");
    return;
  }
  REQUIRE(result == python_result::fine);
}

TEST_CASE("files written by Python's safetensors are read here") {
  const temporary_folder folder;
  const auto result = python("write", folder / "theirs.safetensors");
  if (result == python_result::not_installed) {
    skip_test("python3 with safetensors and numpy is not installed");
    return;
  }
  REQUIRE(result == python_result::fine);
  example().require_equal(folder / "theirs.safetensors");
}

TEST_CASE("a safetensors file cut anywhere is refused") {
  const temporary_folder folder;
  example().write(folder / "whole");
  const auto whole = contents_of(folder / "whole");
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    INFO(length);
    REQUIRE_THAT(refusal(whole.substr(0, length)), ContainsSubstring("cut short") || ContainsSubstring("at least 8"));
  }
  REQUIRE_THAT(refusal(whole + "x"), ContainsSubstring("1 bytes lie behind its last tensor"));
}

TEST_CASE("a header length that no file has is refused before memory is taken for it") {
  REQUIRE_THAT(refusal(std::string(8, '\xff')), ContainsSubstring("at most 100000000 are allowed"));
  REQUIRE_THAT(refusal(std::string("\xff\xff\xff\0\0\0\0\0{}", 10)),
               ContainsSubstring("cut short: its header has 16777215 bytes"));
}

TEST_CASE("a damaged safetensors header is refused with what is wrong in it") {
  const std::string four(4, '\0');
  const std::string eight(8, '\0');
  const auto [header, data, reason] = GENERATE_COPY(table<std::string, std::string, std::string>({
    {R"({"a")", "", "not JSON at byte"},
    {R"({"a":1e999})", "", "a number that no double holds"},
    {R"([])", "", "not a JSON object"},
    {R"({"a":[[[[[1]]]]]})", "", "nested too deeply"},
    {R"({"a":1})", "", "\"a\" is not described by an object"},
    {R"({"__metadata__":{"a":1}})", "", "not an object of strings"},
    {R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", four, "dtype \"F16\", allowed are F32, F64 and I64"},
    {R"({"a":{"shape":[1],"data_offsets":[0,4]}})", four, "dtype null"},
    {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", four, "shape [-1]"},
    {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", four, "shape [1.0]"},
    {R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", four, "shape null"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", four, "data_offsets [4,0]"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", four, "data_offsets [0]"},
    {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four, "4 bytes, which is not its shape [2] of F32"},
    {R"({"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}})", four, "which is not its shape"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
     eight, "names \"a\" twice"},
    {R"({"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}})", four, "names \"shape\" twice"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
     four, "begins at byte 0 of the data, the one before it ends at 4"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", eight, "begins at byte 4"},
    {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", eight, "4 bytes lie behind"},
    {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", four,
     "cut short: its tensors have 8 bytes, 4 are there"},
  }));
  REQUIRE_THAT(refusal(file_with_header(header, data)), ContainsSubstring(reason));
}

TEST_CASE("objects of one header may use the same keys") {
  const temporary_folder folder;
  write_contents(folder / "x", file_with_header(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                                R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                                                std::string(8, '\0')));
  REQUIRE(safetensors_file(folder / "x").tensors().size() == 2);
}

TEST_CASE("a missing safetensors file is an error with its path") {
  REQUIRE_THROWS_WITH(safetensors_file("/nowhere/a.safetensors"),
                      "/nowhere/a.safetensors: cannot open: No such file or directory");
}
