// What a checkpoint keeps of samples and of a trainer.
#pragma once
#include "run/state.hpp"
#include "surrogate/trainer.hpp"

namespace sluice::run {

inline void declare_state(State& state, surrogate::Samples& samples) {
  for (grid::RealField& field : samples.fields) state.field(field);
  state.integers("numbers", samples.numbers);
  state.integer("seen", samples.seen);
}

inline void declare_state(State& state, surrogate::Trainer& trainer) {
  state.reals("weights", trainer.flat);
  state.reals("first", trainer.first);
  state.reals("second", trainer.second);
  state.reals("best", trainer.best_flat);
  state.reals("statistics", trainer.statistics);
  state.reals("losses", trainer.scalars);
  state.integers("counts", trainer.counts);
}

}  // namespace sluice::run
