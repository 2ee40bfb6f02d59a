/// The file calls of the system that may do less than was asked, done to the end.
///
/// Errors: the system's own; what a failure means is for the caller to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace riposte {

/// From where the file stands.
std::error_code write_all(int file, std::string_view bytes);
std::error_code write_all_at(int file, std::string_view bytes, std::uint64_t offset);

/// From where the file stands to its end. Errors: std::errc::file_too_large, too, when there are more than
/// `bytes_max`.
std::expected<std::string, std::error_code> read_to_end(int file, std::size_t bytes_max);

/// The names in it are as durable as the files that were synced.
std::error_code sync_directory(const std::filesystem::path& directory);
/// Where the name of `path` stands.
std::filesystem::path directory_of(const std::filesystem::path& path);

}  // namespace riposte
