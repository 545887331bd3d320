#include "compute/data/image_folder.hpp"

#include "compute/data/batch_loader.hpp"
#include "compute/errors.hpp"
#include "tests/catch.hpp"
#include "tests/compute/data/jpeg_files.hpp"
#include "tests/temporary_folder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

using namespace paceline;

namespace {

namespace fs = std::filesystem;

constexpr augmentation small_cut{.crop = 8, .resize = 10};

void write_picture(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  fs::create_directories(path.parent_path());
  write_contents(path, as_text(bytes));
}

// Two classes, red and blue, of so many pictures for training, whose green tells which one it is, and two for tests each.
void write_tree(const fs::path& folder, int pictures) {
  for (const auto& [name, red, blue] : {std::tuple{"blue", 0, 200}, std::tuple{"red", 200, 0}}) {
    for (int i = 0; i < pictures; ++i)
      write_picture(folder / "train" / name / (std::to_string(1000 + i) + ".jpg"),
                    plain_jpeg({12 + i, 20}, static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(10 * i),
                               static_cast<std::uint8_t>(blue)));
    for (int i = 0; i < 2; ++i)
      write_picture(folder / "test" / name / (std::to_string(i) + ".jpg"),
                    plain_jpeg({20, 30}, static_cast<std::uint8_t>(red), 100, static_cast<std::uint8_t>(blue)));
  }
}

std::vector<float> training_input(const picture_set& pictures, std::size_t index, std::uint64_t seed) {
  std::vector<float> out(3 * 8 * 8);
  pictures.prepare_for_training(index, small_cut, seed, out);
  return out;
}

// The pixel, 0 to 255, that was normalised to the middle value of that colour's plane.
double middle_pixel(const std::vector<float>& input, std::size_t colour) {
  constexpr std::array<double, 3> mean = {0.485, 0.456, 0.406};
  constexpr std::array<double, 3> stddev = {0.229, 0.224, 0.225};
  return 255 * (static_cast<double>(input[colour * 64 + 36]) * stddev[colour] + mean[colour]);
}

std::string error_of_folder(const fs::path& folder) {
  try {
    open_image_folder({.folder = folder});
  } catch (const invalid_input& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::vector<float>> batches(const batch_loader_settings& settings, std::uint64_t steps) {
  batch_loader loader(settings);
  std::vector<std::vector<float>> result;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const auto batch = loader.get(step);
    result.emplace_back(batch.images.begin(), batch.images.end());
    result.emplace_back(batch.labels.begin(), batch.labels.end());
  }
  return result;
}

} // namespace

TEST_CASE("a tree of pictures becomes a data set with a class for each folder") {
  const temporary_folder folder;
  write_tree(folder.path(), 5);
  const auto data = open_image_folder({.folder = folder.path()});
  REQUIRE(data->name == "image_folder");
  REQUIRE(data->class_names == std::vector<std::string>{"blue", "red"});
  REQUIRE(data->train->size() == 10);
  REQUIRE(data->test->size() == 4);
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(data->train->label(i) == (i < 5 ? 0 : 1));
    const auto input = training_input(*data->train, i, 3);
    REQUIRE(middle_pixel(input, 0) == Approx(i < 5 ? 0 : 200).margin(4));
    REQUIRE(middle_pixel(input, 1) == Approx(static_cast<double>(10 * (i % 5))).margin(4));
    REQUIRE(middle_pixel(input, 2) == Approx(i < 5 ? 200 : 0).margin(4));
  }
  std::vector<float> input(3 * 8 * 8);
  REQUIRE(data->test->prepare_for_test(3, small_cut, input));
  REQUIRE(middle_pixel(input, 0) == Approx(200).margin(4));
  REQUIRE(data->train->unreadable().count == 0);
}

TEST_CASE("val is tested on where it is there, beside a test folder without classes say") {
  const temporary_folder folder;
  write_tree(folder.path(), 2);
  fs::rename(folder / "test", folder / "val");
  write_picture(folder / "test" / "1.jpg", plain_jpeg({20, 20}, 1, 2, 3));
  REQUIRE(open_image_folder({.folder = folder.path()})->test->size() == 4);
}

TEST_CASE("the part that is shown is decided by the seed, and half of the pictures are mirrored") {
  const temporary_folder folder;
  write_tree(folder.path(), 1);
  // Dark on the left, bright on the right.
  std::vector<std::uint8_t> ramp;
  for (int i = 0; i < 40 * 40; ++i)
    ramp.insert(ramp.end(), 3, static_cast<std::uint8_t>(i % 40 * 6));
  write_picture(folder / "train" / "red" / "1000.jpg", jpeg_of({40, 40}, ramp));
  const auto data = open_image_folder({.folder = folder.path()});
  const auto& train = *data->train;
  int mirrored = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto input = training_input(train, 1, seed);
    REQUIRE(input == training_input(train, 1, seed));
    REQUIRE(input != training_input(train, 1, seed + 1));
    mirrored += input[0] > input[7] ? 1 : 0;
  }
  REQUIRE(mirrored == Approx(100).margin(30));
  auto plain = small_cut;
  plain.flip = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<float> input(3 * 8 * 8);
    train.prepare_for_training(1, plain, seed, input);
    REQUIRE(input[0] < input[7]);
  }
}

TEST_CASE("batches are the same to the bit however many threads decode them and wherever they begin") {
  const temporary_folder folder;
  write_tree(folder.path(), 9);
  write_contents(folder / "train" / "red" / "1003.jpg", "no picture");
  batch_loader_settings settings{.data = open_image_folder({.folder = folder.path()}),
                                 .part = {.total = 18, .count = 2, .index = 1, .seed = 4},
                                 .how = small_cut,
                                 .batch_size = 4,
                                 .seed = 9};
  const auto expected = batches(settings, 12);
  for (const std::size_t decoders : {2u, 3u, 8u}) {
    // Opened again, so that it does not know yet what cannot be read.
    settings.data = open_image_folder({.folder = folder.path()});
    settings.decoders = decoders;
    REQUIRE(batches(settings, 12) == expected);
    batch_loader resumed(settings);
    const auto seventh = resumed.get(7);
    REQUIRE(std::equal(seventh.images.begin(), seventh.images.end(), expected[14].begin(), expected[14].end()));
  }
}

TEST_CASE("a file that is no picture is passed over: the next of its class stands in its place, and it is told once") {
  const temporary_folder folder;
  write_tree(folder.path(), 4);
  const auto red = folder / "train" / "red";
  const auto whole = contents_of(red / "1001.jpg");
  write_contents(red / "1001.jpg", whole.substr(0, whole.size() / 2));
  write_contents(red / "1003.jpg", "");
  const auto data = open_image_folder({.folder = folder.path()});
  const auto& train = *data->train;
  std::vector<float> out(3 * 8 * 8);
  for (int again = 0; again < 3; ++again) {
    // The class begins at 4.
    REQUIRE(train.prepare_for_training(4, small_cut, 1, out));
    REQUIRE_FALSE(train.prepare_for_training(5, small_cut, 1, out));
    REQUIRE(out == training_input(train, 6, 1));
    REQUIRE_FALSE(train.prepare_for_training(7, small_cut, 1, out));
    REQUIRE(out == training_input(train, 4, 1));
  }
  const auto found = train.unreadable();
  REQUIRE(found.count == 2);
  REQUIRE(found.first.size() == 2);
  REQUIRE(found.first[0].starts_with((red / "1001.jpg").string() + ": "));
  REQUIRE(found.first[1] == (red / "1003.jpg").string() + ": the file is empty");

  fs::remove(folder / "test" / "blue" / "1.jpg");
  write_contents(folder / "test" / "blue" / "1.jpg", "x");
  REQUIRE_FALSE(data->test->prepare_for_test(1, small_cut, out));
  REQUIRE(data->test->unreadable().count == 1);
}

TEST_CASE("places that another picture took are counted") {
  const temporary_folder folder;
  write_tree(folder.path(), 4);
  write_contents(folder / "train" / "red" / "1001.jpg", "no picture");
  batch_loader loader({.data = open_image_folder({.folder = folder.path()}),
                       .part = {.total = 8},
                       .how = small_cut,
                       .batch_size = 8,
                       .ahead = 1});
  loader.get(0);
  loader.get(1);
  loader.get(2);
  // One each epoch, and perhaps that of the batch ahead.
  REQUIRE(loader.replaced() >= 3);
  REQUIRE(loader.replaced() <= 4);
}

TEST_CASE("a strict set refuses what it would have passed over, with its path") {
  const temporary_folder folder;
  write_tree(folder.path(), 2);
  const auto broken = folder / "train" / "red" / "1001.jpg";
  write_contents(broken, "no picture");
  const auto data = open_image_folder({.folder = folder.path(), .strict = true});
  std::vector<float> out(3 * 8 * 8);
  REQUIRE(data->train->prepare_for_training(2, small_cut, 1, out));
  REQUIRE_THROWS_WITH(data->train->prepare_for_training(3, small_cut, 1, out),
                      broken.string() + ": no JPEG file: it does not begin with the bytes ff d8");
  REQUIRE_THROWS_AS(data->train->prepare_for_training(3, small_cut, 1, out), unreadable_picture);
}

TEST_CASE("a class of which nothing can be read is an error") {
  const temporary_folder folder;
  write_tree(folder.path(), 2);
  const auto red = folder / "train" / "red";
  for (const auto* name : {"1000.jpg", "1001.jpg"})
    write_contents(red / name, "no picture");
  const auto data = open_image_folder({.folder = folder.path()});
  std::vector<float> out(3 * 8 * 8);
  REQUIRE_THROWS_WITH(data->train->prepare_for_training(2, small_cut, 1, out),
                      red.string() + ": none of its 2 pictures can be read");
  REQUIRE_THROWS_AS(data->train->prepare_for_training(2, small_cut, 1, out), unreadable_picture);
}

TEST_CASE("a folder without the parts of a data set is an error of one line") {
  const temporary_folder folder;
  const auto set = folder / "set";
  REQUIRE(error_of_folder(set)
          == set.string()
               + " does not exist: needed is a folder with train/CLASS/*.jpg, and val/CLASS/*.jpg or test/CLASS/*.jpg");
  fs::create_directory(set);
  REQUIRE(
    error_of_folder(set).starts_with((set / "train").string() + " does not exist: needed is a folder for each class"));
  write_tree(set, 1);
  fs::rename(set / "test", set / "tests");
  REQUIRE(error_of_folder(set)
          == set.string()
               + " has no pictures to test on: needed is a folder val or test, with a folder for each class");
}

TEST_CASE("classes that are not the same in training and tests are named") {
  const temporary_folder folder;
  write_tree(folder.path(), 1);
  const auto train = (folder / "train").string();
  const auto test = folder / "test";
  fs::rename(test / "red", test / "green");
  REQUIRE(error_of_folder(folder.path())
          == (test / "green").string() + ": there is no class green in " + train + ", allowed are its 2 classes");
  write_picture(test / "red" / "1.jpg", plain_jpeg({9, 9}, 1, 2, 3));
  fs::rename(test / "green", folder / "train" / "green");
  REQUIRE(error_of_folder(folder.path())
          == test.string() + ": has no class green, needed are all 3 classes of " + train);
}

TEST_CASE("a crop larger than what the tests' pictures are scaled to is refused") {
  const temporary_folder folder;
  write_tree(folder.path(), 1);
  const auto data = open_image_folder({.folder = folder.path()});
  REQUIRE_THROWS_WITH(data->train->require_fit({.crop = 9, .resize = 8}),
                      "a crop of 9 does not fit pictures whose shorter side is 8: allowed are 1 to 8");
  REQUIRE_NOTHROW(data->train->require_fit({.crop = 224}));
  REQUIRE(augmentation{.crop = 224}.test_side() == 256);
  REQUIRE(augmentation{.crop = 28}.test_side() == 32);
}
