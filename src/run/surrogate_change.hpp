// A surrogate whose outputs are added to a solver's: what the corrector and the emulator have in common.
#pragma once
#include <string>
#include <vector>

#include "run/channel_places.hpp"
#include "run/hook.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::run {

class SurrogateChange {
 public:
  /// Its outputs are rates if `time_unit` is not "1". InputError "where: ..." if the solver has no such
  /// inputs or outputs. The surrogate must outlive this.
  SurrogateChange(std::string where, surrogate::Surrogate& surrogate, Solver& solver,
                  const std::string& time_unit);
  /// One guarded call: results times `factor`, for a change that stands for `dt`. Empty if the caller has to
  /// go the classical way. Valid until the next call. Collective.
  [[nodiscard]] std::vector<Increment> call(const grid::Grid& grid, OutputSet& outputs, double factor,
                                            double dt);
  [[nodiscard]] surrogate::Surrogate& surrogate() { return *surrogate_; }

 private:
  /// Of one output of the solver, on the layout of the results.
  struct Change {
    std::string output;
    int components;
    std::vector<double> values;
  };
  void make_changes();
  std::string where_;
  surrogate::Surrogate* surrogate_;
  std::vector<ChannelPlace> inputs_, outputs_;
  std::vector<bool> conserved_;  // an output each, as the solver says
  std::vector<Change> changes_;
};

}  // namespace sluice::run
