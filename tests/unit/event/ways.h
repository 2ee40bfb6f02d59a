/// Random documents and ways into them, of the same few keys, so that most ways lead somewhere and many of
/// them twice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rules/event/field_lookup.h"
#include "rules/event/path_table.h"
#include "tests/support/seeded.h"

namespace riposte {

inline std::string written(const FieldValues& values) {
  std::string text =
      fmt::format("{}{}", values.present ? "there" : "missing", values.container ? " container" : "");
  for (const Scalar& scalar : values.scalars)
    text += fmt::format(" {}:{}", scalar.value.index(), scalar.text());
  return text;
}

class Ways {
 public:
  explicit Ways(std::uint64_t seed) : random_(seed) {}

  std::string document() { return object(0); }

  std::string path() {
    if (random_.one_in(20)) return long_path();
    std::string made(random_.one_of(kKeys));
    while (random_.below(5) < 3) made += "." + std::string(random_.one_of(kKeys));
    return made;
  }

  FieldWay way() {
    FieldWay made = plain_way(path());
    if (random_.one_in(4)) made.container = std::exchange(made.path, std::string(random_.one_of(kNames)));
    if (random_.one_in(8)) made.join = {path(), path()};
    if (random_.one_in(8)) made.when.push_back(test());
    if (random_.one_in(8)) made.cuts.push_back({Cut::Kind::after, "1"});
    if (random_.one_in(8)) made.form = ValueForm::integer;
    if (random_.one_in(8)) made.first.push_back({std::string(random_.one_of(kKeys)), {test()}});
    return made;
  }

  FieldLookup lookup() {
    FieldLookup made;
    for (std::size_t ways = random_.between(1, 3); ways > 0; --ways)
      made.ways.push_back(random_.one_in(3) ? way() : plain_way(path()));
    if (random_.one_in(3)) made.nothing = {"v1"};
    return made;
  }

  FieldTest test() {
    FieldTest made;
    made.kind = random_.one_of(
        std::array{FieldTest::Kind::one_of, FieldTest::Kind::present, FieldTest::Kind::absent});
    made.name = path();
    made.values = {"v0", "1"};
    return made;
  }

  Seeded& random() { return random_; }
  std::string_view key() { return random_.one_of(kKeys); }
  std::string_view unspaced_name() { return random_.one_of(kNames); }

 private:
  static constexpr std::size_t kDepthMax = 4;
  static constexpr std::array<std::string_view, 12> kKeys{"a",  "b",  "",    "a.b", "b.a", "a.",
                                                          ".a", "..", "a b", " a",  "ab",  "a.b.a"};
  /// Without blanks: what is asked for is a name of Sigma's.
  static constexpr std::array<std::string_view, 4> kNames{"a", "ab", "b", "a.b"};

  std::string long_path() {
    std::string made = "a";
    const std::size_t keys = random_.between(PathTable::kKeysMax - 1, PathTable::kKeysMax + 2);
    for (std::size_t key = 1; key < keys; ++key) made += ".a";
    return made;
  }

  /// A chain that long paths lead down.
  std::string chain() {
    const std::size_t keys = random_.between(PathTable::kKeysMax - 2, PathTable::kKeysMax + 2);
    std::string made;
    for (std::size_t i = 0; i < keys; ++i) made += R"({"a":)";
    return made + "1" + std::string(keys, '}');
  }

  std::string object(std::size_t depth) {
    if (random_.one_in(15)) return chain();
    std::set<std::string_view> keys;
    for (std::size_t count = random_.below(6); count > 0; --count) keys.insert(random_.one_of(kKeys));
    std::vector<std::string_view> order(keys.begin(), keys.end());
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    std::string made;
    for (const std::string_view key : order)
      made += fmt::format(R"({}"{}":{})", made.empty() ? "" : ",", key, value(depth + 1));
    return "{" + made + "}";
  }

  std::string array(std::size_t depth) {
    std::string made;
    for (std::size_t count = random_.below(4); count > 0; --count)
      made += (made.empty() ? "" : ",") + value(depth + 1);
    return "[" + made + "]";
  }

  std::string value(std::size_t depth) {
    const std::size_t kind = random_.below(10);
    if (kind > 5 && depth < kDepthMax) return object(depth);
    if (kind > 3 && depth < kDepthMax) return array(depth);
    if (kind == 3) return "null";
    return kind == 2 ? std::to_string(random_.below(3)) : fmt::format(R"("v{}")", random_.below(3));
  }

  Seeded random_;
};

}  // namespace riposte
