#include "rules/event/structure.h"

namespace riposte {

bool Structure::reserve(std::size_t bytes, std::size_t depth) {
  const simdjson::error_code error =
      stages_
          ? stages_->allocate(bytes, depth)
          : simdjson::get_active_implementation()->create_dom_parser_implementation(bytes, depth, stages_);
  return error == simdjson::SUCCESS;
}

simdjson::error_code Structure::read(const char* padded, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(padded);
  return stages_->stage1(bytes, size, simdjson::stage1_mode::regular);
}

simdjson::error_code Structure::judge() {
  if (judged_.capacity() < stages_->capacity())
    if (const simdjson::error_code error = judged_.allocate(stages_->capacity())) return error;
  return stages_->stage2(judged_);
}

}  // namespace riposte
