/// Counters, gauges and histograms in Prometheus' text format.
///
/// Threads: any. A reference stays valid as long as the Metrics.
/// Limits:  rule ids are fine as label values; hosts, users and addresses never are.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace riposte {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

using Labels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The same name and labels always give the same object.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  /// `bounds`: upper bounds of the buckets, ascending.
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                       const Labels& labels = {});

  /// The only series of this name, with the value 1: what its labels say replaces what they said before.
  void state(const std::string& name, const std::string& help, const Labels& labels);

  /// Text exposition format, version 0.0.4.
  std::string text() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace riposte
