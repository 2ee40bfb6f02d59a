/// The command line of `riposte`: subcommands, their options and their help.
///
/// Results go to stdout, complaints to stderr; the exit codes are those of exit_code.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace riposte::cli {

struct RunOptions {
  std::string config_path;
};

struct CheckOptions {
  std::string config_path;         ///< empty: only `paths`
  std::vector<std::string> paths;  ///< rule files and folders; empty: those of the configuration
  bool json = false;
};

struct SchemaDetectOptions {
  std::string events;                        ///< a file; "-" is stdin
  std::vector<std::string> schemas{"auto"};  ///< as in the configuration
  bool json = false;
};

/// Where an author's tool finds its rules.
struct RuleOptions {
  std::string config_path;         ///< may be empty when `rules` is not
  std::vector<std::string> rules;  ///< files and folders; empty: those of the configuration
  std::vector<std::string>
      schemas;  ///< as in the configuration; empty: those of the configuration, else auto
  bool ignore_logsource = false;
};

struct MatchOptions {
  RuleOptions rules;
  std::vector<std::string> events;  ///< files; "-" is stdin
};

struct BenchOptions {
  RuleOptions rules;
  std::vector<std::string> events;  ///< files; "-" is stdin
  double seconds = 6;  ///< for the rounds; enough for a steady median, short enough to be asked often
  bool json = false;
};

struct ExplainOptions {
  RuleOptions rules;
  std::string rule;   ///< id or name
  std::string event;  ///< a file; "-" is stdin
  std::string at;     ///< RFC 3339: the moment that decides on active hours; empty: now
  bool json = false;
};

struct ListRulesOptions {
  RuleOptions rules;
  bool cost = false;  ///< what has each looked at, and how dear that is, instead of what it says
  bool json = false;
};

struct TestOptions {
  RuleOptions rules;
  std::string junit;  ///< file to write; empty: none
  bool json = false;
};

struct ReplayOptions {
  RuleOptions rules;
  std::vector<std::string> events;   ///< files; "-" is stdin
  std::vector<std::string> against;  ///< rule files and folders; empty: nothing is compared
  std::string topic;                 ///< instead of `events`
  std::string from;                  ///< of the topic: an offset or RFC 3339; empty: its oldest record
  std::string to;                    ///< empty: its newest
  bool json = false;
};

/// What needs the whole engine; the answer is the exit code.
struct EngineCommands {
  std::function<int(const RunOptions&)> run;
  std::function<int(const CheckOptions&)> check;
  std::function<int(const SchemaDetectOptions&)> schema_detect;
  std::function<int(const MatchOptions&)> match;
  std::function<int(const ExplainOptions&)> explain;
  std::function<int(const TestOptions&)> test;
  std::function<int(const ListRulesOptions&)> list_rules;
  std::function<int()> rules_schema;
  std::function<int(const ReplayOptions&)> replay;
  std::function<int(const BenchOptions&)> bench;
};

/// Exit code of the process.
int run_command_line(int argc, char** argv, const EngineCommands& engine);

}  // namespace riposte::cli
