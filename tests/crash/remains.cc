#include "tests/crash/remains.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <tuple>

#include "engine/store/action_store.h"

namespace riposte::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

Result<std::vector<std::string>> read_ledger(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!bytes.empty() && bytes.back() != '\n')
    return fail(Errc::corrupt, "the ledger ends in the middle of a line");
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find('\n', at);
    lines.push_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

void read_journal(const fs::path& folder, Remains& into) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const ActionId id(entry.path().stem().string());
    if (entry.path().extension() == ".started") into.started_scripts.insert(id);
    if (entry.path().extension() == ".done") into.ended_scripts.insert(id);
  }
}

}  // namespace

Result<Remains> read_remains(const fs::path& data, const fs::path& ledger,
                             const std::vector<StreamId>& streams) {
  Remains remains;
  remains.ledger = TRY(read_ledger(ledger));
  read_journal(data / "scripts", remains);
  const auto store = TRY(ActionStore::open(data));
  remains.actions = TRY(store->list({.limit = kAll}));
  remains.audit = TRY(store->audit({.limit = kAll}));
  std::ranges::stable_sort(remains.audit, {}, [](const AuditRecord& record) {
    return std::pair(record.partition, record.sequence);
  });
  for (const StreamId& stream : streams)
    if (const auto position = TRY(store->position(stream))) remains.positions[stream] = position->value();
  for (StoredDeadLetter& stored : TRY(store->dead_letters(kAll)))
    remains.undelivered[{stored.letter.stream, stored.letter.offset.value()}] = {
        stored.letter.reason, std::move(stored.letter.bytes)};
  return remains;
}

}  // namespace riposte::test
