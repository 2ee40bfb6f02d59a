#include "engine/lifecycle/codec.h"

#include <cstring>
#include <type_traits>
#include <utility>

namespace riposte {
namespace {

/// A length read from stored bytes is never larger than the bytes that are left; this bounds counts of empty
/// things.
constexpr std::uint64_t kCountMax = 1'000'000;

class Writer {
 public:
  Writer() { bytes_.push_back(static_cast<char>(kCodecVersion)); }

  void put(std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>(number | 0x80));
    bytes_.push_back(static_cast<char>(number));
  }
  /// Zigzag, so that small negative numbers stay short.
  void put(std::int64_t number) {
    put((static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
  }
  void put(bool flag) { bytes_.push_back(flag ? 1 : 0); }
  void put(std::uint32_t number) { put(std::uint64_t{number}); }
  void put(std::int32_t number) { put(std::int64_t{number}); }
  void put(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(WallTime time) { put(std::int64_t{time.time_since_epoch().count()}); }
  void put(Duration duration) { put(std::int64_t{duration.count()}); }
  template <class Tag, class Rep>
  void put(const Id<Tag, Rep>& id) {
    put(id.value());
  }
  template <class E>
    requires std::is_enum_v<E>
  void put(E value) {
    put(std::uint64_t{std::to_underlying(value)});
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  void put(const std::vector<std::string>& texts) {
    put(std::uint64_t{texts.size()});
    for (const std::string& text : texts) put(text);
  }
  void put(const std::map<std::string, std::string>& entries) {
    put(std::uint64_t{entries.size()});
    for (const auto& [key, value] : entries) {
      put(key);
      put(value);
    }
  }
  void put(const Parameters& parameters) {
    put(std::uint64_t{parameters.size()});
    for (const auto& [key, value] : parameters) {
      put(key);
      put(std::uint64_t{value.index()});
      std::visit([this](const auto& held) { put(held); }, value);
    }
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what Writer wrote; after the first failure everything reads as empty and `ok` stays false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {
    version_ok_ = !rest_.empty() && static_cast<unsigned char>(rest_.front()) == kCodecVersion;
    if (!rest_.empty()) rest_.remove_prefix(1);
  }

  void get(std::uint64_t& number) {
    number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return spoil();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) == 0) return;
    }
    spoil();
  }
  void get(std::int64_t& number) {
    std::uint64_t zigzag = 0;
    get(zigzag);
    number = static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
  }
  void get(bool& flag) {
    if (rest_.empty() || static_cast<unsigned char>(rest_.front()) > 1) return spoil();
    flag = rest_.front() == 1;
    rest_.remove_prefix(1);
  }
  void get(std::uint32_t& number) { narrow<std::uint64_t>(number); }
  void get(std::int32_t& number) { narrow<std::int64_t>(number); }
  void get(std::string& text) {
    std::uint64_t length = 0;
    get(length);
    if (length > rest_.size()) return spoil();
    text = rest_.substr(0, length);
    rest_.remove_prefix(length);
  }
  void get(WallTime& time) {
    std::int64_t count = 0;
    get(count);
    time = WallTime(Duration(count));
  }
  void get(Duration& duration) {
    std::int64_t count = 0;
    get(count);
    duration = Duration(count);
  }
  template <class Tag, class Rep>
  void get(Id<Tag, Rep>& id) {
    Rep value{};
    get(value);
    id = Id<Tag, Rep>(std::move(value));
  }
  /// `last`: the enumeration's last member; anything above is from the future.
  template <class E>
  void get(E& value, E last) {
    std::uint64_t number = 0;
    get(number);
    if (number > static_cast<std::uint64_t>(std::to_underlying(last))) return spoil();
    value = static_cast<E>(number);
  }
  void get(std::optional<WallTime>& time) {
    bool present = false;
    get(present);
    if (present) get(time.emplace());
  }
  void get(std::optional<State>& state) {
    bool present = false;
    get(present);
    if (present) get(state.emplace(), State::cancelled);
  }
  void get(std::vector<std::string>& texts) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) get(texts.emplace_back());
  }
  void get(std::map<std::string, std::string>& entries) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) {
      std::string key;
      get(key);
      get(entries[key]);
    }
  }
  void get(Parameters& parameters) {
    for (std::uint64_t left = count(); left > 0 && ok_; --left) {
      std::string key;
      get(key);
      get(parameters[key]);
    }
  }

  bool version_ok() const { return version_ok_; }
  bool ok() const { return ok_ && version_ok_ && rest_.empty(); }

 private:
  void spoil() {
    ok_ = false;
    rest_ = {};
  }
  std::uint64_t count() {
    std::uint64_t number = 0;
    get(number);
    if (number > kCountMax) spoil();
    return ok_ ? number : 0;
  }
  template <class Wide, class Narrow>
  void narrow(Narrow& number) {
    Wide wide = 0;
    get(wide);
    number = static_cast<Narrow>(wide);
    if (std::cmp_not_equal(number, wide)) spoil();
  }
  void get(Value& value) {
    std::uint64_t kind = 0;
    get(kind);
    switch (kind) {
      case 0:
        return get(value.emplace<bool>());
      case 1:
        return get(value.emplace<std::int64_t>());
      case 2:
        return get(value.emplace<std::string>());
      default:
        return spoil();
    }
  }

  std::string_view rest_;
  bool ok_ = true;
  bool version_ok_ = false;
};

template <class T>
Result<T> finish(const Reader& reader, T value, std::string_view kind) {
  if (reader.ok()) return value;
  return fail(Errc::corrupt,
              std::string("stored ") + std::string(kind) +
                  (reader.version_ok() ? " does not decode" : " has an unknown format version"));
}

void put_cause(Writer& out, const Cause& cause) {
  out.put(cause.stream);
  out.put(cause.offset);
  out.put(cause.event_uid);
  out.put(cause.event_digest);
  out.put(cause.rule);
  out.put(cause.rule_title);
  out.put(cause.rule_digest);
  out.put(cause.template_name);
}

void get_cause(Reader& in, Cause& cause) {
  in.get(cause.stream);
  in.get(cause.offset);
  in.get(cause.event_uid);
  in.get(cause.event_digest);
  in.get(cause.rule);
  in.get(cause.rule_title);
  in.get(cause.rule_digest);
  in.get(cause.template_name);
}

void put_actor(Writer& out, const Actor& actor) {
  out.put(actor.kind);
  out.put(actor.name);
}

void get_actor(Reader& in, Actor& actor) {
  in.get(actor.kind, Actor::Kind::engine);
  in.get(actor.name);
}

void put_request(Writer& out, const ActionRequest& request) {
  out.put(request.id);
  out.put(request.partition);
  out.put(request.type);
  out.put(request.host);
  out.put(request.target);
  out.put(request.parameters);
  out.put(request.not_after);
  out.put(request.severity);
  out.put(request.comment);
  put_cause(out, request.cause);
  put_actor(out, request.submitter);
  out.put(request.authors);
  out.put(request.verify_after);
  out.put(request.pickup_deadline);
  out.put(request.defect);
}

void get_request(Reader& in, ActionRequest& request) {
  in.get(request.id);
  in.get(request.partition);
  in.get(request.type, ActionType::disable_account);
  in.get(request.host);
  in.get(request.target);
  in.get(request.parameters);
  in.get(request.not_after);
  in.get(request.severity, Severity::critical);
  in.get(request.comment);
  get_cause(in, request.cause);
  get_actor(in, request.submitter);
  in.get(request.authors);
  in.get(request.verify_after);
  in.get(request.pickup_deadline);
  in.get(request.defect);
}

}  // namespace

std::string encode(const Action& action) {
  Writer out;
  put_request(out, action);
  out.put(action.state);
  out.put(action.verification);
  out.put(action.reason);
  out.put(action.ground);
  out.put(action.in_doubt);
  out.put(action.attempt);
  out.put(action.checks);
  out.put(action.due_at);
  out.put(action.created_at);
  out.put(action.updated_at);
  out.put(action.approver);
  out.put(action.detail);
  out.put(action.evidence);
  return out.take();
}

Result<Action> decode_action(std::string_view bytes) {
  Reader in(bytes);
  Action action;
  get_request(in, action);
  in.get(action.state, State::cancelled);
  in.get(action.verification, Verification::failed);
  in.get(action.reason, Reason::superseded);
  in.get(action.ground, Ground::not_renderable);
  in.get(action.in_doubt);
  in.get(action.attempt);
  in.get(action.checks);
  in.get(action.due_at);
  in.get(action.created_at);
  in.get(action.updated_at);
  in.get(action.approver);
  in.get(action.detail);
  in.get(action.evidence);
  return finish(in, std::move(action), "action");
}

std::string encode(const AuditRecord& record) {
  Writer out;
  out.put(record.sequence);
  out.put(record.partition);
  out.put(record.at);
  out.put(record.action);
  out.put(record.type);
  out.put(record.target);
  put_actor(out, record.actor);
  out.put(record.event);
  out.put(record.from);
  out.put(record.to);
  out.put(record.verification);
  out.put(record.reason);
  out.put(record.ground);
  out.put(record.attempt);
  out.put(record.detail);
  return out.take();
}

Result<AuditRecord> decode_audit(std::string_view bytes) {
  Reader in(bytes);
  AuditRecord record;
  in.get(record.sequence);
  in.get(record.partition);
  in.get(record.at);
  in.get(record.action);
  in.get(record.type, ActionType::disable_account);
  in.get(record.target);
  get_actor(in, record.actor);
  in.get(record.event);
  in.get(record.from);
  in.get(record.to, State::cancelled);
  in.get(record.verification, Verification::failed);
  in.get(record.reason, Reason::superseded);
  in.get(record.ground, Ground::not_renderable);
  in.get(record.attempt);
  in.get(record.detail);
  return finish(in, std::move(record), "audit record");
}

std::string encode(const DeadLetter& letter) {
  Writer out;
  out.put(letter.stream);
  out.put(letter.offset);
  out.put(letter.at);
  out.put(letter.reason);
  out.put(letter.detail);
  out.put(letter.bytes);
  return out.take();
}

Result<DeadLetter> decode_dead_letter(std::string_view bytes) {
  Reader in(bytes);
  DeadLetter letter;
  in.get(letter.stream);
  in.get(letter.offset);
  in.get(letter.at);
  in.get(letter.reason);
  in.get(letter.detail);
  in.get(letter.bytes);
  return finish(in, std::move(letter), "dead letter");
}

std::string encode(const StreamPosition& position) {
  Writer out;
  out.put(position.stream);
  out.put(position.partition);
  out.put(position.next);
  return out.take();
}

Result<StreamPosition> decode_position(std::string_view bytes) {
  Reader in(bytes);
  StreamPosition position;
  in.get(position.stream);
  in.get(position.partition);
  in.get(position.next);
  return finish(in, std::move(position), "position");
}

}  // namespace riposte
