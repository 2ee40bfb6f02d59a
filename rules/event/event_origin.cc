#include "rules/event/event_origin.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace riposte {
namespace {

void add(const std::vector<std::string>& names, std::vector<std::string>& to) {
  for (const std::string& name : names)
    if (std::ranges::find(to, name) == to.end()) to.push_back(name);
}

void add_names(const OriginCase& one, const Event& event, std::vector<std::string>& to) {
  if (!all_hold(one.when, event)) return;
  add(one.names, to);
  if (one.values.empty()) return;
  FieldValues found;
  one.field.collect(event, found);
  for (const Scalar& scalar : found.scalars) {
    const auto named = scalar.is_null() ? one.values.end() : one.values.find(lower_ascii(scalar.text()));
    if (named != one.values.end()) add(named->second, to);
  }
}

bool admits_name(const std::optional<std::vector<std::string>>& known, std::string_view name) {
  return name.empty() || !known || std::ranges::find(*known, lower_ascii(name)) != known->end();
}

}  // namespace

std::optional<std::vector<std::string>> OriginRule::names_of(const Event& event) const {
  std::vector<std::string> names;
  for (const OriginCase& one : cases) add_names(one, event, names);
  const bool known = known_when.empty() ? !names.empty() : all_hold(known_when, event);
  if (!known) return {};
  return names;
}

bool OriginRule::is_constant() const {
  return cases.size() == 1 && known_when.empty() && cases.front().when.empty() &&
         cases.front().values.empty();
}

bool OriginRule::lists(std::string_view name) const {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, lower_ascii(name)) != names.end();
  };
  return std::ranges::any_of(cases, [&](const OriginCase& one) {
    return has(one.names) ||
           std::ranges::any_of(one.values, [&](const auto& value) { return has(value.second); });
  });
}

bool OriginRule::may_be(std::string_view name) const {
  // One case that always holds leaves nothing unknown; whatever depends on the event might.
  return name.empty() || !is_constant() || lists(name);
}

bool EventOrigin::admits(std::string_view product, std::string_view category,
                         std::string_view service) const {
  return admits_name(products, product) && admits_name(categories, category) &&
         admits_name(services, service);
}

EventOrigin OriginRules::origin_of(const Event& event) const {
  return {product.names_of(event), category.names_of(event), service.names_of(event)};
}

bool OriginRules::may_admit(std::string_view product_name, std::string_view category_name,
                            std::string_view service_name) const {
  // A format of one product whose cases can tell the services names all that there are.
  const bool foreign_service = !service_name.empty() && product.is_constant() &&
                               !service.known_when.empty() && !service.lists(service_name);
  return !foreign_service && product.may_be(product_name) && category.may_be(category_name) &&
         service.may_be(service_name);
}

}  // namespace riposte
