#include "turbulence/modes_state.hpp"

#include <utility>

namespace sluice::solvers::turbulence {

ModesState::ModesState(const Space& space, ComplexField& modes) : modes_(&modes) {
  if (space.communicator().size() > 1 || space.dimensions() == 1) return;
  grid::LayoutSpec spec = modes.layout().spec();
  std::swap(spec.global[0], spec.global[1]);
  spec.processes = {0, 0, 0};
  copy_ = ComplexField(modes.info(), grid::Layout::block(space.communicator(), spec));
}

void ModesState::turn(bool to_copy) {
  const auto& count = modes_->layout().count();
  const auto own = modes_->view(), other = copy_.view();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        Complex &a = own(i, j, k), &b = other(j, i, k);
        (to_copy ? b : a) = to_copy ? a : b;
      }
}

void ModesState::declare(run::State& state) {
  if (!copy_.data()) return state.field(*modes_);
  turn(true);
  state.field(copy_);
}

void ModesState::restored() {
  if (copy_.data()) turn(false);
}

ManyModesState::ManyModesState(const Space& space, Modes& modes) {
  for (auto& one : modes) all_.emplace_back(space, one);
}

void ManyModesState::declare(run::State& state) {
  for (auto& one : all_) one.declare(state);
}

void ManyModesState::restored() {
  for (auto& one : all_) one.restored();
}

}  // namespace sluice::solvers::turbulence
