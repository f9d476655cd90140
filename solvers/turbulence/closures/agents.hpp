// A few agents on a periodic plane: what each of them sees is a mean of the fields around it, and what they
// do is spread over the plane, both weighted with the tensor product of uniform cubic B-splines (de Boor, A
// Practical Guide to Splines, 2001): smooth, never beyond what the agents do, and one where all do one.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "grid/grid.hpp"
#include "surrogate/network.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

class Agents {
 public:
  /// So many along each axis; they divide the points of the grid. InputError otherwise.
  Agents(Space& space, const std::vector<std::int64_t>& counts);
  /// Of the agents: every rank has all of them.
  [[nodiscard]] const grid::Grid& grid() const { return grid_; }
  [[nodiscard]] const grid::LayoutPtr& layout() const { return layout_; }

  /// Means of fields on the solver's grid about each agent. Collective.
  [[nodiscard]] std::vector<RealField> gather(std::span<const surrogate::ChannelView> fields) const;
  /// values = the sum over the agents of spline times action.
  void spread(const RealField& actions, RealField& values) const;

 private:
  static constexpr std::size_t taps = 4;
  struct Tap {
    std::array<std::size_t, taps> agent;
    std::array<double, taps> weight;
  };
  Space* space_;
  std::array<std::vector<Tap>, 2> taps_;  ///< Of every point along an axis.
  std::array<std::size_t, 2> counts_{};
  grid::Grid grid_;
  grid::LayoutPtr layout_;
};

}  // namespace sluice::solvers::turbulence
