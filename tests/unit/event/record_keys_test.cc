#include <string>

#include "tests/unit/event/record_agreement.h"

namespace riposte {
namespace {

class RecordKeys : public RecordAgreement {};

TEST_F(RecordKeys, SeesKeysThatReadTheSame) {
  for (const std::string_view text :
       {R"({"a":1,"a":2})", R"({"a":1,"\u0061":2})", R"({"\u0061":1,"a":2})", R"({"\u0061":1,"\u0061":2})",
        R"({"\n":1,"\u000a":2})", R"({"a\\b":1,"a\u005cb":2})", R"({"":1,"":2})", R"({"a":{"b":1,"b":2}})",
        R"({"a":[{"b":1,"b":2}]})", R"({"a":1,"b":{"a":1},"a":2})"}) {
    agree(text);
    EXPECT_EQ(oracle_.read(text).reason, "duplicate_key") << text;
  }
  const int refused = refused_;
  for (const std::string_view text :
       {R"({"a":1,"A":2})", R"({"a":1,"a ":2})", R"({"a":1,"a\u0000":2})", R"({"a":{"a":{"a":1}}})",
        R"({"\\n":1,"\n":2})", R"({"\\u0061":1,"a":2})", R"({"a\"b":1,"a":2})"})
    agree(text);
  EXPECT_EQ(refused_, refused);
  // A record that is broken as well is broken.
  agree(R"({"a":1,"a":2)");
  agree(R"({"a":1,"a":2,"c":x})");
  agree(R"({"a":1,"a":[[[[[[[[[1]]]]]]]]]})");
}

TEST_F(RecordKeys, TakesNoKeyForTheOneThatStoodThereBefore) {
  for (const std::string_view text : {R"({"a":1,"bc":2,"d":3})",
                                      R"({"a":1,"b":2,"d":3})",
                                      R"({"a":1,"bcd":2,"d":3})",
                                      R"({"a":1,"bc" :2,"d":3})",
                                      R"({"a":1,"bc"x:2,"d":3})",
                                      R"({"a":1,"b\u0063":2,"d":3})",
                                      R"({"a":1,"bc\"":2,"d":3})",
                                      R"({"a\"b":1})",
                                      R"({"a"b":1})",
                                      R"({"a":1,"d":2,"bc":3})",
                                      R"({"a":1,"bc":2,"a":3})",
                                      R"({"a":1,"bc":2,"bc":3})",
                                      R"({"a\\" :1})",
                                      R"({"a\":":1})",
                                      R"({"a\\" :1})",
                                      R"({"a":1,"bc":2})",
                                      R"({"a":1,"bc":{"d":3}})",
                                      R"({"a":{"bc":2,"d":3}})",
                                      R"({"a":{"bc":2},"d":3})",
                                      R"([{"a":1,"bc":2,"d":3}])",
                                      R"({"a":[{"b":1},{"b":2}]})",
                                      R"({"a":[{"b":1,"b":2},{}]})",
                                      R"({"a":[{"b":1},[2]],"c":3})"})
    for (int i = 0; i < 2; ++i) agree(text);
}

TEST_F(RecordKeys, ReadsKeysOfEveryLength) {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string key(size, 'k');
    agree(fmt::format(R"({{"{}":1,"x{}":2}})", key, key));
    agree(fmt::format(R"({{"{}":1,"y{}":2}})", key, key));
    agree(fmt::format(R"({{"{}":1,"x{}y":2}})", key, key));
    agree(fmt::format(R"({{"x{0}":1,"x{0}":2}})", key));
  }
}

}  // namespace
}  // namespace riposte
