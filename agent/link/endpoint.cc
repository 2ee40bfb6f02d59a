#include "agent/link/endpoint.h"

#include <charconv>
#include <sstream>

#include "engine/base/ip_network.h"
#include "engine/base/synced_file.h"

namespace riposte::agent {
namespace {

constexpr std::size_t kEnginesBytesMax = 4096;
constexpr mode_t kReadableByAll = 0644;

std::unexpected<Error> no_endpoint(std::string_view text) {
  return fail(Errc::invalid, "'" + std::string(text) +
                                 "' is no place of an engine; write ADDRESS:PORT or [IPV6]:PORT, as in "
                                 "192.0.2.7:7443");
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return no_endpoint(text);
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  Endpoint endpoint{std::string(host), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc{} || end != port.data() + port.size() || endpoint.port == 0 || host.empty() ||
      (!bracketed && host.find(':') != std::string_view::npos))
    return no_endpoint(text);
  return endpoint;
}

std::string text_of(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

Result<std::vector<Endpoint>> read_engines(const std::filesystem::path& path) {
  std::istringstream text(TRY(read_small(path, kEnginesBytesMax)));
  std::vector<Endpoint> engines;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const std::string place = path.string() + ":" + std::to_string(number);
    engines.push_back(TRY_DOING(place, parse_endpoint(line)));
    if (!parse_address(engines.back().host))
      return fail(Errc::invalid, place + ": '" + engines.back().host +
                                     "' is no address; a host that is cut off from its name service must "
                                     "still find its engine");
  }
  if (engines.empty() || engines.size() > kEnginesMax)
    return fail(Errc::invalid,
                path.string() + " names no engine, or more than " + std::to_string(kEnginesMax));
  return engines;
}

Result<void> write_engines(const std::filesystem::path& path, const std::vector<Endpoint>& engines) {
  std::string text = "# Where the engine listens; asked from top to bottom.\n";
  for (const Endpoint& engine : engines) text += text_of(engine) + "\n";
  return write_synced(path, text, kReadableByAll);
}

}  // namespace riposte::agent
