/// Where a record's strings, scalars and punctuation begin: simdjson's first stage, which also refuses what
/// is not UTF-8, strings that are not closed and control characters in them.
///
/// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <simdjson.h>

namespace riposte {

class Structure {
 public:
  /// False when there is no memory for records of so many bytes.
  bool reserve(std::size_t bytes, std::size_t depth);
  /// `padded`: SIMDJSON_PADDING more bytes can be read, and are 0.
  simdjson::error_code read(const char* padded, std::size_t size);

  /// In rising order. The one behind the last points behind the record.
  const std::uint32_t* places() const { return stages_->structural_indexes.get(); }
  std::uint32_t size() const { return stages_->n_structural_indexes; }

  /// What simdjson's second stage says of the record that was read, which must still be as it was then.
  simdjson::error_code judge();

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages_;
  simdjson::dom::document judged_;
};

}  // namespace riposte
