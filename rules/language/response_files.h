/// Reads response files: responses that are attached to rules without editing them.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/language/reader.h"

namespace riposte {

/// A rule's id as a response file names it.
struct NamedRule {
  RuleId id;
  Location location;
};

/// Which rules are meant. Every list that has entries must hold; a list holds when one of its entries does.
struct AttachConditions {
  std::vector<NamedRule> rules;
  std::vector<std::string> tags;
  std::vector<Severity> levels;
  std::vector<std::string> products;
  std::vector<std::string> categories;
  std::vector<std::string> services;
};

struct Attachment {
  AttachConditions conditions;
  std::vector<std::string> authors;
  std::vector<ActionTemplate> responses;
  std::string digest;  ///< of the file's bytes and the place in it
  Location location;
};

struct ReadAttachments {
  std::vector<Attachment> attachments;  ///< in the order of the files' names, then of the files
  std::vector<Diagnostic> diagnostics;
  std::size_t refused = 0;  ///< entries, or whole files, that were left out
};

/// Files, or folders searched to any depth for *.yml and *.yaml, in the order of their names. An entry with a
/// mistake is left out and stops no other.
ReadAttachments read_response_files(std::span<const std::string> paths, const ReadContext& context);

}  // namespace riposte
