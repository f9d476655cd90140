#include "numerics/ensemble_inversion.hpp"

#include <algorithm>
#include <cmath>

#include "numerics/ensemble_transform.hpp"

namespace sluice::numerics {
namespace {

/// Values of all members at one place of [member][place], and their mean.
double gather(std::span<const double> values, std::size_t places, std::size_t place,
              std::vector<double>& members) {
  double sum = 0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    members[m] = values[m * places + place];
    sum += members[m];
  }
  return sum / static_cast<double>(members.size());
}

}  // namespace

std::vector<double> misfits(const InversionData& data, std::span<const double> outputs) {
  const std::size_t size = data.values.size();
  std::vector<double> result(outputs.size() / size, 0.0);
  for (std::size_t m = 0; m < result.size(); ++m)
    for (std::size_t d = 0; d < size; ++d) {
      const double error = (outputs[m * size + d] - data.values[d]) / data.deviations[d];
      result[m] += 0.5 * error * error;
    }
  return result;
}

double inversion_step(std::span<const double> misfits, std::size_t data, double left) {
  const auto members = static_cast<double>(misfits.size()), size = static_cast<double>(data);
  double mean = 0, variance = 0;
  for (const double misfit : misfits) mean += misfit / members;
  for (const double misfit : misfits) variance += (misfit - mean) * (misfit - mean) / (members - 1);
  const double by_mean = mean > 0 ? 0.5 * size / mean : left,
               by_spread = variance > 0 ? std::sqrt(0.5 * size / variance) : left;
  return std::min(std::max(by_mean, by_spread), left);
}

void inversion_update(const InversionData& data, const InversionPrior& prior, std::span<const double> outputs,
                      double step, double inflation, std::vector<double>& parameters) {
  const std::size_t size = data.values.size(), members = outputs.size() / size,
                    count = parameters.size() / members;
  EnsembleTransform transform(members);
  transform.begin();
  std::vector<double> column(members);
  const auto add = [&](std::span<const double> values, std::size_t places, std::size_t place, double datum,
                       double deviation) {
    const double mean = gather(values, places, place, column);
    for (double& value : column) value -= mean;
    transform.add(column.data(), datum - mean, step / (deviation * deviation));
  };
  for (std::size_t d = 0; d < size; ++d) add(outputs, size, d, data.values[d], data.deviations[d]);
  if (prior.deviation > 0)
    for (std::size_t p = 0; p < count; ++p) add(parameters, count, p, prior.mean[p], prior.deviation);
  transform.solve(inflation);
  for (std::size_t p = 0; p < count; ++p) {
    gather(parameters, count, p, column);
    transform.apply(column.data());
    for (std::size_t m = 0; m < members; ++m) parameters[m * count + p] = column[m];
  }
}

}  // namespace sluice::numerics
