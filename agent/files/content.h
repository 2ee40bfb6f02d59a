/// What is in a file, encoded so that nothing runs it and no scanner wakes to it, and back again.
///
/// Layout:  the parts of the file that hold data, one behind the other, each ChaCha20 with the key and the
/// part's
///          number as nonce. Holes are not stored.
/// Limits:  the key lies in the sidecar beside it: this hides content, it does not keep it secret.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/descriptor.h"
#include "engine/base/error.h"

namespace riposte::files {

/// A file with more parts is taken as data from there on: a list of them has to fit into a sidecar.
inline constexpr std::size_t kExtentsMax = 4096;

using Key = std::array<unsigned char, 32>;
Key new_key();

struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  bool operator==(const Extent&) const = default;
};

struct Content {
  std::uint64_t size = 0;       ///< holes included
  std::vector<Extent> extents;  ///< the data, ascending
  std::string sha256;           ///< of the whole, holes read as zeros; hexadecimal
  bool operator==(const Content&) const = default;
};

/// Appends to `object`. Errors: conflict (the file became shorter meanwhile), unavailable (no space, I/O).
Result<Content> encode(const Descriptor& plain, std::uint64_t size, const Key& key, const Descriptor& object);

/// What decoded bytes are given to, with their place in the file.
using Sink = std::function<Result<void>(std::span<const unsigned char>, std::uint64_t offset)>;
/// Errors: corrupt (the object is no such content), unavailable, and those of the sink.
Result<void> decode(const Descriptor& object, const Content& content, const Key& key, const Sink& sink);

/// Of the first `size` bytes. Errors: as encode().
Result<std::string> sha256_of(const Descriptor& plain, std::uint64_t size);

/// Errors: unavailable.
Result<void> write_at(const Descriptor& file, std::span<const unsigned char> bytes, std::uint64_t offset);

}  // namespace riposte::files
