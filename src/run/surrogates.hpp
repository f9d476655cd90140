// The surrogates of a run: read, checked and kept under their names; their memory goes into the checkpoint.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "run/solver.hpp"
#include "run/state.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::run {

class Surrogates {
 public:
  using Declarations = std::vector<std::pair<std::string, surrogate::Declaration>>;
  /// Reads the weights files and checks them against the declarations, for grids of so many axes.
  /// AgreedError. Collective.
  Surrogates(const base::Communicator& communicator, const Declarations& declarations, int dimensions);
  /// InputError "where: ..." with the names that there are, if there is none of that name.
  [[nodiscard]] surrogate::Surrogate& get(const std::string& where, const std::string& name);
  [[nodiscard]] bool empty() const { return items_.empty(); }
  void state(State& state);
  void restored();
  /// Counters of the guards, for the history: NAME_accepted, NAME_limited, NAME_refused.
  [[nodiscard]] std::vector<Quantity> quantities() const;
  [[nodiscard]] std::vector<std::string> summary() const;

 private:
  std::vector<std::unique_ptr<surrogate::Surrogate>> items_;
};

}  // namespace sluice::run
