#include "diffuser.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "globe_map.hpp"
#include "numerics/petsc/sphere_implicit.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr int most_cycles = 59;     // of one automatic call: the last takes what is left
constexpr double smallest = 1e-14;  // fields [G] and products of differences below it do not limit

constexpr std::size_t at(grid::Index i) { return static_cast<std::size_t>(i); }

/// Largest |rate| where |b| counts; partial maxima that vector registers can take.
double fastest_of_row(const double* b, const double* rate, grid::Index n) {
  constexpr grid::Index lanes = 8;
  double most[lanes] = {};
  grid::Index k = 0;
  const auto look = [&](grid::Index l, grid::Index point) {
    const double speed = std::abs(b[point]) > smallest ? std::abs(rate[point]) : 0.0;
    most[l] = speed > most[l] ? speed : most[l];
  };
  for (; k + lanes <= n; k += lanes)
    for (grid::Index l = 0; l < lanes; ++l) look(l, k + l);
  for (grid::Index l = 0; k < n; ++k, ++l) look(l, k);
  return *std::max_element(most, most + lanes);
}

numerics::SphereDiffusion make_operator(const numerics::SphereBlock& block,
                                        const DiffusionParameters& parameters) {
  std::vector<double> on_faces;
  for (const double face : block.face) {
    const double along_theta = block.d_theta[1], along_phi = block.d_phi[0] * std::sin(face);
    on_faces.push_back(parameters.coefficient * diffusivity_unit +
                       parameters.grid_coefficient * (along_theta * along_theta + along_phi * along_phi));
  }
  const bool equal =
      block.uniform_phi && std::all_of(block.d_theta.begin(), block.d_theta.end(),
                                       [&](double d) { return std::abs(d - block.d_theta[0]) < 1e-9; });
  if (parameters.grid_coefficient > 0 && !equal)
    throw base::AgreedError(
        "diffusion.grid_coefficient needs equally spaced colatitudes and longitudes; this grid allows 0");
  if (parameters.file.empty()) return {block, std::move(on_faces)};
  const GlobeMap map = read_globe_map(block.layout()->communicator(), parameters.file);
  for (const double value : map.values)
    if (value < 0)
      throw base::InputError(parameters.file + ": diffusivity " + std::to_string(value) +
                             " km^2 s^-1; numbers from 0 are allowed");
  return {block, [&](grid::Index j, grid::Index k) {
            return on_faces[at(j)] + diffusivity_unit * map.at(block.face[at(j)], block.face_longitude(k));
          }};
}

}  // namespace

Diffuser::Diffuser(const numerics::SphereBlock& block, const DiffusionParameters& parameters, double safety,
                   const std::map<std::string, std::string>& petsc_options,
                   const numerics::PolarFilter* filter)
    : block_(block),
      operator_(make_operator(block, parameters)),
      table_(parameters.scheme == "rkl2" ? numerics::SuperScheme::rkl2 : numerics::SuperScheme::rkg2),
      scheme_(parameters.scheme),
      filter_(parameters.implicit() ? nullptr : filter),
      safety_(safety),
      explicit_limit_(safety * 2 / operator_.largest_row_sum()),
      subcycles_(parameters.subcycles),
      row_fastest_(at(block.rows())) {
  if (parameters.implicit()) {
    if (subcycles_ == 0) subcycles_ = 1;
    implicit_ = std::make_unique<numerics::petsc::SphereImplicit>(
        operator_, numerics::petsc::SphereImplicitSpec{.prefix = "flux_transport_",
                                                       .options = petsc_options,
                                                       .geometric = parameters.multigrid == "geometric",
                                                       .tolerance = parameters.tolerance});
  }
}

Diffuser::~Diffuser() = default;

void Diffuser::advance(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange) {
  apply_filter(field);
  if (scheme_ == "euler") return euler_steps(field, dt, scratch, exchange);
  if (subcycles_ > 0) {
    for (std::int64_t n = 0; n < subcycles_; ++n) {
      if (implicit_) {
        implicit_step(field, dt / double(subcycles_), scratch, exchange);
        continue;
      }
      exchange(field);
      operator_.apply(field, scratch.rate);
      apply_filter(scratch.rate);
      super_step(field, dt / double(subcycles_), scratch, exchange);
    }
    return;
  }
  double left = dt, last = 0;
  for (int cycle = 1; left > 0; ++cycle) {
    exchange(field);
    operator_.apply(field, scratch.rate);
    apply_filter(scratch.rate);
    last = std::max(last, practical_limit(field, scratch.rate, exchange));
    const bool final = cycle == most_cycles || last >= left;
    super_step(field, final ? left : last, scratch, exchange);
    left = final ? 0 : left - last;
  }
}

// Caplan, Mikic, Linker & Lionello, J. Phys. Conf. Ser. 837 (2017) 012016, and Caplan et al., Front. Astron.
// Space Sci. 11 (2024) 1341616: -dB / dG over the neighbours of the points where |G| = |D(B)| is largest.
double Diffuser::practical_limit(const grid::RealField& field, grid::RealField& rate_field,
                                 grid::HaloExchange& exchange) {
  exchange(rate_field);
  const auto b = field.view();
  const auto rate = std::as_const(rate_field).view();
  const auto& communicator = block_.layout()->communicator();
  double fastest = 0;
  for (grid::Index i = 0; i < block_.rows(); ++i) {
    row_fastest_[at(i)] = fastest_of_row(b.row(i), rate.row(i), block_.columns());
    fastest = std::max(fastest, row_fastest_[at(i)]);
  }
  fastest = communicator.max(fastest);
  double limit = std::numeric_limits<double>::infinity();
  const auto against = [&](grid::Index i, grid::Index k, grid::Index i2, grid::Index k2) {
    const grid::Index row = block_.first_row() + i2;
    if (row < 0 || row >= block_.rows_global()) return;
    const double db = b(i, k) - b(i2, k2), dg = rate(i, k) - rate(i2, k2);
    if (db * dg < -smallest) limit = std::min(limit, -db / dg);
  };
  for (grid::Index i = 0; i < block_.rows(); ++i)
    for (grid::Index k = 0; k < block_.columns() && row_fastest_[at(i)] == fastest; ++k) {
      if (std::abs(rate(i, k)) != fastest || std::abs(b(i, k)) <= smallest) continue;
      against(i, k, i - 1, k);
      against(i, k, i + 1, k);
      against(i, k, i, k - 1);
      against(i, k, i, k + 1);
    }
  return safety_ * communicator.min(limit);
}

void Diffuser::apply_filter(grid::RealField& field) const {
  if (filter_ != nullptr) (*filter_)(field);
}

void Diffuser::add_rate(grid::RealField& field, double dt, const grid::RealField& rate) const {
  for (grid::Index i = 0; i < block_.rows(); ++i) {
    double* __restrict b = field.view().row(i);
    const double* __restrict d = rate.view().row(i);
    for (grid::Index k = 0; k < block_.columns(); ++k) b[k] += dt * d[k];
  }
}

void Diffuser::euler_steps(grid::RealField& field, double dt, Scratch& scratch,
                           grid::HaloExchange& exchange) {
  const auto steps =
      std::max({std::int64_t{1}, subcycles_, static_cast<std::int64_t>(std::ceil(dt / explicit_limit_))});
  for (std::int64_t n = 0; n < steps; ++n) {
    exchange(field);
    operator_.apply(field, scratch.rate);
    apply_filter(scratch.rate);
    add_rate(field, dt / double(steps), scratch.rate);
  }
  super_steps_ += steps;
  stages_ += steps;
}

void Diffuser::implicit_step(grid::RealField& field, double dt, Scratch& scratch,
                             grid::HaloExchange& exchange) {
  // Crank-Nicolson: the mean of the old and the new field solves (1 - dt/2 D) mean = old; new = old + dt
  // D(mean).
  const double share = scheme_ == "crank_nicolson" ? 0.5 : 1.0;
  stages_ += implicit_->solve(share * dt, field, scratch.a);
  exchange(scratch.a);
  operator_.apply(scratch.a, scratch.rate);
  add_rate(field, dt, scratch.rate);
  ++super_steps_;
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
    apply_filter(out);
    std::swap(newest, older);
  }
  ++super_steps_;
  stages_ += static_cast<std::int64_t>(stages.size());
}

}  // namespace sluice::solvers::flux_transport
