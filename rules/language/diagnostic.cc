#include "rules/language/diagnostic.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace riposte {

std::string text_of(const Location& location) {
  return fmt::format("{}:{}:{}", location.file, location.line, location.column);
}

std::string Diagnostic::text() const {
  return fmt::format("{}: {}: {}", text_of(location), kind == Kind::error ? "error" : "warning", message);
}

std::vector<Diagnostic> Diagnostics::take() {
  std::ranges::stable_sort(all_, {}, [](const Diagnostic& diagnostic) {
    return std::tuple(diagnostic.location.line, diagnostic.location.column);
  });
  errors_ = 0;
  return std::move(all_);
}

void Diagnostics::add(int line, int column, Diagnostic::Kind kind, std::string message) {
  if (kind == Diagnostic::Kind::error) ++errors_;
  all_.push_back({{file_, line, column}, kind, std::move(message)});
}

}  // namespace riposte
