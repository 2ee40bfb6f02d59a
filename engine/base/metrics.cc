#include "engine/base/metrics.h"

#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace riposte {
namespace {

class RegisteredCounter final : public Counter {
 public:
  explicit RegisteredCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) override { counter_.Increment(amount); }

 private:
  prometheus::Counter& counter_;
};

class RegisteredGauge final : public Gauge {
 public:
  explicit RegisteredGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }

 private:
  prometheus::Gauge& gauge_;
};

class RegisteredHistogram final : public Histogram {
 public:
  explicit RegisteredHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

using Key = std::pair<std::string, Labels>;

struct StatedGauge {
  prometheus::Family<prometheus::Gauge>& family;
  prometheus::Gauge* current;
};

}  // namespace

struct Metrics::Registry {
  std::mutex mutex;
  prometheus::Registry families;
  std::map<Key, RegisteredCounter> counters;
  std::map<Key, RegisteredGauge> gauges;
  std::map<Key, RegisteredHistogram> histograms;
  std::map<std::string, StatedGauge> states;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  std::scoped_lock lock(registry_->mutex);
  const Key key{name, labels};
  if (const auto found = registry_->counters.find(key); found != registry_->counters.end())
    return found->second;
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_->families);
  return registry_->counters.emplace(key, family.Add(labels)).first->second;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  std::scoped_lock lock(registry_->mutex);
  const Key key{name, labels};
  if (const auto found = registry_->gauges.find(key); found != registry_->gauges.end()) return found->second;
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->families);
  return registry_->gauges.emplace(key, family.Add(labels)).first->second;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds, const Labels& labels) {
  std::scoped_lock lock(registry_->mutex);
  const Key key{name, labels};
  if (const auto found = registry_->histograms.find(key); found != registry_->histograms.end())
    return found->second;
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->families);
  return registry_->histograms.emplace(key, family.Add(labels, bounds)).first->second;
}

void Metrics::state(const std::string& name, const std::string& help, const Labels& labels) {
  std::scoped_lock lock(registry_->mutex);
  auto found = registry_->states.find(name);
  if (found == registry_->states.end()) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_->families);
    found = registry_->states.emplace(name, StatedGauge{family, nullptr}).first;
  }
  StatedGauge& stated = found->second;
  if (stated.current != nullptr) stated.family.Remove(stated.current);
  stated.current = &stated.family.Add(labels);
  stated.current->Set(1);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_->families.Collect());
}

}  // namespace riposte
