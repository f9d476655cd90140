#include "balance.hpp"

#include <cmath>

namespace sluice::solvers::flux_transport {

double balance_polarities(const numerics::SphereBlock& block, grid::RealField& field) {
  using grid::Index;
  const auto b = field.view();
  base::CompensatedSum positive, negative;
  for (Index i = 0; i < block.rows(); ++i)
    for (Index k = 0; k < block.columns(); ++k)
      (b(i, k) > 0 ? positive : negative)
          .add(b(i, k) * block.summation_area(block.first_row() + i, block.first_column() + k));
  double total[2] = {positive.value(), -negative.value()};
  block.layout()->communicator().sum(std::span<double>(total));
  if (!(total[0] > 0 && total[1] > 0)) return 0;
  const double factor = std::sqrt(total[0] / total[1]);
  for (Index i = 0; i < block.rows(); ++i)
    for (Index k = 0; k < block.columns(); ++k) b(i, k) *= b(i, k) > 0 ? 1 / factor : factor;
  return factor;
}

}  // namespace sluice::solvers::flux_transport
