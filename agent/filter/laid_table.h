/// Whether a table is still as it was laid down: nobody flushed it, took a rule away or put one in.
///
/// The kernel's listing of a table reads unlike the text that it was made from, in ways that differ between
/// versions. So after a table is laid down, a digest of its listing is put into the kernel beside it, as the
/// name of an empty set in a table without chains; whoever has the same listing later finds the same digest.
///
/// Threads: one.
/// Errors:  those of Nftables.
/// Limits:  between the two transactions the table counts as changed, and a change made just then as ours.
#pragma once

#include <string>
#include <string_view>

#include "agent/filter/nftables.h"

namespace riposte {

struct LaidTable {
  std::string_view name;
  std::string shape;  ///< the digest covers it, too: what is laid down for another shape counts as changed
  Nftables::Elements compared = Nftables::Elements::listed;
};

/// `text` replaces the table whole.
Result<void> lay(Nftables& filters, const LaidTable& table, const std::string& text);
Result<bool> is_as_laid(Nftables& filters, const LaidTable& table);
/// With the mark; no harm where there is neither.
Result<void> take_up(Nftables& filters, std::string_view name);
/// The table, or its mark.
Result<bool> is_any_left(Nftables& filters, std::string_view name);

}  // namespace riposte
