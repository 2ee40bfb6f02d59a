#include "agent/link/enroll.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/identity/identity.h"
#include "agent/identity/report_key.h"
#include "agent/link/credentials.h"
#include "agent/link/exchange.h"
#include "engine/base/hex.h"
#include "engine/base/synced_file.h"
#include "engine/enrolment/enrolment.h"
#include "engine/order/names.h"
#include "engine/tls/request.h"

namespace riposte::agent {
namespace {

constexpr mode_t kFolderMode = 0755;
constexpr mode_t kLinkFolderMode = 0700;
constexpr std::size_t kHostNameBytes = 256;

std::string first_line(const std::string& text) { return text.substr(0, text.find_first_of("\r\n")); }

Result<std::string> read_token(const std::filesystem::path& path) {
  std::string token = first_line(TRY(read_secret(path, enrolment::kTokenBytesMax)));
  const std::size_t dot = token.rfind('.');
  if (dot == std::string::npos || !is_hex(token.substr(dot + 1), order::kSha256Digits))
    return fail(Errc::invalid, path.string() + " holds no enrolment token; it must be copied whole");
  return token;
}

std::string own_name() {
  std::array<char, kHostNameBytes> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::vector<std::string> own_names() {
  const std::string whole = own_name();
  std::vector<std::string> names;
  for (const std::string& name : {whole, whole.substr(0, whole.find('.'))})
    if (enrolment::is_host_name(name) && (names.empty() || names.back() != name)) names.push_back(name);
  return names;
}

struct Owner {
  uid_t user;
  gid_t group;
};

Result<Owner> owner_of_link(const std::string& user) {
  if (::geteuid() != 0) return Owner{::geteuid(), ::getegid()};
  const passwd* found = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
  if (found == nullptr)
    return fail(Errc::not_found, "there is no user '" + user +
                                     "' for the agent's network part; make it with: adduser --system "
                                     "--group --no-create-home " +
                                     user);
  return Owner{found->pw_uid, found->pw_gid};
}

Result<void> make_folder(const std::filesystem::path& path, mode_t mode, const Owner& owner) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return fail(Errc::unavailable, path.string() + ": " + std::generic_category().message(errno));
  if (::chmod(path.c_str(), mode) != 0 || ::chown(path.c_str(), owner.user, owner.group) != 0)
    return fail(Errc::unavailable, path.string() + ": " + std::generic_category().message(errno));
  return {};
}

/// In a folder that belongs to an unprivileged user, root would follow wherever that user leads.
class ActingAs {
 public:
  explicit ActingAs(const Owner& owner) : user_(::geteuid()), group_(::getegid()) {
    switched_ = ::setegid(owner.group) == 0 && ::seteuid(owner.user) == 0;
  }
  ~ActingAs() {
    if (::seteuid(user_) != 0 || ::setegid(group_) != 0) std::abort();
  }
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
  bool switched() const { return switched_; }

 private:
  uid_t user_;
  gid_t group_;
  bool switched_;
};

/// Before the engine is asked: a token is used up by the answer.
Result<void> check_folder(const std::filesystem::path& folder, const Owner& owner) {
  const ActingAs link(owner);
  if (!link.switched() || ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return fail(Errc::unavailable, folder.string() + " cannot be written by the user of the network part: " +
                                       std::generic_category().message(errno));
  return {};
}

Result<order::Frame> question(const EnrolOptions& options, const std::string& token,
                              const tls::PrivateKey& key) {
  const order::SigningKey report_key = TRY(open_report_key(StateFiles(options.state).report_key));
  const std::string machine_id = first_line(TRY(read_small(options.machine_id_file, kHostNameBytes)));
  const enrolment::Enrol enrol{.token = token,
                               .request = TRY(tls::new_request(key, machine_id)),
                               .report_key = report_key.public_key(),
                               .machine_id = machine_id,
                               .name = options.name.empty() ? own_name() : options.name,
                               .host_names = own_names()};
  return order::Frame{order::FrameType::enrol, order::encode(TRY(enrolment::sign(enrol, report_key)))};
}

Result<enrolment::Enrolled> read_answer(const order::Frame& frame) {
  if (frame.type == order::FrameType::refused)
    return fail(Errc::denied, "the engine refuses: " + TRY(enrolment::decode_refused(frame.body)).why);
  if (frame.type != order::FrameType::enrolled)
    return fail(Errc::invalid, "this is no answer of an engine to an enrolment");
  return enrolment::decode_enrolled(frame.body);
}

Result<void> settle(const EnrolOptions& options, const enrolment::Enrolled& enrolled,
                    const Credentials& credentials, const std::vector<Endpoint>& engines,
                    const Owner& owner) {
  const StateFiles files(options.state);
  {
    const ActingAs link(owner);
    if (!link.switched()) return fail(Errc::unavailable, "cannot act as the user of the network part");
    TRY(write_credentials(files.link, credentials));
    TRY(write_engines(files.engines(), engines));
  }
  return write_identity(files.identity,
                        {enrolled.fleet, enrolled.machine_id, enrolled.enrolment, enrolled.order_keys});
}

}  // namespace

Result<std::string> enroll(const EnrolOptions& options) {
  const Endpoint engine = TRY(parse_endpoint(options.engine));
  const std::string token = TRY(read_token(options.token_file));
  const Owner owner = TRY(owner_of_link(options.user));
  TRY(make_folder(options.state, kFolderMode, {::geteuid(), ::getegid()}));
  TRY(make_folder(StateFiles(options.state).link, kLinkFolderMode, owner));
  TRY(check_folder(StateFiles(options.state).link, owner));
  const auto key = TRY(tls::PrivateKey::generate());
  const std::string pin = token.substr(token.rfind('.') + 1);
  const tls::Context context = TRY(tls::enrolling_context(pin));
  const Answered answer = TRY(exchange(engine, context, TRY(question(options, token, key))));
  const enrolment::Enrolled enrolled = TRY(read_answer(answer.frame));
  const Credentials credentials{key, TRY(tls::Certificate::from_pem(enrolled.certificate)),
                                TRY(tls::Certificate::from_pem(enrolled.authority))};
  if (credentials.authority.key_hash() != pin)
    return fail(Errc::denied, "the engine names another authority than the token");
  TRY(settle(options, enrolled, credentials, answer.engines, owner));
  return "machine " + enrolled.machine_id + " is enrolled in fleet " + enrolled.fleet + ", enrolment " +
         std::to_string(enrolled.enrolment) + ", engine " + text_of(answer.engines.front()) +
         "; restart riposte-agent-hands and riposte-agent";
}

}  // namespace riposte::agent
