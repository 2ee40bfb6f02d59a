#include "rules/language/yaml.h"

#include <algorithm>
#include <charconv>
#include <istream>
#include <set>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "engine/base/printable.h"
#include "rules/language/utf8.h"

namespace riposte::yaml {
namespace {

/// Stops yaml-cpp in the middle; caught in parse().
struct Refused {
  int line;
  int column;
  std::string message;
};

/// Builds the tree from yaml-cpp's events, within the budgets.
class TreeBuilder final : public YAML::EventHandler {
 public:
  Node take() { return std::exchange(root_, {}); }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    Node node = node_at(mark, Node::Kind::null);
    // yaml-cpp places a value that is not written where it stopped looking for it; the key's line is of more
    // use.
    if (!frames_.empty() && frames_.back().key_pending) {
      const Entry& entry = frames_.back().node.entries.back();
      if (node.line != entry.line) std::tie(node.line, node.column) = std::tuple(entry.line, entry.column);
    }
    place(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    throw Refused{mark.line + 1, mark.column + 1, "aliases (*name) are not allowed; write the value out"};
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag, true);
    Node node = node_at(mark, Node::Kind::scalar);
    node.quoted = tag == "!";
    node.text = value;
    place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, Node::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    std::set<std::string> keys;
    bool key_pending = false;  ///< a key has been read and its value has not
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0)
      throw Refused{mark.line + 1, mark.column + 1,
                    "anchors (&name) are not allowed; write the value out each time"};
  }

  static void refuse_tag(const YAML::Mark& mark, const std::string& tag, bool scalar) {
    if (tag.empty() || tag == "?" || (scalar && tag == "!")) return;
    throw Refused{mark.line + 1, mark.column + 1,
                  fmt::format("tags ({}) are not allowed; quote the value if it must be text", tag)};
  }

  Node node_at(const YAML::Mark& mark, Node::Kind kind) {
    if (++nodes_ > kNodesMax)
      throw Refused{mark.line + 1, mark.column + 1,
                    fmt::format("more than {} values in one file; split it", kNodesMax)};
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag, false);
    if (frames_.size() >= kDepthMax)
      throw Refused{mark.line + 1, mark.column + 1,
                    fmt::format("nested deeper than {} levels; flatten it", kDepthMax)};
    if (!frames_.empty() && frames_.back().node.is_map() && !frames_.back().key_pending)
      throw Refused{mark.line + 1, mark.column + 1,
                    "a key must be a single value, not a map or a list; quote it if it is a text"};
    frames_.push_back({node_at(mark, kind), {}, false});
  }

  void close() {
    Node node = std::move(frames_.back().node);
    frames_.pop_back();
    place(std::move(node));
  }

  void place(Node node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.is_sequence()) {
      frame.node.items.push_back(std::move(node));
    } else if (frame.key_pending) {
      frame.node.entries.back().value = std::move(node);
      frame.key_pending = false;
    } else {
      add_key(frame, node);
    }
  }

  static void add_key(Frame& frame, const Node& key) {
    if (!key.is_scalar())
      throw Refused{key.line, key.column, "a key must be text; put null in quotes if that is its name"};
    if (!key.quoted && key.text == "<<")
      throw Refused{key.line, key.column, "merge keys (<<) are not allowed; write the values out"};
    if (!frame.keys.insert(key.text).second) {
      const Entry* first = frame.node.find(key.text);
      throw Refused{key.line, key.column,
                    fmt::format("'{}' stands here twice; the first is on line {}, remove one of them",
                                key.text, first->line)};
    }
    frame.node.entries.push_back({key.text, {}, key.line, key.column});
    frame.key_pending = true;
  }

  Node root_;
  std::vector<Frame> frames_;
  std::size_t nodes_ = 0;
};

struct Place {
  int line = 1;
  int column = 1;
};

/// yaml-cpp replaces what it cannot read by something else; a rule must not change its meaning that way.
bool is_plain_text(std::string_view bytes, Diagnostics& diagnostics) {
  Place place;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const bool control = (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
    const std::size_t length = utf8_length(bytes.substr(i));
    if (control || length == 0) {
      diagnostics.error(place, fmt::format("byte 0x{:02X} is {}; save the file as UTF-8 text", byte,
                                           control ? "a control character" : "not UTF-8"));
      return false;
    }
    place = bytes[i] == '\n' ? Place{place.line + 1, 1}
                             : Place{place.line, place.column + static_cast<int>(length)};
    i += length;
  }
  return true;
}

/// For what goes wrong most often.
std::string_view cure_of(std::string_view message) {
  if (message == "illegal map value") return "; quote a text that has ': ' in it, and check the indentation";
  if (message.starts_with("end of map") || message.starts_with("end of seq"))
    return "; check the indentation, and that every bracket is closed";
  if (message.find("tab") != std::string_view::npos) return "; indent with blanks";
  if (message.starts_with("unknown escape character"))
    return "; in double quotes every backslash is written twice: use single quotes";
  return "; check the quotes and the indentation";
}

/// Where yaml-cpp stopped. In the middle of something it reads on behind the end of the file, and counts
/// that.
Place place_of(const YAML::Mark& mark, std::string_view bytes) {
  if (mark.is_null()) return {};
  const std::size_t last_break = bytes.rfind('\n');
  const Place end{static_cast<int>(std::ranges::count(bytes, '\n')) + 1,
                  static_cast<int>(bytes.size() - (last_break == bytes.npos ? 0 : last_break + 1)) + 1};
  const Place stopped{mark.line + 1, mark.column + 1};
  return std::tie(stopped.line, stopped.column) < std::tie(end.line, end.column) ? stopped : end;
}

std::optional<std::vector<Node>> build(std::string_view bytes, Diagnostics& diagnostics) {
  std::istringstream stream{std::string(bytes)};
  try {
    YAML::Parser parser(stream);
    TreeBuilder builder;
    std::vector<Node> documents;
    while (parser.HandleNextDocument(builder)) documents.push_back(builder.take());
    return documents;
  } catch (const Refused& refused) {
    diagnostics.error(refused, refused.message);
  } catch (const YAML::Exception& error) {
    diagnostics.error(place_of(error.mark, bytes),
                      fmt::format("not readable as YAML: {}{}", printable(error.msg), cure_of(error.msg)));
  }
  return {};
}

}  // namespace

const Entry* Node::find(std::string_view key) const {
  const auto it = std::ranges::find(entries, key, &Entry::key);
  return it == entries.end() ? nullptr : &*it;
}

std::optional<std::vector<Node>> parse_documents(std::string_view bytes, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (bytes.size() > kBytesMax) {
    diagnostics.error(Place{}, fmt::format("larger than {} bytes; split the file", kBytesMax));
    return {};
  }
  if (!is_plain_text(bytes, diagnostics)) return {};
  return build(bytes, diagnostics);
}

std::optional<Node> parse(std::string_view bytes, Diagnostics& diagnostics) {
  auto documents = parse_documents(bytes, diagnostics);
  if (!documents) return {};
  if (documents->size() > 1) {
    diagnostics.error((*documents)[1], "a second document begins here; write one document per file");
    return {};
  }
  return documents->empty() ? Node() : std::move(documents->front());
}

std::optional<bool> as_boolean(const Node& node) {
  if (!node.is_scalar() || node.quoted) return {};
  if (node.text == "true" || node.text == "True" || node.text == "TRUE") return true;
  if (node.text == "false" || node.text == "False" || node.text == "FALSE") return false;
  return {};
}

std::optional<std::int64_t> as_integer(const Node& node) {
  if (!node.is_scalar() || node.quoted || !is_decimal(node.text)) return {};
  const std::string_view digits =
      node.text.starts_with('+') ? std::string_view(node.text).substr(1) : node.text;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  return value;
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return false;
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string describe(const Node& node) {
  constexpr std::size_t kShownMax = 60;
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::scalar:
      break;
  }
  return node.text.size() > kShownMax ? fmt::format("a text of {} bytes", node.text.size())
                                      : fmt::format("'{}'", node.text);
}

}  // namespace riposte::yaml
