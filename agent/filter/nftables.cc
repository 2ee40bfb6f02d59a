#include "agent/filter/nftables.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <linux/capability.h>
#include <nftables/libnftables.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/printable.h"

namespace riposte {
namespace {

constexpr std::size_t kComplaintMax = 400;  // bytes; the library repeats the text that it complains about

/// The library says "Operation not permitted" in a way that cannot be told from other refusals.
bool may_change_networks() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  return ::syscall(SYS_capget, &header, data) == 0 && (data[0].effective & (1U << CAP_NET_ADMIN)) != 0;
}

std::string complaint_of(nft_ctx& context) {
  const char* said = nft_ctx_get_error_buffer(&context);
  std::string_view text = said == nullptr ? "" : said;
  while (text.ends_with('\n')) text.remove_suffix(1);
  return printable(text.substr(0, kComplaintMax));
}

}  // namespace

void Nftables::Free::operator()(nft_ctx* context) const { nft_ctx_free(context); }

Result<Nftables> Nftables::open() {
  if (!may_change_networks())
    return fail(Errc::denied, "packet filters need CAP_NET_ADMIN, which this process does not have");
  std::unique_ptr<nft_ctx, Free> context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context || nft_ctx_buffer_output(context.get()) != 0 || nft_ctx_buffer_error(context.get()) != 0)
    return fail(Errc::unavailable, "libnftables could not be set up");
  return Nftables(std::move(context));
}

Result<std::string> Nftables::run(const std::string& commands, unsigned int output_flags) {
  nft_ctx_output_set_flags(context_.get(), output_flags);
  const int code = nft_run_cmd_from_buffer(context_.get(), commands.c_str());
  // Both buffers are emptied by reading them.
  std::string complaint = complaint_of(*context_);
  const char* said = nft_ctx_get_output_buffer(context_.get());
  std::string output = said == nullptr ? "" : said;
  if (code != 0) return fail(Errc::invalid, "packet filters were left as they were: " + complaint);
  return output;
}

Result<void> Nftables::apply(const std::string& transaction) {
  TRY(run(transaction, 0));
  return {};
}

Result<bool> Nftables::has(std::string_view table) {
  const std::string tables = "\n" + TRY_DOING("listing the tables", run("list tables inet", 0));
  return tables.find(fmt::format("\ntable inet {}\n", table)) != std::string::npos;
}

Result<std::string> Nftables::list(std::string_view table, Elements elements) {
  return list_with(table, NFT_CTX_OUTPUT_STATELESS | NFT_CTX_OUTPUT_NUMERIC_ALL |
                              (elements == Elements::left_out ? NFT_CTX_OUTPUT_TERSE : 0));
}

Result<std::string> Nftables::list_json(std::string_view table) {
  return list_with(table, NFT_CTX_OUTPUT_JSON);
}

Result<std::string> Nftables::list_with(std::string_view table, unsigned int output_flags) {
  if (!TRY(has(table))) return std::string();
  return TRY_DOING(fmt::format("listing table {}", table),
                   run(fmt::format("list table inet {}", table), output_flags));
}

}  // namespace riposte
