#include "rules/event/record_reader.h"

#include <algorithm>
#include <bit>

#include "rules/event/number_text.h"
#include "rules/event/string_unescape.h"

namespace riposte {
namespace {

namespace atoms = simdjson::builtin::atomparsing;

}  // namespace

bool RecordReader::reserve(std::size_t bytes, std::size_t depth) {
  if (!structure_.reserve(bytes, depth)) return false;
  padded_.resize(bytes + simdjson::SIMDJSON_PADDING);
  escape_places_.reserve(bytes);
  open_.resize(depth + 1);
  return true;
}

RecordReader::Answer RecordReader::read(std::string_view bytes) {
  outline_ = {};
  if (bytes.empty()) return {simdjson::EMPTY};
  escape_places_.copy(bytes, padded_.data());
  if (const auto error = structure_.read(padded_.data(), bytes.size())) return {error};
  begin(bytes);
  if (letter() != '{') return {structure_.judge(), Found::no_object};
  if (const auto error = walk()) return {error};
  if (has_key_twice_) return {simdjson::SUCCESS, Found::object_with_key_twice};
  finish();
  return {};
}

/// A value takes two structural characters, its own and the comma or bracket behind it, and a member four;
/// but those that are open have not had theirs.
void RecordReader::make_room(std::size_t structurals) {
  constexpr std::size_t kPerValue = 2;
  constexpr std::size_t kPerMember = 4;
  const std::size_t count = std::bit_ceil(structurals);
  const std::size_t open = kPerMember * (open_.size() + 1);
  if (entries_.size() >= count / kPerValue + open) return;
  entries_.resize(count / kPerValue + open);
  strings_.resize(count / kPerValue + open);
  members_.resize(count / kPerMember + open);
  places_.resize(count / kPerMember + open);
}

void RecordReader::begin(std::string_view bytes) {
  const std::size_t count = structure_.size();
  make_room(count);
  record_ = bytes;
  text_ = padded_.data();
  next_ = structure_.places();
  entry_ = entries_.data();
  member_ = members_.data();
  string_ = strings_.data();
  escapes_ = escape_places_.cursor();
  tape_ = Tape(entries_.data(), text_);
  shape_ = &shapes_.likely(signature());
  known_ = shape_->keys();
  known_text_ = shape_->text();
  frame_ = {0, {Outline::kNobody, 0}, 0};
  depth_ = 0;
  objects_ = 0;
  has_key_twice_ = false;
  has_escaped_key_ = false;
}

/// How many structural characters there are, and how long the first key is and begins. Of a record that is no
/// object with members it is any number.
std::size_t RecordReader::signature() const {
  constexpr std::size_t kLength = 67;
  constexpr std::size_t kLetter = 131;
  const std::uint32_t* places = structure_.places();
  const auto letter = static_cast<unsigned char>(text_[places[1] + 1]);
  return structure_.size() + kLength * (places[2] - places[1]) + kLetter * letter;
}

simdjson::error_code RecordReader::walk() {
  const std::uint32_t* const end = next_ + structure_.size();
  if (text_[end[-1]] != '}') return simdjson::TAPE_ERROR;
  // Behind the last structural character stands a 0, which is none of those that are expected anywhere.
  do {
    if (frame_.closer == '}' && !read_key()) return error_;
    const std::size_t depth = depth_;
    if (!read_value()) return error_;
    if (depth_ > depth) continue;
    while (depth_ > 0 && letter() != ',')
      if (!close()) return error_;
    if (depth_ > 0) ++next_;
  } while (depth_ > 0);
  return next_ == end ? simdjson::SUCCESS : simdjson::TAPE_ERROR;
}

inline bool RecordReader::read_value() {
  const char first = letter();
  if (first == '"') {
    *string_++ = place();
    return read_string();
  }
  if (first == '{' || first == '[') return open(first);
  return read_literal(first);
}

inline bool RecordReader::read_literal(char first) {
  const char* text = text_ + *next_;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
  switch (first) {
    case 't':
      if (!atoms::is_valid_true_atom(bytes)) return fail(simdjson::T_ATOM_ERROR);
      break;
    case 'f':
      if (!atoms::is_valid_false_atom(bytes)) return fail(simdjson::F_ATOM_ERROR);
      break;
    case 'n':
      if (!atoms::is_valid_null_atom(bytes)) return fail(simdjson::N_ATOM_ERROR);
      break;
    default:
      if (first != '-' && (first < '0' || first > '9')) return fail(simdjson::TAPE_ERROR);
      if (!is_number(text)) return fail(simdjson::NUMBER_ERROR);
  }
  add(0);
  ++next_;
  return true;
}

inline bool RecordReader::read_string() {
  StringPlace string{*next_ + 1, next_[1] - 1};
  // Nothing but white space stands between a string and what comes next.
  while (text_[string.end] != '"') --string.end;
  std::int64_t size = std::int64_t{string.end} - string.begin;
  if (escapes_.next() < string.end) size = unescape(record_, text_, string, escapes_);
  if (size < 0) return fail(simdjson::STRING_ERROR);
  add(static_cast<std::uint32_t>(size));
  ++next_;
  return true;
}

/// A container that is not empty stays open.
inline bool RecordReader::open(char first) {
  const bool is_object = first == '{';
  const char closer = is_object ? '}' : ']';
  const std::uint32_t at = place();
  add(at + 1);
  ++next_;
  const std::uint32_t object = is_object ? objects_++ : 0;
  if (letter() == closer) {
    ++next_;
    return true;
  }
  open_[depth_] = frame_;
  if (++depth_ >= open_.size() - 1) return fail(simdjson::DEPTH_ERROR);
  if (frame_.closer == '}') frame_.place.owner = static_cast<std::uint32_t>(member_count() - 1);
  frame_ = {at, {frame_.place.owner, object}, closer};
  return true;
}

inline bool RecordReader::close() {
  if (letter() != frame_.closer) return fail(simdjson::TAPE_ERROR);
  ++next_;
  entries_[frame_.at].size = place();
  frame_ = open_[--depth_];
  return true;
}

inline bool RecordReader::read_key() {
  if (letter() != '"') return fail(simdjson::TAPE_ERROR);
  if (known_->place == frame_.place && begins_with(text_ + *next_ + 1, *known_, known_text_)) [[likely]] {
    *member_++ = {known_->hash, place(), frame_.place.owner};
    add(known_->size);
    ++known_;
    ++next_;
  } else if (!read_new_key()) {
    return false;
  }
  if (letter() != ':') return fail(simdjson::TAPE_ERROR);
  ++next_;
  return true;
}

[[gnu::noinline]] bool RecordReader::read_new_key() {
  const std::uint32_t at = place();
  const std::uint32_t escape = escapes_.next();
  if (!read_string()) return false;
  has_escaped_key_ |= escapes_.next() != escape;
  if (shape_ != nullptr) {
    if (follow_another(at)) return true;
    stop_following();
  }
  const std::uint64_t hash = key_hash(tape_.string(at));
  places_[member_count()] = frame_.place;
  *member_++ = {hash, at, frame_.place.owner};
  has_key_twice_ |= !seen_.add(tape_, at, hash, frame_.place.object);
  return true;
}

std::string_view RecordReader::string_bytes() const {
  std::uint32_t last = 0;
  if (!outline_.members.empty()) last = outline_.members.back().key;
  if (!outline_.strings.empty()) last = std::max(last, outline_.strings.back());
  if (last == 0) return {};
  const char* begin = tape_.string(Tape::kRoot + 1).data();
  const std::string_view text = tape_.string(last);
  return {begin, text.data() + text.size()};
}

}  // namespace riposte
