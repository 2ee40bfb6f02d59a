#include "agent/deeds/quarantine_deed.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "agent/deeds/file_facts.h"
#include "agent/deeds/file_guards.h"
#include "agent/deeds/running_program.h"
#include "agent/files/recover.h"
#include "agent/files/refusal.h"

namespace riposte::agent {
namespace {

using order::DeedResult;

DeedResult taken_result(const files::Taken& taken) {
  const files::Sidecar& sidecar = taken.sidecar;
  DeedResult result{taken.already ? ResultWord::already_done : ResultWord::ok,
                    files::shown(sidecar.path) + " is in the vault", file_facts(sidecar.facts, sidecar.path)};
  if (sidecar.nameless)
    result.detail += "; it had no file to be removed, and what runs it goes on: kill_process ends that";
  result.evidence["vault_id"] = sidecar.action;
  result.evidence["sha256"] = sidecar.content.sha256;
  const std::uint32_t own_names = sidecar.nameless ? 0 : 1;
  if (sidecar.facts.links > own_names)
    result.detail += fmt::format("; {} other names of it are left", sidecar.facts.links - own_names);
  const auto users = other_users_of(sidecar.facts.id, sidecar.facts.links == own_names);
  if (users && !users->found.empty()) {
    result.evidence["users"] = users_text(*users);
    result.detail += fmt::format("; {} processes still use it", users->found.size());
  }
  return result;
}

class QuarantineDeed final : public Deed {
 public:
  QuarantineDeed(const order::Order& order, const DeedGround& ground)
      : action_(order.action.value()),
        command_(std::get<order::QuarantineFile>(order.command)),
        ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    // Of such a path the process decides what is meant, and no name is followed.
    if (command_.process && files::names_nothing(command_.path)) return look_at_program();
    auto found = find();
    if (found) return plan_of(*std::move(found));
    if (found.error().code != Errc::not_found || !command_.process)
      return std::unexpected(not_there(found.error()));
    // Programs remove themselves once they run.
    auto plan = look_at_program();
    if (plan || plan.error().word == ResultWord::already_done) return plan;
    return std::unexpected(DeedResult{
        ResultWord::not_found, found.error().text() + "; and of its process: " + plan.error().detail, {}});
  }

  DeedResult act(const std::stop_token&) override {
    if (!found_ && !program_) return {ResultWord::error, "nothing was looked at", {}};
    const auto taken = take();
    return taken ? taken_result(*taken) : file_result(taken.error());
  }

 private:
  Result<files::Found> find() const {
    files::Found found = TRY(files::resolve(command_.path, TRY(files::open_root())));
    TRY(files::refuse_irregular(found));
    TRY(files::refuse_protected(found, places_of(ground_)));
    TRY(refuse_protected_file(&found.facts.id, command_.path, ground_));
    return found;
  }
  std::string plan_of(files::Found found) {
    Facts plan = file_facts(found.facts, command_.path);
    if (const auto users = other_users_of(found.facts.id, false)) plan["users"] = users_text(*users);
    found_.emplace(std::move(found));
    return encode_plan(std::move(plan));
  }

  std::expected<std::string, DeedResult> look_at_program() {
    const auto recovered = recovered_before();
    if (!recovered) return std::unexpected(file_result(recovered.error()));
    if (*recovered) return std::unexpected(taken_result(**recovered));
    auto program = open_program(command_);
    if (!program) return std::unexpected(program.error());
    // A file may also be called so: then it is one, and has a name to lose.
    const auto there = find_named(program->path);
    if (!there) return std::unexpected(file_result(there.error()));
    if (*there && files::same_file((*there)->facts, program->facts)) return look_at_named(program->path);
    Facts plan = file_facts(program->facts, program->path);
    plan["pid"] = std::to_string(command_.process->pid);
    plan["nameless"] = "yes";
    program_.emplace(*std::move(program));
    return encode_plan(std::move(plan));
  }
  /// The process may have ended since.
  Result<std::optional<files::Taken>> recovered_before() const {
    const files::Vault vault = TRY(files::Vault::open(ground_.vault_directory));
    auto entry = TRY(vault.find(action_));
    if (!entry || !entry->sidecar.nameless) return std::nullopt;
    return files::Taken{.already = true, .sidecar = std::move(entry->sidecar)};
  }
  static Result<std::optional<files::Found>> find_named(const std::string& path) {
    auto found = files::resolve(path, TRY(files::open_root()));
    if (found) return *std::move(found);
    if (found.error().code == Errc::not_found || found.error().code == Errc::invalid) return std::nullopt;
    return std::unexpected(std::move(found).error());
  }
  std::expected<std::string, DeedResult> look_at_named(const std::string& path) {
    if (path != command_.path)
      return std::unexpected(DeedResult{
          ResultWord::refused_identity, "its process runs " + files::shown(path) + ", a file called so", {}});
    auto found = find();
    if (!found) return std::unexpected(file_result(found.error()));
    return plan_of(*std::move(found));
  }

  DeedResult not_there(const Error& error) const {
    if (error.code == Errc::not_found && files::names_nothing(command_.path))
      return {ResultWord::unsupported,
              files::shown(command_.path) +
                  " is a program without a file; give the pid of a process that runs it, and its bytes are "
                  "taken into the vault, or end its processes",
              {}};
    return file_result(error);
  }
  Result<files::Taken> take() {
    const files::Vault vault = TRY(files::Vault::open(ground_.vault_directory));
    const WallTime now = ground_.now.wall;
    const files::Meant meant{command_.sha256, command_.inode, command_.size};
    if (auto finished = TRY(files::finish_taking(action_, vault, TRY(files::open_root()), now)))
      return *std::move(finished);
    if (program_) return files::recover(*program_, action_, meant, vault, now);
    return files::take_in(*found_, action_, meant, vault, now);
  }

  const std::string action_;
  const order::QuarantineFile command_;
  const DeedGround& ground_;
  std::optional<files::Found> found_;       ///< this
  std::optional<files::Nameless> program_;  ///< or that
};

}  // namespace

std::unique_ptr<Deed> make_quarantine_deed(const order::Order& order, const DeedGround& ground) {
  return std::make_unique<QuarantineDeed>(order, ground);
}

}  // namespace riposte::agent
