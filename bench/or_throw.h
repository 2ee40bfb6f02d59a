/// The value of a result, or an exception with the text of its error: a bench ends with what fails.
#pragma once

#include <stdexcept>
#include <utility>

#include "engine/base/error.h"

namespace riposte::bench {

template <class T>
T or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return *std::move(result);
}

}  // namespace riposte::bench
