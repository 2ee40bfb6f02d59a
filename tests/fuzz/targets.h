/// What is fuzzed: functions that take any bytes and end the program where a promise is broken.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "rules/language/reader.h"

namespace riposte::fuzz {

/// The bytes of a rule file: reading and compiling it ends, and says where each mistake is.
void rules(std::string_view bytes);

/// The bytes of records, as a whole and line by line: each is an event that rules, schema and severity can be
/// asked about, or is refused.
void events(std::string_view bytes);

/// The bytes make the choices by which a rule and events come to be: the compiled rule and a naive
/// interpreter agree on them.
void agreement(std::string_view bytes);

/// The bytes of an order, a report, a pong, an enrolment, an envelope, a stream of frames: refused, or the
/// only encoding of what they say.
void orders(std::string_view bytes);

/// The bytes of a host's journal, of one entry of it, of what a crash may leave behind its head.
void journal(std::string_view bytes);

/// The bytes of a host's local policy: refused with the place of each mistake, or within the bounds of
/// orders.
void policy(std::string_view bytes);

/// Says what is wrong and ends the program, unless `holds`.
void require(bool holds, std::string_view what);

/// What rules may refer to, as large as the golden rules want it.
ActionCatalogue actions();
std::map<std::string, ActiveHours> active_hours();
PlaceholderLists placeholders();

/// The project's own folder, with rules and events to begin with.
std::filesystem::path source_folder();

}  // namespace riposte::fuzz
