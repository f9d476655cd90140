// Forcing of the vorticity equation.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "base/random.hpp"
#include "run/state.hpp"
#include "turbulence/modes_state.hpp"

namespace sluice::solvers::turbulence {

struct ForcingParameters {
  std::string type = "none";
  std::vector<std::int64_t> waves{4, 4};  ///< cosines
  std::vector<double> amplitude{4, 4};    ///< cosines
  double centre = 10, half_width = 1;     ///< ring
  double injection = 0.01;                ///< ring
  double correlation_time = 0;            ///< ring

  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;
};

class Forcing {
 public:
  Forcing(const Space& space, const ForcingParameters& parameters, const base::RandomKey& key);
  [[nodiscard]] bool active() const { return parameters_.type != "none"; }
  /// Draws what is held over the step.
  void begin_step(double dt, std::int64_t step);
  /// n += F
  void add(ComplexField& n) const;
  [[nodiscard]] const ComplexField& modes() const { return modes_; }
  void state(run::State& state);
  void restored();

 private:
  void make_cosines();
  void find_ring();
  struct RingMode {
    Index at;
    std::uint64_t index;  ///< The same on any number of ranks.
    bool conjugate;       ///< The mirror image of a mode that is drawn as well.
    double amplitude;     ///< Standard deviation per square root of a rate.
  };
  ForcingParameters parameters_;
  const Space* space_;
  base::RandomKey key_;
  ComplexField modes_;
  ModesState state_;
  std::vector<RingMode> ring_;
};

}  // namespace sluice::solvers::turbulence
