/// A text with wildcards, ready to be held against values.
///
/// What stands between two `*` is searched for by its longest plain text, so that a match takes about as long
/// as a search for each of those. Threads: any; immutable.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/language/rule.h"
#include "rules/matching/literal_pattern.h"

namespace riposte {

class GlobMatcher {
 public:
  /// Its texts are folded unless `cased`.
  GlobMatcher(const Glob& glob, bool cased);

  bool is_cased() const { return cased_; }
  /// When it is one text with a single dash or none in it: each text that it stands for. Else none.
  std::vector<LiteralPattern> literals() const;
  /// `text`: valid UTF-8, folded unless the glob is cased. Linear in the text.
  bool matches(std::string_view text) const;

 private:
  /// Pieces other than any_string.
  struct Segment {
    Glob pieces;
    std::size_t longest = 0;  ///< the piece with the most text; pieces.size(): none has any
  };

  /// Where the pieces end that begin at `at`, or where they begin that end there.
  static std::optional<std::size_t> forward(const Segment& segment, std::size_t piece, std::string_view text,
                                            std::size_t at);
  static std::optional<std::size_t> backward(const Segment& segment, std::size_t pieces,
                                             std::string_view text, std::size_t at);
  /// Where the segment's first occurrence from `at` on ends.
  static std::optional<std::size_t> find(const Segment& segment, std::string_view text, std::size_t at);

  bool cased_;
  bool is_open_front_ = false;  ///< begins with `*`
  bool is_open_back_ = false;
  std::vector<Segment> segments_;
};

}  // namespace riposte
