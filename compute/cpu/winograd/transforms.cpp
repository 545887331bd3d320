#include "compute/cpu/winograd/transforms.hpp"

#include "compute/cpu/winograd/transform_bodies.hpp"
#include "compute/instruction_sets.hpp"

#include <cassert>
#include <vector>

namespace paceline::cpu::winograd {

namespace {

#define PACELINE_WINOGRAD_TRANSFORMS(variant, target, widest)                                                          \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void input_##variant(const geometry& g, const float* plane,                       \
                                                          const norm_scaling* scaling, const tile_rows& to) {          \
    if (scaling == nullptr)                                                                                            \
      input_body<widest, Outputs, Filter>(g, plane, as_it_is{}, to);                                                   \
    else                                                                                                               \
      input_body<widest, Outputs, Filter>(g, plane, *scaling, to);                                                     \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void input_adjoint_##variant(const geometry& g, const tile_rows& from,            \
                                                                  float* plane) {                                      \
    input_adjoint_body<widest, Outputs, Filter>(g, from, plane);                                                       \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void output_##variant(                                                            \
    const geometry& g, const tile_rows& from, const float* bias, bool rectify, float* plane, float* moments) {         \
    if (moments == nullptr)                                                                                            \
      output_body<widest, Outputs, Filter, false>(g, from, bias, rectify, plane, moments);                             \
    else                                                                                                               \
      output_body<widest, Outputs, Filter, true>(g, from, bias, rectify, plane, moments);                              \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void output_pooled_##variant(                                                     \
    const geometry& g, const tile_rows& from, const float* bias, bool rectify, const pooled_plane& plane) {            \
    output_pooled_body<widest, Outputs, Filter>(g, from, bias, rectify, plane);                                        \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void output_pooled_adjoint_##variant(                                             \
    const geometry& g, const pooled_plane& plane, const tile_rows& to) {                                               \
    output_pooled_adjoint_body<widest, Outputs, Filter>(g, plane, to);                                                 \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void output_adjoint_##variant(const geometry& g, const float* plane,              \
                                                                   const tile_rows& to) {                              \
    output_adjoint_body<widest, Outputs, Filter>(g, plane, as_it_is{}, to);                                            \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void output_adjoint_of_norm_##variant(                                            \
    const geometry& g, const float* values, const norm_derivation& norm, const tile_rows& to) {                        \
    output_adjoint_body<widest, Outputs, Filter>(g, values, norm, to);                                                 \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void filter_##variant(const float* filters, std::int64_t tap_stride,              \
                                                           std::int64_t count, const tile_rows& to) {                  \
    filter_body<widest, Outputs, Filter>(filters, tap_stride, count, to);                                              \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  target PACELINE_FUSED_MULTIPLY_ADD void filter_adjoint_##variant(const tile_rows& from, std::int64_t count,          \
                                                                   float* filters, std::int64_t tap_stride) {          \
    filter_adjoint_body<widest, Outputs, Filter>(from, count, filters, tap_stride);                                    \
  }                                                                                                                    \
  template <std::size_t Outputs, std::size_t Filter>                                                                   \
  constexpr transforms transforms_##variant{#variant,                                                                  \
                                            places<Outputs, Filter>,                                                   \
                                            input_##variant<Outputs, Filter>,                                          \
                                            input_adjoint_##variant<Outputs, Filter>,                                  \
                                            output_##variant<Outputs, Filter>,                                         \
                                            output_pooled_##variant<Outputs, Filter>,                                  \
                                            output_adjoint_##variant<Outputs, Filter>,                                 \
                                            output_adjoint_of_norm_##variant<Outputs, Filter>,                         \
                                            output_pooled_adjoint_##variant<Outputs, Filter>,                          \
                                            filter_##variant<Outputs, Filter>,                                         \
                                            filter_adjoint_##variant<Outputs, Filter>};

PACELINE_WINOGRAD_TRANSFORMS(portable, , 4)
#ifdef __x86_64__
PACELINE_WINOGRAD_TRANSFORMS(avx2, PACELINE_TARGET_AVX2_FMA, 8)
PACELINE_WINOGRAD_TRANSFORMS(avx512, PACELINE_TARGET_AVX512_FMA, 16)
#endif

template <std::size_t Outputs, std::size_t Filter>
std::vector<transforms> find_supported() {
#ifdef __x86_64__
  const transforms all[] = {transforms_portable<Outputs, Filter>, transforms_avx2<Outputs, Filter>,
                            transforms_avx512<Outputs, Filter>};
#else
  const transforms all[] = {transforms_portable<Outputs, Filter>};
#endif
  return runnable_variants(std::span<const transforms>(all), multiply_add::fused);
}

} // namespace

std::span<const transforms> supported_transforms(const tile_size& tile) {
  static const auto two_of_three = find_supported<2, 3>();
  static const auto four_of_three = find_supported<4, 3>();
  static const auto four_of_five = find_supported<4, 5>();
  assert(tile.filter == 3 || (tile.filter == 5 && tile.outputs == 4));
  return tile.filter == 5 ? four_of_five : tile.outputs == 4 ? four_of_three : two_of_three;
}

} // namespace paceline::cpu::winograd
