#include "diffuser.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::solvers::flux_transport {

namespace {

constexpr int most_cycles = 59;     // of one automatic call: the last takes what is left
constexpr double smallest = 1e-14;  // fields [G] and products of differences below it do not limit

}  // namespace

Diffuser::Diffuser(const numerics::SphereBlock& block, const DiffusionParameters& parameters, double safety)
    : block_(block),
      operator_(block, parameters.coefficient * diffusivity_unit),
      table_(parameters.scheme == "rkl2" ? numerics::SuperScheme::rkl2 : numerics::SuperScheme::rkg2),
      safety_(safety),
      explicit_limit_(safety * 2 / operator_.largest_row_sum()),
      subcycles_(parameters.subcycles) {}

void Diffuser::advance(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange) {
  if (subcycles_ > 0) {
    for (std::int64_t n = 0; n < subcycles_; ++n) {
      exchange(field);
      operator_.apply(field, scratch.rate);
      super_step(field, dt / double(subcycles_), scratch, exchange);
    }
    return;
  }
  double left = dt, last = 0;
  for (int cycle = 1; left > 0; ++cycle) {
    exchange(field);
    operator_.apply(field, scratch.rate);
    last = std::max(last, practical_limit(field, scratch.rate, exchange));
    const bool final = cycle == most_cycles || last >= left;
    super_step(field, final ? left : last, scratch, exchange);
    left = final ? 0 : left - last;
  }
}

// Caplan, Mikic, Linker & Lionello, J. Phys. Conf. Ser. 837 (2017) 012016, and Caplan et al., Front. Astron.
// Space Sci. 11 (2024) 1341616: -dB / dG over the neighbours of the points where |G| = |D(B)| is largest.
double Diffuser::practical_limit(const grid::RealField& field, grid::RealField& rate_field,
                                 grid::HaloExchange& exchange) const {
  exchange(rate_field);
  const auto b = field.view();
  const auto rate = std::as_const(rate_field).view();
  const auto& communicator = block_.layout()->communicator();
  double fastest = 0;
  for (grid::Index i = 0; i < block_.rows(); ++i)
    for (grid::Index k = 0; k < block_.columns(); ++k)
      fastest = std::abs(b(i, k)) > smallest ? std::max(fastest, std::abs(rate(i, k))) : fastest;
  fastest = communicator.max(fastest);
  double limit = std::numeric_limits<double>::infinity();
  const auto against = [&](grid::Index i, grid::Index k, grid::Index i2, grid::Index k2) {
    const grid::Index row = block_.first_row() + i2;
    if (row < 0 || row >= block_.rows_global()) return;
    const double db = b(i, k) - b(i2, k2), dg = rate(i, k) - rate(i2, k2);
    if (db * dg < -smallest) limit = std::min(limit, -db / dg);
  };
  for (grid::Index i = 0; i < block_.rows(); ++i)
    for (grid::Index k = 0; k < block_.columns(); ++k) {
      if (std::abs(rate(i, k)) != fastest || std::abs(b(i, k)) <= smallest) continue;
      against(i, k, i - 1, k);
      against(i, k, i + 1, k);
      against(i, k, i, k - 1);
      against(i, k, i, k + 1);
    }
  return safety_ * communicator.min(limit);
}

void Diffuser::super_step(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange) {
  const auto& stages = table_.stages(numerics::super_stages(table_.scheme(), dt / explicit_limit_));
  grid::RealField *newest = &scratch.a, *older = &scratch.b;
  const double rate = stages[0].rate * dt;
  const auto start = std::as_const(field).view(), rate0 = std::as_const(scratch.rate).view();
  for (grid::Index i = 0; i < block_.rows(); ++i) {
    const double* __restrict y0 = start.row(i), * __restrict g = rate0.row(i);
    double* __restrict y1 = newest->view().row(i);
    for (grid::Index k = 0; k < block_.columns(); ++k) y1[k] = y0[k] + rate * g[k];
  }
  for (std::size_t j = 1; j < stages.size(); ++j) {
    exchange(*newest);
    // Y_0 is read pointwise only, so the last stage may write over it.
    const grid::RealField& before = j == 1 ? field : *older;
    grid::RealField& out = j + 1 == stages.size() ? field : *older;
    operator_.stage(stages[j], dt,
                    {.u = *newest, .before = before, .start = field, .start_rate = scratch.rate, .out = out});
    std::swap(newest, older);
  }
  ++super_steps_;
  stages_ += static_cast<std::int64_t>(stages.size());
}

}  // namespace sluice::solvers::flux_transport
