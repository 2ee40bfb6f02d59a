#include "connectors/http/body.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/nearest.h"

namespace riposte::http {
namespace {

using Document = nlohmann::json;

/// The API's documents are two levels deep; more than this is nothing that anybody meant.
constexpr int kDepthMax = 8;

/// Parsers differ in which of two equal keys counts, so a document that has both is refused.
class StrictParser {
 public:
  Result<Document> parse(std::string_view text) {
    const auto watch = [this](int depth, Document::parse_event_t event, Document& parsed) {
      look_at(depth, event, parsed);
      return true;
    };
    Document document;
    try {
      document = Document::parse(text, watch);
    } catch (const Document::exception& broken) {
      return fail(Errc::invalid, "the body is no JSON: " + fault_in(broken.what()));
    }
    if (!complaint_.empty()) return fail(Errc::invalid, complaint_);
    if (!document.is_object()) return fail(Errc::invalid, "the body is no JSON object");
    return document;
  }

 private:
  void look_at(int depth, Document::parse_event_t event, const Document& parsed) {
    if (!complaint_.empty()) return;
    if (event == Document::parse_event_t::object_start) keys_.emplace_back();
    if (event == Document::parse_event_t::object_end) keys_.pop_back();
    if (depth > kDepthMax) complaint_ = "the body is nested too deeply";
    if (event == Document::parse_event_t::key && !keys_.back().insert(parsed.get<std::string>()).second)
      complaint_ = "the key '" + parsed.get<std::string>() + "' occurs twice";
  }

  /// The library's message quotes the input; only the place is passed on.
  static std::string fault_in(std::string_view message) {
    const auto at = message.find("at line ");
    if (at == std::string_view::npos) return "a number is out of range";
    return "broken " + std::string(message.substr(at, message.find(':', at) - at));
  }

  std::vector<std::set<std::string>> keys_;
  std::string complaint_;
};

Result<void> only_known_keys(const Document& document, std::span<const std::string_view> known) {
  for (const auto& [key, value] : document.items()) {
    if (std::ranges::find(known, key) == known.end())
      return fail(Errc::invalid, "unknown key '" + key + "'" + did_you_mean(key, known));
  }
  return {};
}

Result<std::string> text_at(const Document& document, const std::string& key) {
  const auto found = document.find(key);
  if (found == document.end()) return std::string();
  if (!found->is_string())
    return fail(Errc::invalid, "'" + key + "' must be a string, not " + found->type_name());
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > kTextBytesMax)
    return fail(Errc::invalid, "'" + key + "' is longer than " + std::to_string(kTextBytesMax) + " bytes");
  return text;
}

Result<bool> flag_at(const Document& document, const std::string& key) {
  const auto found = document.find(key);
  if (found == document.end()) return false;
  if (found->is_boolean()) return found->get<bool>();
  return fail(Errc::invalid, "'" + key + "' must be true or false, not " + found->type_name());
}

Result<WallTime> instant_at(const Document& document, const std::string& key) {
  const std::string text = TRY(text_at(document, key));
  if (const auto instant = parse_iso8601(text)) return *instant;
  return fail(Errc::invalid,
              "'" + key + "' must be an instant like 2026-03-01T12:00:00Z, not '" + text + "'");
}

Result<ActionType> read_type(const std::string& name) {
  if (const auto type = parse_action_type(name)) return *type;
  return fail(Errc::invalid, "'" + name + "' is no action type" + did_you_mean(name, action_type_names()));
}

Result<Value> read_value(const std::string& name, const Document& value) {
  if (value.is_boolean()) return Value(value.get<bool>());
  if (value.is_string()) return Value(value.get<std::string>());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max())
    return fail(Errc::invalid, "'parameters." + name + "' does not fit into 64 bits with a sign");
  if (value.is_number_integer()) return Value(value.get<std::int64_t>());
  return fail(Errc::invalid, "'parameters." + name + "' must be a string, an integer or a boolean, not " +
                                 (value.is_number() ? "a fraction" : value.type_name()));
}

Result<Parameters> parameters_at(const Document& document) {
  const auto found = document.find("parameters");
  if (found == document.end()) return Parameters{};
  if (!found->is_object())
    return fail(Errc::invalid, std::string("'parameters' must be an object, not ") + found->type_name());
  Parameters parameters;
  for (const auto& [name, value] : found->items()) parameters.emplace(name, TRY(read_value(name, value)));
  return parameters;
}

}  // namespace

Result<Submission> read_submission(std::string_view body) {
  static constexpr std::array<std::string_view, 5> kKeys{"type", "host", "parameters", "comment",
                                                         "request_id"};
  const Document document = TRY(StrictParser().parse(body));
  TRY(only_known_keys(document, kKeys));
  const std::string type_name = TRY(text_at(document, "type"));
  if (type_name.empty()) return fail(Errc::invalid, "'type' is missing: which action?");
  return Submission{.type = TRY(read_type(type_name)),
                    .host = TRY(text_at(document, "host")),
                    .parameters = TRY(parameters_at(document)),
                    .comment = TRY(text_at(document, "comment")),
                    .request_id = TRY(text_at(document, "request_id"))};
}

Result<UndoWish> read_undo(std::string_view body) {
  static constexpr std::array<std::string_view, 9> kKeys{"rule",    "host",    "type",   "from",     "to",
                                                         "comment", "preview", "digest", "forbidden"};
  const Document document = TRY(StrictParser().parse(body));
  TRY(only_known_keys(document, kKeys));
  const bool forbidden = TRY(flag_at(document, "forbidden"));
  const auto end = [&](const std::string& key, WallTime otherwise) -> Result<WallTime> {
    if (forbidden && TRY(text_at(document, key)).empty()) return otherwise;
    return instant_at(document, key);
  };
  UndoWish wish{{.rule = TRY(text_at(document, "rule")),
                 .host = TRY(text_at(document, "host")),
                 .type = {},
                 .from = TRY(end("from", WallTime())),
                 .to = TRY(end("to", WallTime::max())),
                 .forbidden = forbidden},
                TRY(text_at(document, "comment")),
                TRY(text_at(document, "digest"))};
  if (const std::string type = TRY(text_at(document, "type")); !type.empty())
    wish.range.type = TRY(read_type(type));
  const bool preview = TRY(flag_at(document, "preview"));
  if (preview == wish.digest.empty()) return wish;
  return fail(Errc::invalid, preview
                                 ? "a preview takes no 'digest'"
                                 : "'digest' is missing: ask with \"preview\": true what would be undone, "
                                   "and repeat the digest of the answer");
}

Result<Invitation> read_invitation(std::string_view body) {
  static constexpr std::array<std::string_view, 2> kKeys{"name", "valid"};
  const Document document = TRY(StrictParser().parse(body));
  TRY(only_known_keys(document, kKeys));
  Invitation wish{.name = TRY(text_at(document, "name"))};
  if (wish.name.empty()) return fail(Errc::invalid, "'name' is missing: how is the agent to be called?");
  const std::string valid = TRY(text_at(document, "valid"));
  if (valid.empty()) return wish;
  const auto life = parse_duration(valid);
  if (!life) return fail(Errc::invalid, "'valid' must be a duration like 30m, not '" + valid + "'");
  wish.life = *life;
  return wish;
}

Result<std::string> read_comment(std::string_view body) {
  static constexpr std::array<std::string_view, 1> kKeys{"comment"};
  if (body.empty()) return std::string();
  const Document document = TRY(StrictParser().parse(body));
  TRY(only_known_keys(document, kKeys));
  return text_at(document, "comment");
}

}  // namespace riposte::http
