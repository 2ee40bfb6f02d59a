#include "engine/store/keys.h"

namespace riposte::keys {
namespace {

template <class N>
std::string big_endian(N number) {
  std::string bytes(sizeof(N), '\0');
  for (std::size_t i = 0; i < sizeof(N); ++i)
    bytes[sizeof(N) - 1 - i] = static_cast<char>((number >> (8 * i)) & 0xFFU);
  return bytes;
}

template <class N>
std::optional<N> read_big_endian(std::string_view bytes) {
  if (bytes.size() < sizeof(N)) return {};
  N number = 0;
  for (std::size_t i = 0; i < sizeof(N); ++i)
    number = static_cast<N>((number << 8) | static_cast<unsigned char>(bytes[i]));
  return number;
}

}  // namespace

std::string be32(std::uint32_t number) { return big_endian(number); }
std::string be64(std::uint64_t number) { return big_endian(number); }
std::optional<std::uint32_t> read_be32(std::string_view bytes) {
  return read_big_endian<std::uint32_t>(bytes);
}
std::optional<std::uint64_t> read_be64(std::string_view bytes) {
  return read_big_endian<std::uint64_t>(bytes);
}

std::string of_partition(Partition partition) { return be32(static_cast<std::uint32_t>(partition.value())); }

std::string of_action(Partition partition, const ActionId& id) {
  return of_partition(partition) + id.value();
}

std::string of_cooldown(Partition partition, std::string_view key) {
  return of_partition(partition).append(key);
}

std::string of_creation(WallTime created, const ActionId& id) {
  return be64(static_cast<std::uint64_t>(created.time_since_epoch().count())) + id.value();
}

std::string of_audit(Partition partition, std::uint64_t sequence) {
  return of_partition(partition) + be64(sequence);
}

std::string of_action_audit(const ActionId& id, Partition partition, std::uint64_t sequence) {
  return id.value() + of_audit(partition, sequence);
}

std::string of_stream(const StreamId& stream) { return std::string(kStreamPrefix) + stream.value(); }

std::string of_dead_letter(const StreamId& stream, Offset offset) {
  return stream.value() + '\0' + be64(static_cast<std::uint64_t>(offset.value()));
}

}  // namespace riposte::keys
