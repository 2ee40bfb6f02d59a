/// How detections come to the engine of a fleet.
#pragma once

#include <filesystem>
#include <string>

namespace riposte::test {

class Feed {
 public:
  Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  virtual ~Feed() = default;

  /// The engine's source, as its configuration has it.
  virtual std::string source() const = 0;
  /// Returns when it will not be lost any more. `detection`: one line.
  virtual void send(const std::string& detection) = 0;
};

/// A file that the engine follows.
class FileFeed final : public Feed {
 public:
  explicit FileFeed(std::filesystem::path path);

  std::string source() const override;
  void send(const std::string& detection) override;

 private:
  std::filesystem::path path_;
};

}  // namespace riposte::test
