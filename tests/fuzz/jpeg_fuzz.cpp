// A file that is named as a picture is refused with a reason, or decoded and scaled at each size.
#include "compute/data/jpeg_decoder.hpp"
#include "compute/data/resized_crop.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <vector>

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Below the limit of runs, so that an input takes no seconds.
  jpeg_decoder decoder(1 << 18);
  resampler scaling;
  std::vector<std::uint8_t> square(3 * 8 * 8);
  try {
    for (const int divisor : {1, 2, 4, 8}) {
      const auto extent = decoder.open({data, size});
      promise(extent.height >= 1 && extent.width >= 1, "a picture that can be opened is not empty");
      const auto picture = decoder.decode(divisor);
      promise(picture.extent.height == (extent.height + divisor - 1) / divisor
                && picture.extent.width == (extent.width + divisor - 1) / divisor,
              "a picture has the size that its header says");
      promise(picture.bytes.size() == static_cast<std::size_t>(3 * picture.extent.height * picture.extent.width),
              "a picture has all of its pixels");
      scaling.write(picture, divided(middle_of(extent, 9, 8), divisor, picture.extent), square);
      counter_random random(size);
      scaling.write(picture, divided(whole_box(random_box(extent, 0.08, random), 8), divisor, picture.extent), square);
    }
  } catch (const damaged_picture&) {
  }
  return 0;
}
