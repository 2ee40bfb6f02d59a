#include "engine/base/file_bytes.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/descriptor.h"

namespace riposte {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

/// `write(bytes)` writes a beginning of them and says how long it was.
template <class Write>
std::error_code write_in_parts(std::string_view bytes, Write write) {
  while (!bytes.empty()) {
    const ssize_t count = write(bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return last_error();
    if (count == 0) return std::make_error_code(std::errc::io_error);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

std::error_code write_all(int file, std::string_view bytes) {
  return write_in_parts(bytes,
                        [file](std::string_view rest) { return ::write(file, rest.data(), rest.size()); });
}

std::error_code write_all_at(int file, std::string_view bytes, std::uint64_t offset) {
  const std::uint64_t end = offset + bytes.size();
  return write_in_parts(bytes, [file, end](std::string_view rest) {
    return ::pwrite(file, rest.data(), rest.size(), static_cast<off_t>(end - rest.size()));
  });
}

std::expected<std::string, std::error_code> read_to_end(int file, std::size_t bytes_max) {
  std::string bytes(bytes_max + 1, '\0');
  std::size_t length = 0;
  while (length < bytes.size()) {
    const ssize_t count = ::read(file, bytes.data() + length, bytes.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(last_error());
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  if (length > bytes_max) return std::unexpected(std::make_error_code(std::errc::file_too_large));
  bytes.resize(length);
  return bytes;
}

std::error_code sync_directory(const std::filesystem::path& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.valid() || ::fsync(file.number()) != 0) return last_error();
  return {};
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace riposte
