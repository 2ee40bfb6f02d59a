/// One thing wrong with a file that a person wrote: where, what, and how to cure it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace riposte {

/// A place in a YAML file, counted from 1; the column counts bytes.
struct Location {
  std::string file;
  int line = 1;
  int column = 1;

  bool operator==(const Location&) const = default;
};

/// "rules/ssh.yml:14:22"
std::string text_of(const Location& location);

struct Diagnostic {
  enum class Kind : std::uint8_t { error, warning };
  Location location;
  Kind kind = Kind::error;
  std::string message;

  /// "rules/ssh.yml:14:22: error: unknown key 'respones'; did you mean 'response'?"
  std::string text() const;
  bool operator==(const Diagnostic&) const = default;
};

/// All diagnostics of one file, collected while it is read.
class Diagnostics {
 public:
  explicit Diagnostics(std::string file) : file_(std::move(file)) {}

  /// `at`: anything with a line and a column (yaml::Node, yaml::Entry, Location).
  template <class Place>
  void error(const Place& at, std::string message) {
    add(at.line, at.column, Diagnostic::Kind::error, std::move(message));
  }
  template <class Place>
  void warning(const Place& at, std::string message) {
    add(at.line, at.column, Diagnostic::Kind::warning, std::move(message));
  }

  const std::string& file() const { return file_; }
  template <class Place>
  Location place(const Place& at) const {
    return {file_, at.line, at.column};
  }
  /// To see whether reading a part added errors: compare before and after.
  std::size_t errors() const { return errors_; }
  bool ok() const { return errors_ == 0; }
  const std::vector<Diagnostic>& all() const { return all_; }
  /// In the order of the file.
  std::vector<Diagnostic> take();

 private:
  void add(int line, int column, Diagnostic::Kind kind, std::string message);

  std::string file_;
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

}  // namespace riposte
