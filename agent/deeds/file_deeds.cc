#include "agent/deeds/file_deeds.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "agent/deeds/plan.h"
#include "agent/files/mounts.h"
#include "agent/files/proof.h"
#include "agent/files/protected_places.h"
#include "agent/files/put_back.h"
#include "agent/files/refusal.h"
#include "agent/files/take_in.h"
#include "engine/base/printable.h"

namespace riposte::agent {
namespace {

using order::DeedResult;
using order::Finding;

/// So many processes that use a file are named in a report.
constexpr std::size_t kReportedUsersMax = 64;

DeedResult file_result(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return {ResultWord::not_found, error.text(), {}};
    case Errc::invalid:
    case Errc::conflict:
      return {ResultWord::refused_identity, error.text(), {}};
    case Errc::denied:
      return {ResultWord::refused_guard, error.text(), {}};
    default:
      return {ResultWord::error, error.text(), {}};
  }
}

files::ProtectedPlaces places_of(const DeedGround& ground) {
  files::ProtectedPlaces places;
  places.directories.push_back(files::directory_of(ground.vault_directory));
  const auto& more = ground.policy.protected_paths;
  places.directories.insert(places.directories.end(), more.begin(), more.end());
  return places;
}

/// A protected path may be that of one file, and the file may have another name, too.
Result<void> refuse_protected_file(const files::FileId* id, const std::string& path,
                                   const DeedGround& ground) {
  for (const std::string& guarded : ground.policy.protected_paths) {
    bool same = files::lies_in(path, guarded);
    const Descriptor there(::open(guarded.c_str(), O_PATH | O_CLOEXEC));
    if (id != nullptr && there.valid()) same = same || TRY(files::facts_of(there)).id == *id;
    if (same) return fail(Errc::denied, files::shown(path) + " is protected by protected_paths: " + guarded);
  }
  return {};
}

/// Without this process, which holds the file to look at it.
Result<files::FileUsers> other_users_of(const files::FileId& file, bool nameless) {
  files::FileUsers users = TRY(files::users_of(file, nameless));
  std::erase_if(users.found, [](const files::FileUser& user) { return user.pid == ::getpid(); });
  return users;
}

std::string users_text(const files::FileUsers& users) {
  std::string text;
  for (std::size_t i = 0; i < std::min(users.found.size(), kReportedUsersMax); ++i)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", users.found[i].pid,
                        users.found[i].use == files::Use::runs ? "runs it" : "has it open");
  return text;
}

Facts file_facts(const files::FileFacts& file, const std::string& path) {
  return {{"path", printable(path)},
          {"device", std::to_string(file.id.device)},
          {"inode", std::to_string(file.id.inode)},
          {"size", std::to_string(file.size)},
          {"uid", std::to_string(file.uid)},
          {"gid", std::to_string(file.gid)},
          {"mode", fmt::format("{:04o}", file.mode)},
          {"links", std::to_string(file.links)}};
}

DeedResult taken_result(const files::Taken& taken) {
  const files::Sidecar& sidecar = taken.sidecar;
  DeedResult result{taken.already ? ResultWord::already_done : ResultWord::ok,
                    files::shown(sidecar.path) + " is in the vault", file_facts(sidecar.facts, sidecar.path)};
  result.evidence["vault_id"] = sidecar.action;
  result.evidence["sha256"] = sidecar.content.sha256;
  if (sidecar.facts.links > 1)
    result.detail += fmt::format("; {} other names of it are left", sidecar.facts.links - 1);
  const auto users = other_users_of(sidecar.facts.id, sidecar.facts.links == 1);
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
    auto found = find();
    if (!found) return std::unexpected(not_there(found.error()));
    found_.emplace(*std::move(found));
    Facts plan = file_facts(found_->facts, command_.path);
    if (const auto users = other_users_of(found_->facts.id, false)) plan["users"] = users_text(*users);
    return encode_plan(std::move(plan));
  }

  DeedResult act(const std::stop_token&) override {
    if (!found_) return {ResultWord::error, "nothing was looked at", {}};
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
  DeedResult not_there(const Error& error) const {
    if (error.code == Errc::not_found && files::names_nothing(command_.path))
      return {ResultWord::unsupported,
              files::shown(command_.path) + " is a program without a file; end its processes instead",
              {}};
    return file_result(error);
  }
  Result<files::Taken> take() {
    const files::Vault vault = TRY(files::Vault::open(ground_.vault_directory));
    if (auto finished = TRY(files::finish_taking(action_, vault, TRY(files::open_root()))))
      return *std::move(finished);
    return files::take_in(*found_, action_, {command_.sha256, command_.inode, command_.size}, vault);
  }

  const std::string action_;
  const order::QuarantineFile command_;
  const DeedGround& ground_;
  std::optional<files::Found> found_;
};

/// What the vault has of an action, and the directory that it came from.
struct Kept {
  files::Vault vault;
  files::Sidecar sidecar;
  files::Place place;
};

Result<files::Sidecar> sidecar_of(const std::string& vault_id, const files::Vault& vault) {
  auto entry = TRY(vault.find(vault_id));
  if (!entry) return fail(Errc::not_found, "the vault has nothing that the action " + vault_id + " took in");
  return std::move(entry->sidecar);
}

Result<Kept> find_kept(const std::string& vault_id, const DeedGround& ground) {
  files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  files::Sidecar sidecar = TRY(sidecar_of(vault_id, vault));
  files::Place place =
      TRY(files::resolve_directory(files::directory_of(sidecar.path), TRY(files::open_root())));
  TRY(files::refuse_protected(place, places_of(ground)));
  TRY(refuse_protected_file(nullptr, sidecar.path, ground));
  return Kept{std::move(vault), std::move(sidecar), std::move(place)};
}

DeedResult put_back(const std::string& vault_id, const Kept& kept) {
  const auto back = files::put_back(vault_id, kept.vault, kept.place);
  if (!back) return file_result(back.error());
  Facts evidence = file_facts(kept.sidecar.facts, kept.sidecar.path);
  evidence["vault_id"] = vault_id;
  evidence["sha256"] = kept.sidecar.content.sha256;
  return {back->already ? ResultWord::already_done : ResultWord::ok,
          files::shown(kept.sidecar.path) + (back->already ? " is there already" : " is back"),
          std::move(evidence)};
}

class RestoreDeed final : public Deed {
 public:
  RestoreDeed(const order::Order& order, const DeedGround& ground)
      : vault_id_(std::get<order::RestoreFile>(order.command).vault_id), ground_(ground) {}

  std::expected<std::string, DeedResult> look() override {
    auto kept = find_kept(vault_id_, ground_);
    if (!kept) return std::unexpected(file_result(kept.error()));
    kept_.emplace(*std::move(kept));
    return encode_plan(file_facts(kept_->sidecar.facts, kept_->sidecar.path));
  }
  DeedResult act(const std::stop_token&) override {
    if (!kept_) return {ResultWord::error, "nothing was looked at", {}};
    return put_back(vault_id_, *kept_);
  }

 private:
  const std::string vault_id_;
  const DeedGround& ground_;
  std::optional<Kept> kept_;
};

/// What tells the file at its place from the one that was taken in; empty: nothing. Errors: not_found.
Result<std::string> difference_at(const std::string& vault_id, const DeedGround& ground) {
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  const files::Sidecar sidecar = TRY(sidecar_of(vault_id, vault));
  const files::Found found = TRY(files::resolve(sidecar.path, TRY(files::open_root())));
  TRY(files::refuse_irregular(found));
  const std::string pinned = "/proc/self/fd/" + std::to_string(found.file.number());
  const Descriptor file(::open(pinned.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid()) return files::refusal(files::shown(sidecar.path), errno);
  return files::difference(file, sidecar);
}

DeedResult probe_restoration(const std::string& vault_id, const DeedGround& ground) {
  const auto difference = difference_at(vault_id, ground);
  if (difference && difference->empty()) return {ResultWord::ok, "the file is back", {}};
  if (difference) return {ResultWord::error, "it was begun and has had no effect: " + *difference, {}};
  if (difference.error().code == Errc::not_found)
    return {ResultWord::error, "it was begun and has had no effect: " + difference.error().text(), {}};
  return {ResultWord::unknown, difference.error().text(), {}};
}

/// In the vault and no longer at its place, whatever stage the vault has on record.
Result<DeedResult> taking_became(const order::Order& order, const DeedGround& ground) {
  const std::string& path = std::get<order::QuarantineFile>(order.command).path;
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  const auto entry = TRY(vault.find(order.action.value()));
  if (!entry)
    return DeedResult{
        ResultWord::error, "it was begun and has had no effect: the vault does not have it", {}};
  const auto there = files::resolve(path, TRY(files::open_root()));
  if (there && files::same_file(entry->sidecar.facts, there->facts))
    return DeedResult{ResultWord::error,
                      "it was begun and has had no effect: " + files::shown(path) + " is at its place",
                      {}};
  return DeedResult{ResultWord::ok,
                    files::shown(path) + " is in the vault",
                    {{"vault_id", order.action.value()}, {"sha256", entry->sidecar.content.sha256}}};
}

Result<files::Proof> proof_of(const order::Order& order, const DeedGround& ground) {
  const files::Vault vault = TRY(files::Vault::open(ground.vault_directory));
  return files::prove_taken(order.action.value(), vault, TRY(files::open_root()));
}

Verified verify_quarantine(const order::Order& order, const DeedGround& ground) {
  const auto proof = proof_of(order, ground);
  if (!proof && proof.error().code == Errc::not_found)
    return {Finding::disproven, {ResultWord::error, proof.error().text(), {}}};
  if (!proof) return {Finding::unknown, {ResultWord::unknown, proof.error().text(), {}}};
  Facts evidence;
  if (!proof->users.found.empty()) evidence["users"] = users_text(proof->users);
  if (proof->holds())
    return {Finding::proven, {ResultWord::ok, "the file is out of use", std::move(evidence)}};
  return {Finding::disproven,
          {ResultWord::error, fmt::format("{}", fmt::join(proof->against, "; ")), std::move(evidence)}};
}

Verified verify_restoration(const std::string& vault_id, const DeedGround& ground) {
  DeedResult result = probe_restoration(vault_id, ground);
  if (result.word == ResultWord::ok) return {Finding::proven, std::move(result)};
  const bool unknown = result.word == ResultWord::unknown;
  return {unknown ? Finding::unknown : Finding::disproven, std::move(result)};
}

}  // namespace

std::unique_ptr<Deed> make_file_deed(const order::Order& order, const DeedGround& ground) {
  if (std::holds_alternative<order::QuarantineFile>(order.command))
    return std::make_unique<QuarantineDeed>(order, ground);
  return std::make_unique<RestoreDeed>(order, ground);
}

DeedResult probe_file(const Started& started, const DeedGround& ground) {
  if (const auto* restore = std::get_if<order::RestoreFile>(&started.order.command))
    return probe_restoration(restore->vault_id, ground);
  auto became = taking_became(started.order, ground);
  if (!became) return {ResultWord::unknown, became.error().text(), {}};
  return *std::move(became);
}

Verified verify_file(const order::Order& order, const DeedGround& ground) {
  if (const auto* restore = std::get_if<order::RestoreFile>(&order.command))
    return verify_restoration(restore->vault_id, ground);
  return verify_quarantine(order, ground);
}

DeedResult end_quarantine(const Ledger::Known& quarantine, const DeedGround& ground) {
  const std::string& vault_id = quarantine.started.order.action.value();
  const auto kept = find_kept(vault_id, ground);
  return kept ? put_back(vault_id, *kept) : file_result(kept.error());
}

}  // namespace riposte::agent
