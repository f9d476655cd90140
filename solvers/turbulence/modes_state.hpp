// Modes in a checkpoint that any number of ranks can read.
#pragma once
#include <string>

#include "run/state.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

/// On several ranks the modes of a box of two or three dimensions have axes 0 and 1 exchanged, on one rank
/// they have not. On one rank a copy in the order of several ranks is what is declared: made when the state
/// is asked for, read back when it was restored.
class ModesState {
 public:
  ModesState(const Space& space, ComplexField& modes);
  void declare(run::State& state);
  void restored();

 private:
  void turn(bool to_copy);
  ComplexField* modes_;
  ComplexField copy_;  ///< Without memory where the modes themselves will do.
};

/// The same for several fields.
class ManyModesState {
 public:
  ManyModesState(const Space& space, Modes& modes);
  void declare(run::State& state);
  void restored();

 private:
  std::vector<ModesState> all_;
};

}  // namespace sluice::solvers::turbulence
