#include "connectors/file/dead_letters.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "engine/base/base64.h"
#include "engine/base/file_bytes.h"

namespace riposte {

using nlohmann::json;

namespace {

/// As text, or nothing when it is not UTF-8.
json text_or_null(const std::string& bytes) {
  try {
    json text = bytes;
    static_cast<void>(text.dump());
    return text;
  } catch (const json::type_error&) {
    return {};
  }
}

std::string line_of(const DeadLetter& letter) {
  nlohmann::ordered_json line{{"time", iso8601(letter.at)},
                              {"stream", letter.stream.value()},
                              {"offset", letter.offset.value()},
                              {"reason", letter.reason},
                              {"detail", letter.detail}};
  const json text = text_or_null(letter.bytes);
  if (text.is_null())
    line["bytes_base64"] = base64(letter.bytes);
  else
    line["bytes"] = letter.bytes;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

Result<std::unique_ptr<FileDeadLetters>> FileDeadLetters::open(std::filesystem::path path) {
  Descriptor descriptor(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!descriptor.valid())
    return fail(Errc::invalid, fmt::format("dead-letter file {}: {}", path.string(), reason(errno)));
  struct stat identity{};
  if (::fstat(descriptor.number(), &identity) != 0 || !S_ISREG(identity.st_mode))
    return fail(Errc::invalid, fmt::format("dead-letter file {}: not a regular file", path.string()));
  // Or the file itself could be gone after a power loss.
  if (const auto error = sync_directory(directory_of(path)))
    return fail(Errc::invalid,
                fmt::format("dead-letter file {}: syncing its folder: {}", path.string(), error.message()));
  return std::unique_ptr<FileDeadLetters>(new FileDeadLetters(std::move(path), std::move(descriptor)));
}

Result<void> FileDeadLetters::deliver(std::span<const DeadLetter> letters) {
  if (letters.empty()) return {};
  if (ends_in_half_a_line()) TRY(write("\n"));
  for (const DeadLetter& letter : letters) TRY(write(line_of(letter)));
  if (::fsync(descriptor_.number()) != 0)
    return fail(Errc::unavailable, fmt::format("dead-letter file {}: {}", path_.string(), reason(errno)));
  return {};
}

Result<void> FileDeadLetters::write(std::string_view text) {
  if (const auto error = write_all(descriptor_.number(), text))
    return fail(Errc::unavailable, fmt::format("dead-letter file {}: {}", path_.string(), error.message()));
  return {};
}

bool FileDeadLetters::ends_in_half_a_line() const {
  struct stat identity{};
  if (::fstat(descriptor_.number(), &identity) != 0 || identity.st_size == 0) return false;
  char last = '\n';
  return ::pread(descriptor_.number(), &last, 1, identity.st_size - 1) == 1 && last != '\n';
}

}  // namespace riposte
