/// Random JSON objects, written in every way that JSON allows, and the same with a few bytes wrong.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/seeded.h"

namespace riposte {

class RecordMaker {
 public:
  explicit RecordMaker(Seeded& random) : random_(random) {}

  /// Valid JSON, but for keys that come twice now and then.
  std::string record();
  /// The record with some of its bytes changed, removed, doubled or cut off.
  std::string damaged(std::string record);

 private:
  std::string object(std::size_t depth);
  std::string array(std::size_t depth);
  std::string value(std::size_t depth);
  std::string string(std::string_view letters, std::size_t size_max);
  std::string letter(std::string_view letters);
  std::string escape();
  std::string number();
  std::string digits(std::size_t count_max);
  std::string blank();

  Seeded& random_;
  bool is_spaced_ = false;   ///< blanks around everything
  bool is_escaped_ = false;  ///< escapes everywhere
};

}  // namespace riposte
