#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace paceline {

// The part of CBOR (RFC 8949) that control messages use, with nlohmann's json as the document: whole numbers, doubles, texts,
// truth values, null, lists and objects, all of definite length; nothing is tagged. Any CBOR library reads it.
//
// nlohmann's own writer turns every NaN into one; its reader goes as deep as a peer likes (100,000 bytes 0x7F overflow the
// stack) and keeps the later one of two equal keys. Hence these.

/// A document as CBOR. Floating-point numbers take nine bytes and keep their bits; texts are made one line of UTF-8.
/// Requires: no binary values.
std::vector<std::byte> write_cbor(const nlohmann::json& document);

/// Reads one document from a peer that may send anything.
/// Throws invalid_input with the bare reason: cut short, bytes behind its end, a kind of value that is not used here, a text
/// that is not one line of UTF-8, a key given twice, nested more than eight levels deep.
nlohmann::json read_cbor(std::span<const std::byte> bytes);

} // namespace paceline
