#include "engine/base/error.h"

namespace riposte {

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::invalid:
      return "invalid";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::denied:
      return "denied";
    case Errc::unavailable:
      return "unavailable";
    case Errc::fenced:
      return "fenced";
    case Errc::corrupt:
      return "corrupt";
  }
  std::unreachable();
}

std::string Error::text() const {
  std::string text;
  for (auto step = doing.rbegin(); step != doing.rend(); ++step) text += *step + ": ";
  return text + what;
}

std::unexpected<Error> fail(Error error, std::string doing) {
  error.doing.push_back(std::move(doing));
  return std::unexpected(std::move(error));
}

}  // namespace riposte
