/// The kernel's tables of packet filters, in the language of nft and without its program.
///
/// A text is one transaction: all of it is done, or nothing. Only texts that this room rendered are to be
/// given: the language can also read files.
///
/// Threads: one.
/// Errors:  denied (CAP_NET_ADMIN is missing), invalid (the kernel or the grammar refuses the text).
/// Limits:  the library below ends the process when memory runs out, and does not give back all that it
///          took: to be used in a process that ends soon.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/error.h"

struct nft_ctx;

namespace riposte {

class Nftables {
 public:
  static Result<Nftables> open();

  Result<void> apply(const std::string& transaction);

  /// Whether there is such a table, of family inet.
  Result<bool> has(std::string_view table);

  /// The table with its rules and sets but without what changes by itself (counters, time left), and, on
  /// demand, without elements: two listings are equal if nobody changed it between them. Empty: there is no
  /// such table.
  enum class Elements : bool { listed, left_out };
  Result<std::string> list(std::string_view table, Elements elements = Elements::listed);

  /// The table with all that there is to say, as JSON. Empty: there is no such table.
  Result<std::string> list_json(std::string_view table);

 private:
  struct Free {
    void operator()(nft_ctx* context) const;
  };
  explicit Nftables(std::unique_ptr<nft_ctx, Free> context) : context_(std::move(context)) {}
  Result<std::string> run(const std::string& commands, unsigned int output_flags);
  Result<std::string> list_with(std::string_view table, unsigned int output_flags);

  std::unique_ptr<nft_ctx, Free> context_;
};

}  // namespace riposte
