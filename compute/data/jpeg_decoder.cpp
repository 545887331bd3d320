#include "compute/data/jpeg_decoder.hpp"

#include <cassert>
#include <new>
#include <string>
#include <string_view>

#include <turbojpeg.h>

namespace paceline {

namespace {

// a x b / 255, rounded, as Pillow does it.
unsigned share_of(unsigned a, unsigned b) {
  const auto product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

[[noreturn]] void throw_damaged(tjhandle handle) {
  throw damaged_picture(tjGetErrorStr2(handle));
}

} // namespace

void jpeg_decoder::release::operator()(void* handle) const noexcept {
  tjDestroy(handle);
}

jpeg_decoder::jpeg_decoder(std::int64_t limit) : handle_(tjInitDecompress()), limit_(limit) {
  if (handle_ == nullptr)
    throw std::bad_alloc();
}

jpeg_decoder::~jpeg_decoder() = default;
jpeg_decoder::jpeg_decoder(jpeg_decoder&&) noexcept = default;
jpeg_decoder& jpeg_decoder::operator=(jpeg_decoder&&) noexcept = default;

picture_extent jpeg_decoder::open(std::span<const std::uint8_t> file) {
  file_ = file;
  if (file.empty())
    throw damaged_picture("the file is empty");
  if (file.size() < 2 || file[0] != 0xff || file[1] != 0xd8)
    throw damaged_picture("no JPEG file: it does not begin with the bytes ff d8");
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(handle_.get(), file.data(), file.size(), &width, &height, &subsampling, &colours) != 0
      && tjGetErrorCode(handle_.get()) == TJERR_FATAL)
    throw_damaged(handle_.get());
  // To TurboJPEG a file that ends within its header is one of tables alone, and nothing is wrong with it.
  if (width < 1 || height < 1)
    throw damaged_picture("the file ends before its picture begins");
  if (std::int64_t{width} * height > limit_)
    throw damaged_picture("found " + std::to_string(height) + "x" + std::to_string(width) + " pixels, allowed are "
                          + std::to_string(limit_) + " in all");
  has_inks_ = colours == TJCS_CMYK || colours == TJCS_YCCK;
  extent_ = {height, width};
  return extent_;
}

rgb_view jpeg_decoder::decode(int divisor) {
  assert(divisor == 1 || divisor == 2 || divisor == 4 || divisor == 8);
  const tjscalingfactor scaling{1, divisor};
  const int height = TJSCALED(static_cast<int>(extent_.height), scaling);
  const int width = TJSCALED(static_cast<int>(extent_.width), scaling);
  const auto pixels = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  auto& into = has_inks_ ? inks_ : pixels_;
  into.resize(pixels * (has_inks_ ? 4 : 3));
  if (tjDecompress2(handle_.get(), file_.data(), file_.size(), into.data(), width, 0, height,
                    has_inks_ ? TJPF_CMYK : TJPF_RGB, TJFLAG_LIMITSCANS)
        != 0
      && (tjGetErrorCode(handle_.get()) == TJERR_FATAL
          || std::string_view(tjGetErrorStr2(handle_.get())).find("extraneous bytes") == std::string_view::npos))
    throw_damaged(handle_.get());
  const picture_extent extent{height, width};
  if (has_inks_)
    decode_inks(extent);
  return {extent, pixels_};
}

// Files with inks hold how much of the paper shows, 255 for no ink.
void jpeg_decoder::decode_inks(picture_extent extent) {
  pixels_.resize(static_cast<std::size_t>(3 * extent.height * extent.width));
  const auto* ink = inks_.data();
  for (std::size_t i = 0; i < pixels_.size(); i += 3, ink += 4)
    for (std::size_t c = 0; c < 3; ++c)
      pixels_[i + c] = static_cast<std::uint8_t>(ink[3] - share_of(255u - ink[c], ink[3]));
}

} // namespace paceline
