// What one pass over the points tells the guard about a call.
#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "surrogate/declaration.hpp"
#include "surrogate/network.hpp"

namespace sluice::surrogate {

/// A quantity of the solver that the outputs change at the rate: integral of the sum of weight times output.
struct Budget {
  std::string name;                    ///< "energy"
  std::vector<ChannelView> weights{};  ///< One an output, without halo or with any.
  double content = 0;                  ///< What there is of it: an integral over the grid.
};

/// What the seat knows of one call. With `fields` and `dt` the growth of their squares is bounded: the
/// outputs, times `factor`, are added to these fields by whoever called. With `budgets` the rates at which
/// the outputs add to them.
struct GuardedCall {
  std::span<const ChannelView> fields{};  ///< One an output; empty if the outputs are not added to anything.
  double factor = 1;                      ///< What the outputs are multiplied with before they are added.
  double dt = 0;                          ///< [time] That the call stands for.
  std::span<const Budget> budgets{};
  bool part_of_step = false;  ///< Several calls make a step: `step_stands` says that all of them were good.
};

/// Summed over all ranks.
struct Findings {
  double points = 0, not_finite = 0, outside = 0, beyond = 0;
  struct Output {
    double integral = 0, modulus = 0;
    double weight_norm = 0;       ///< g.mu, g.|mu|, g.S g with the volumes g and the variances S, or g.g
    double spread = 0, size = 0;  ///< g.S and g.mu^2; of a committee
    bool varies = false;          ///< g.S g is of variances that are not 0.
    double work = 0, square = 0;  ///< g.(2 u d + d^2) and g.u^2 of the field u
  };
  std::vector<Output> outputs{};
  std::vector<double> rates{};  ///< Of the budgets.
};

class Inspection {
 public:
  Inspection(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
             const grid::LayoutPtr& layout);
  /// All sums and counts in one pass and one reduction. `integrals`: those of the outputs too. `variances`:
  /// of the outputs, or empty. Collective.
  [[nodiscard]] Findings look(std::span<const ChannelView> inputs, std::span<const grid::RealField> outputs,
                              const GuardedCall& call, bool integrals,
                              std::span<const grid::RealField> variances = {}) const;
  /// values -= factor S g with the cells' volumes g and the variances S, or factor g, at the owned cells.
  void subtract_volumes(grid::RealField& values, double factor, const grid::RealField* variances) const;

 private:
  struct Place;  // a row of the owned block
  struct Sums;
  template <class Visit>
  void each_row(Visit visit) const;
  void look_at_outputs(std::span<const grid::RealField> outputs, const GuardedCall& call, bool integrals,
                       const Place& place, std::vector<Sums>& sums) const;
  void look_at_budgets(std::span<const grid::RealField> outputs, const GuardedCall& call, const Place& place,
                       std::vector<double>& rates) const;
  void look_at_variances(std::span<const grid::RealField> outputs, std::span<const grid::RealField> variances,
                         const Place& place, std::vector<Sums>& sums) const;
  [[nodiscard]] double count_outside(std::span<const ChannelView> inputs, const Place& place) const;
  void add_distance(std::span<const ChannelView> inputs, const Place& place, grid::Index begin,
                    grid::Index cells, double* inside) const;
  [[nodiscard]] Findings agreed(const std::vector<Sums>& sums, std::vector<double> rates,
                                double outside) const;

  std::vector<double> low_, high_;    // box of the inputs with its margin; infinite where unknown
  std::vector<double> least_, most_;  // bounds of the outputs; infinite where there are none
  std::vector<double> matrix_,
      shift_;  // of the distance: z = shift + matrix x; empty where it is not asked for
  double distance_ = 0;
  bool watched_ = false;                       // the inputs
  std::array<std::vector<double>, 3> volume_;  // along each axis, owned part: a cell's volume is the product
  double weight_norm_ = 0;                     // g.g of the owned cells
  grid::LayoutPtr layout_;
};

}  // namespace sluice::surrogate
