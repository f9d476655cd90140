// Members of an ensemble that learn one surrogate together: at agreed times each says what its own samples
// make of the weights that all of them have, and all take the same gradient steps by the mean.
#pragma once
#include <string>

#include "base/parameters.hpp"
#include "run/meeting.hpp"
#include "surrogate/trainer.hpp"

namespace sluice::hooks {

struct TogetherParameters {
  double every = 0;  ///< [time]; 0: every run learns by itself.
  double first = 0;  ///< [time]
  void declare(base::Parameters& parameters, const std::string& time_unit);
  [[nodiscard]] bool active() const { return every > 0; }
};

/// What a hook is that learns so. The weights of all of them are the same bits at any time.
class Learner {
 public:
  virtual ~Learner() = default;
  [[nodiscard]] virtual surrogate::Trainer& trainer() = 0;
  [[nodiscard]] virtual const surrogate::Samples& samples() = 0;  ///< Collective over the member's ranks.
  /// Has samples enough.
  [[nodiscard]] virtual bool ready() = 0;
  /// After the gradient steps of a meeting: whether a validation is due.
  [[nodiscard]] virtual bool learned() = 0;
  /// After a validation; publishes what has become better. Collective over the member's ranks.
  virtual void validated(std::int64_t step) = 0;
};

class LearningTogether final : public run::Meeting {
 public:
  LearningTogether(const TogetherParameters& parameters, std::string use, std::int64_t gradient_steps);
  [[nodiscard]] std::vector<double> times(double begin, double end) const override;
  /// AgreedError if the members' weights differ.
  void hold(const run::Gathering& gathering) override;

 private:
  struct Own;
  void begin(const run::Gathering& gathering, std::vector<Own>& own) const;
  void learn(const run::Gathering& gathering, std::vector<Own>& own) const;
  void validate(const run::Gathering& gathering, std::vector<Own>& own) const;
  TogetherParameters parameters_;
  std::string use_;
  std::int64_t gradient_steps_;
};

}  // namespace sluice::hooks
