// A safetensors header is refused with a reason, or describes tensors that fill the data, also when it is written again. The
// input's first two bytes are the size of the data.
#include "cluster/checkpoint/safetensors_header.hpp"
#include "compute/errors.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using namespace paceline;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  const std::size_t data_bytes = data[0] + 256u * data[1];
  std::vector<tensor_entry> tensors;
  tensor_metadata metadata;
  try {
    parse_safetensors_header(as_text(data + 2, size - 2), data_bytes, tensors, metadata);
  } catch (const invalid_input&) {
    return 0;
  }
  std::size_t end = 0;
  for (const auto& tensor : tensors) {
    promise(tensor.offset == end, "tensors lie end to end");
    end += tensor.size_bytes;
  }
  promise(end == data_bytes, "tensors fill the data");
  std::vector<tensor_entry> again;
  tensor_metadata metadata_again;
  parse_safetensors_header(format_safetensors_header(tensors, metadata), data_bytes, again, metadata_again);
  promise(again.size() == tensors.size(), "a header is the same when written again");
  promise(metadata_again == metadata, "metadata is the same when written again");
  return 0;
}
