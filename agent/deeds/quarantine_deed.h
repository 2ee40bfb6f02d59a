/// The deed of quarantine_file: a file, or a program that has none any more.
#pragma once

#include <memory>

#include "agent/deeds/deed.h"

namespace riposte::agent {

std::unique_ptr<Deed> make_quarantine_deed(const order::Order& order, const DeedGround& ground);

}  // namespace riposte::agent
