// What a record has in common with earlier ones, and what later ones may have in common with it.
#include "rules/event/record_reader.h"

namespace riposte {

/// Whether an earlier record has the same keys until here and this one next.
bool RecordReader::follow_another(std::uint32_t key) {
  const std::size_t number = member_count();
  const Shape* other = shapes_.with_next(*shape_, number, tape_.string(key), frame_.place);
  if (other == nullptr) return false;
  shape_ = other;
  known_ = other->keys() + number;
  known_text_ = other->text();
  *member_++ = {known_->hash, key, frame_.place.owner};
  ++known_;
  return true;
}

/// The keys until here are different, but later ones may be the same.
void RecordReader::stop_following() {
  note_places();
  seen_.begin();
  for (std::size_t i = 0; i < member_count(); ++i)
    seen_.add(tape_, members_[i].key, members_[i].hash, places_[i].object);
  shape_ = nullptr;
  known_ = &kNoKey;
}

void RecordReader::note_places() {
  for (std::size_t i = 0; i < member_count(); ++i) places_[i] = shape_->keys()[i].place;
}

void RecordReader::finish() {
  outline_.members = {members_.data(), member_count()};
  outline_.strings = {strings_.data(), string_};
  if (is_known()) {
    shapes_.found(*shape_);
    outline_.shape = shape_->serial();
  } else if (!has_escaped_key_) {
    remember();
  }
}

/// Whether `shape_` is the record's to the end, or another one is.
bool RecordReader::is_known() {
  if (shape_ == nullptr) return false;
  const std::size_t count = member_count();
  if (shape_->size() == count && shape_->serial() != 0) return true;
  if (const Shape* other = shapes_.with_no_more(*shape_, count)) {
    shape_ = other;
    return true;
  }
  note_places();
  return false;
}

/// The next record of the kind may be like this one.
void RecordReader::remember() {
  const std::span<const Member> members = outline_.members;
  std::size_t bytes = 0;
  for (const Member& member : members) bytes += tape_.string(member.key).size();
  if (members.size() > Shapes::kKeysMax || bytes > Shapes::kKeyBytesMax) return;
  Shape& shape = shapes_.forget_one();
  shape.begin(members.size(), bytes);
  for (std::size_t i = 0; i < members.size(); ++i)
    shape.add(tape_.string(members[i].key), members[i].hash, places_[i]);
  shape.close(Shapes::new_serial());
  outline_.shape = shape.serial();
}

}  // namespace riposte
