#include "agent/filter/blocks.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace riposte {
namespace {

// Without rules: an address, a set and a chain may be added again and again, a rule would stand there twice.
constexpr std::string_view kDeclaration = R"(table inet riposte_block {
	set addresses4 {
		type ipv4_addr
		flags timeout
		counter
	}
	set addresses6 {
		type ipv6_addr
		flags timeout
		counter
	}
	chain riposte_in {
		type filter hook input priority -10; policy accept;
	}
	chain riposte_out {
		type filter hook output priority -10; policy accept;
	}
	chain riposte_through {
		type filter hook forward priority -10; policy accept;
	}
}
)";

// `flush` takes the rules and leaves the addresses.
constexpr std::string_view kRules = R"(flush table inet riposte_block
table inet riposte_block {
	chain riposte_in {
		ip saddr @addresses4 drop
		ip6 saddr @addresses6 drop
	}
	chain riposte_out {
		ip daddr @addresses4 drop
		ip6 daddr @addresses6 drop
	}
	chain riposte_through {
		ip saddr @addresses4 drop
		ip daddr @addresses4 drop
		ip6 saddr @addresses6 drop
		ip6 daddr @addresses6 drop
	}
}
)";

std::string_view set_of(const IpAddress& address) { return address.v6 ? "addresses6" : "addresses4"; }

/// What is taken need not have been there.
std::string removal_of(const IpAddress& address) {
  const std::string text = text_of(address);
  return fmt::format("add element inet {0} {1} {{ {2} }}\ndelete element inet {0} {1} {{ {2} }}\n",
                     kBlockTable, set_of(address), text);
}

/// Empty where no time is left: to the kernel, a time of zero would be without end.
std::optional<std::string> element_of(const IpAddress& address, Duration left) {
  if (left <= Duration::zero()) return {};
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::min(left, kBlockTimeMax));
  return fmt::format("{} timeout {}s", text_of(address), seconds.count());
}

std::string addition_of(std::string_view set, const std::string& elements) {
  if (elements.empty()) return {};
  return fmt::format("add element inet {} {} {{ {} }}\n", kBlockTable, set, elements);
}

/// Ordered, so that what is held has one rendering.
std::map<std::string, Block> longest_of(std::span<const Block> blocks) {
  std::map<std::string, Block> longest;
  for (const Block& block : blocks) {
    const Block seen{.address = canonical(block.address), .left = block.left};
    const auto [place, is_new] = longest.emplace(text_of(seen.address), seen);
    if (!is_new) place->second.left = std::max(place->second.left, block.left);
  }
  return longest;
}

void append_element(std::string& elements, const Block& block) {
  const auto element = element_of(block.address, block.left);
  if (!element) return;
  if (!elements.empty()) elements += ", ";
  elements += *element;
}

/// An element is an object only where there is more to say than its value.
BlockInForce block_of(const nlohmann::json& listed) {
  const nlohmann::json element =
      listed.is_string() ? nlohmann::json::object({{"val", listed}}) : listed.at("elem");
  BlockInForce block{.address = parse_address(element.at("val").get_ref<const std::string&>()).value(),
                     .left = Duration::max()};
  if (const auto left = element.find("expires"); left != element.end())
    block.left = std::chrono::seconds(left->get<std::int64_t>());
  if (const auto counter = element.find("counter"); counter != element.end())
    block.packets = counter->at("packets").get<std::uint64_t>();
  return block;
}

}  // namespace

std::string render_blocks(std::span<const Block> blocks) {
  std::string v4, v6;
  for (const auto& [text, block] : longest_of(blocks)) append_element(block.address.v6 ? v6 : v4, block);
  std::string removal = fmt::format("table inet {0}\ndelete table inet {0}\n", kBlockTable);
  if (v4.empty() && v6.empty()) return removal;
  return fmt::format("{}{}{}{}{}", removal, kDeclaration, kRules, addition_of("addresses4", v4),
                     addition_of("addresses6", v6));
}

std::string render_block(const Block& block) {
  // Older kernels keep the time of an element that is only added again.
  const IpAddress address = canonical(block.address);
  return fmt::format("{}{}{}{}", kDeclaration, kRules, removal_of(address),
                     addition_of(set_of(address), element_of(address, block.left).value_or("")));
}

std::string render_unblock(const IpAddress& address) {
  return fmt::format("{}{}{}", kDeclaration, kRules, removal_of(canonical(address)));
}

Result<std::vector<BlockInForce>> blocks_in(std::string_view listing) {
  std::vector<BlockInForce> blocks;
  try {
    const nlohmann::json listed = nlohmann::json::parse(listing);
    for (const nlohmann::json& object : listed.at("nftables")) {
      if (!object.contains("set") || !object["set"].contains("elem")) continue;
      for (const nlohmann::json& element : object["set"]["elem"]) blocks.push_back(block_of(element));
    }
  } catch (const std::exception& error) {
    return fail(Errc::corrupt,
                fmt::format("the listing of table {} is not as expected: {}", kBlockTable, error.what()));
  }
  return blocks;
}

}  // namespace riposte
