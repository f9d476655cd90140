#include "turbulence/closures/agents.hpp"

#include <fmt/format.h>

namespace sluice::solvers::turbulence {

Agents::Agents(Space& space, const std::vector<std::int64_t>& counts) : space_(&space) {
  const auto& spec = space.transform().spec();
  grid::CartesianSpec box;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::int64_t points = spec.points[axis], count = counts[axis];
    if (points % count != 0)
      throw base::InputError(
          fmt::format("closure.agents: {} along axis {} do not divide its {} points", count, axis, points));
    counts_[axis] = static_cast<std::size_t>(count);
    for (std::int64_t i = 0; i < points; ++i) {
      const std::int64_t left = i * count / points;
      const double f = static_cast<double>(i * count % points) / static_cast<double>(points), g = 1 - f;
      Tap tap{.agent = {},
              .weight = {g * g * g / 6, (3 * f * f * f - 6 * f * f + 4) / 6,
                         (3 * g * g * g - 6 * g * g + 4) / 6, f * f * f / 6}};
      for (std::size_t n = 0; n < taps; ++n)
        tap.agent[n] = static_cast<std::size_t>((left + static_cast<std::int64_t>(n) - 1 + count) % count);
      taps_[axis].push_back(tap);
    }
    box.points.push_back(count);
    box.lower.push_back(0);
    box.upper.push_back(spec.length[axis]);
    box.periodic.push_back(true);
  }
  grid_ = grid::Grid::cartesian(box);
  layout_ = grid::Layout::block(base::Communicator::self(), grid_.layout_spec());
}

std::vector<RealField> Agents::gather(std::span<const surrogate::ChannelView> fields) const {
  const grid::Layout& points = *space_->transform().physical();
  const std::size_t agents = counts_[0] * counts_[1];
  std::vector<double> sums(fields.size() * agents, 0.0), row(counts_[1]);
  for (std::size_t c = 0; c < fields.size(); ++c)
    for (Index i = 0; i < points.count()[0]; ++i) {
      row.assign(counts_[1], 0.0);
      const double* values = fields[c].data + points.position(i) * fields[c].stride;
      for (Index j = 0; j < points.count()[1]; ++j) {
        const Tap& tap = taps_[1][static_cast<std::size_t>(points.offset()[1] + j)];
        for (std::size_t n = 0; n < taps; ++n)
          row[tap.agent[n]] += tap.weight[n] * values[j * fields[c].stride];
      }
      const Tap& tap = taps_[0][static_cast<std::size_t>(points.offset()[0] + i)];
      for (std::size_t n = 0; n < taps; ++n)
        for (std::size_t b = 0; b < row.size(); ++b)
          sums[c * agents + tap.agent[n] * counts_[1] + b] += tap.weight[n] * row[b];
    }
  space_->communicator().sum(sums);
  const double share = static_cast<double>(agents) / space_->points();
  std::vector<RealField> result;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    result.emplace_back(grid::FieldInfo{"seen", "1", "by the agents"}, layout_);
    for (std::size_t a = 0; a < agents; ++a)
      result.back()
          .data()[layout_->position(static_cast<Index>(a / counts_[1]), static_cast<Index>(a % counts_[1]))] =
          share * sums[c * agents + a];
  }
  return result;
}

void Agents::spread(const RealField& actions, RealField& values) const {
  const grid::Layout& points = values.layout();
  std::vector<double> row(counts_[1]);
  for (Index i = 0; i < points.count()[0]; ++i) {
    const Tap& along = taps_[0][static_cast<std::size_t>(points.offset()[0] + i)];
    for (std::size_t b = 0; b < row.size(); ++b) {
      row[b] = 0;
      for (std::size_t n = 0; n < taps; ++n)
        row[b] +=
            along.weight[n] *
            actions.data()[layout_->position(static_cast<Index>(along.agent[n]), static_cast<Index>(b))];
    }
    double* to = values.data() + points.position(i);
    for (Index j = 0; j < points.count()[1]; ++j) {
      const Tap& tap = taps_[1][static_cast<std::size_t>(points.offset()[1] + j)];
      to[j] = 0;
      for (std::size_t n = 0; n < taps; ++n) to[j] += tap.weight[n] * row[tap.agent[n]];
    }
  }
}

}  // namespace sluice::solvers::turbulence
