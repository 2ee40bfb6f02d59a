/// Where a field of an event format stands: one or several ways to it, of which the first that gives a value
/// counts. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/event/event.h"
#include "rules/event/value_form.h"

namespace riposte {

struct FieldWay;

/// What must be true of one field of an event.
struct FieldTest {
  enum class Kind : std::uint8_t { one_of, present, absent };
  Kind kind = Kind::present;
  std::string name;                 ///< as the schema writes it
  std::vector<FieldWay> ways;       ///< to it; none: `name` is a path
  std::vector<std::string> values;  ///< of one_of, in lower case: compared without regard to ASCII case
};

/// The first object of a list of which something is true.
struct ElementChoice {
  std::string list;  ///< a path
  std::vector<FieldTest> having;
};

struct FieldWay {
  std::string path;
  std::string container;          ///< not empty: `path` is a key in it, whose blanks do not count
  std::vector<std::string> join;  ///< instead of `path`: the values at these, all of them, with ":" between
  std::vector<ElementChoice> first;  ///< where the paths begin: one choice inside the other; none: the event
  std::vector<FieldTest> when;       ///< of the event, else this way is not gone
  std::vector<Cut> cuts;
  ValueForm form = ValueForm::as_written;

  /// Nothing but a path.
  bool is_plain() const;
};

/// Whether a test holds of what stands at its field.
bool holds(const FieldTest& test, const FieldValues& found);

/// True when every test holds.
bool all_hold(const std::vector<FieldTest>& tests, const Event& event);

struct FieldLookup {
  std::vector<FieldWay> ways;
  std::vector<std::string> nothing;  ///< texts that stand for "no value" ("-")

  /// Fills `out`. A null on one way still says that the field is there, should the others have nothing at
  /// all.
  void collect(const Event& event, FieldValues& out) const;
  /// Takes the texts that stand for nothing out of what a way gave.
  void drop_nothing(FieldValues& found) const;
};

/// One way, which is the name itself.
FieldWay plain_way(std::string_view path);

}  // namespace riposte
