#include "turbulence/closures/resolved.hpp"

#include <array>
#include <cmath>
#include <string_view>

#include "run/hook.hpp"

namespace sluice::solvers::turbulence {
namespace {

constexpr std::array<std::string_view, 12> names{"vorticity",
                                                 "streamfunction",
                                                 "u",
                                                 "v",
                                                 "strain_11",
                                                 "strain_12",
                                                 "strain",
                                                 "vorticity_gradient",
                                                 "relative_vorticity",
                                                 "relative_strain",
                                                 "relative_gradient",
                                                 "okubo_weiss"};

}  // namespace

grid::Grid Resolved::grid() const {
  const auto& spec = space_->transform().spec();
  grid::CartesianSpec box;
  for (int d = 0; d < spec.dimensions; ++d) {
    const auto axis = static_cast<std::size_t>(d);
    box.points.push_back(spec.points[axis]);
    box.lower.push_back(0);
    box.upper.push_back(spec.length[axis]);
    box.periodic.push_back(true);
  }
  return grid::Grid::cartesian(box);
}

void Resolved::check(const std::string& where, const std::string& name) const {
  if (std::find(names.begin(), names.end(), name) == names.end())
    run::refuse_output(where, name, {names.begin(), names.end()});
}

RealField Resolved::make(const std::string& name) const {
  return {{name, "1", name}, space_->transform().physical()};
}

template <class Factor>
void Resolved::to_space(const ComplexField& w, RealField& values, Factor factor) {
  space_->clear_rest(scratch_);
  space_->each_mode([&, scale = 1 / space_->points()](Index at, double kx, double ky, double) {
    scratch_.data()[at] = scale * factor(kx, ky, w.data()[at]);
  });
  space_->transform().inverse(scratch_, values);
}

template <class Work>
void Resolved::combine(RealField& values, const RealField& other, Work work) const {
  each_row(values.layout(), [&](Index first, Index count) {
    double* a = values.data() + first;
    const double* b = other.data() + first;
    for (Index i = 0; i < count; ++i) a[i] = work(a[i], b[i]);
  });
}

void Resolved::make_relative(RealField& values) const {
  base::CompensatedSum sum;
  each_row(values.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) sum.add(values.data()[i] * values.data()[i]);
  });
  const double square = space_->communicator().sum(sum.value()) / space_->points();
  const double factor = square > 0 ? 1 / std::sqrt(square) : 0;
  combine(values, values, [factor](double a, double) { return factor * std::abs(a); });
}

double Resolved::mean_gradient(const ComplexField& w) {
  if (gradient_.empty()) gradient_.push_back(make("gradient"));
  compute("vorticity_gradient", w, gradient_[0]);
  base::CompensatedSum sum;
  each_row(gradient_[0].layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) sum.add(gradient_[0].data()[i]);
  });
  return space_->communicator().sum(sum.value()) / space_->points();
}

/// psi = -w/k^2, u = -psi_y, v = psi_x, S11 = u_x, S12 = (u_y + v_x)/2, |S| = 2 sqrt(S11^2 + S12^2).
void Resolved::compute(const std::string& name, const ComplexField& w, RealField& values) {
  const auto inverse = inverse_square;
  if (name == "vorticity") return to_space(w, values, [](double, double, Complex z) { return z; });
  if (name == "streamfunction")
    return to_space(w, values, [&](double kx, double ky, Complex z) { return times(-inverse(kx, ky), z); });
  if (name == "u")
    return to_space(w, values,
                    [&](double kx, double ky, Complex z) { return times_i(ky * inverse(kx, ky), z); });
  if (name == "v")
    return to_space(w, values,
                    [&](double kx, double ky, Complex z) { return times_i(-kx * inverse(kx, ky), z); });
  if (name == "strain_11")
    return to_space(w, values,
                    [&](double kx, double ky, Complex z) { return times(-kx * ky * inverse(kx, ky), z); });
  if (name == "strain_12")
    return to_space(w, values, [&](double kx, double ky, Complex z) {
      return times(0.5 * (kx * kx - ky * ky) * inverse(kx, ky), z);
    });
  if (name == "relative_vorticity" || name == "relative_strain" || name == "relative_gradient") {
    compute(name == "relative_vorticity" ? "vorticity"
            : name == "relative_strain"  ? "strain"
                                         : "vorticity_gradient",
            w, values);
    return make_relative(values);
  }
  RealField other = make("other");
  if (name == "okubo_weiss") {  // (|S|^2 - w^2) over its parts' mean squares
    compute("relative_strain", w, values);
    compute("relative_vorticity", w, other);
    return combine(values, other, [](double a, double b) { return a * a - b * b; });
  }
  if (name == "strain") {
    compute("strain_11", w, values);
    compute("strain_12", w, other);
    return combine(values, other, [](double a, double b) { return 2 * std::sqrt(a * a + b * b); });
  }
  to_space(w, values, [](double kx, double, Complex z) { return times_i(kx, z); });
  to_space(w, other, [](double, double ky, Complex z) { return times_i(ky, z); });
  combine(values, other, [](double a, double b) { return std::sqrt(a * a + b * b); });
}

std::vector<surrogate::ChannelView> Resolved::views(const ComplexField& w,
                                                    const std::vector<surrogate::Channel>& channels) {
  std::vector<surrogate::ChannelView> list;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    if (inputs_.size() == c) inputs_.push_back(make(channels[c].field));
    compute(channels[c].field, w, inputs_[c]);
    list.push_back({.data = inputs_[c].data(), .layout = inputs_[c].layout_pointer()});
  }
  return list;
}

/// For tau = -2 nu S, the tendency is -(dxx - dyy) tau_12 - dxy (tau_22 - tau_11), so that by parts the
/// energy changes by -<nu |S|^2>, the enstrophy by <nu (2 S12 (w_xx - w_yy) - 4 S11 w_xy)>.
void Resolved::rates_by_viscosity(const ComplexField& w) {
  RealField &energy = weights_[0], &enstrophy = weights_[1], &part = parts_[0];
  const auto minus_product = [](double a, double b) { return -a * b; };
  compute("strain_11", w, enstrophy);
  to_space(w, part, [](double kx, double ky, Complex z) { return times(-4 * kx * ky, z); });
  combine(enstrophy, part, minus_product);  // - S11 4 w_xy
  compute("strain_12", w, energy);
  to_space(w, part, [](double kx, double ky, Complex z) { return times(2 * (ky * ky - kx * kx), z); });
  combine(part, energy, [](double a, double b) { return a * b; });
  combine(enstrophy, part, [](double a, double b) { return a + b; });
  compute("strain", w, energy);
  combine(energy, energy, minus_product);
}

/// For the tendency div(kappa grad w) by parts: <kappa grad psi.grad w> and -<kappa |grad w|^2>.
void Resolved::rates_by_diffusivity(const ComplexField& w) {
  RealField &energy = weights_[0], &enstrophy = weights_[1], &part = parts_[0];
  const auto product = [](double a, double b) { return a * b; };
  to_space(w, enstrophy, [](double kx, double, Complex z) { return times_i(kx, z); });
  compute("v", w, energy);  // psi_x
  combine(energy, enstrophy, product);
  combine(enstrophy, enstrophy, [](double a, double) { return -a * a; });
  RealField slope = make("slope");
  to_space(w, slope, [](double, double ky, Complex z) { return times_i(ky, z); });
  compute("u", w, part);  // -psi_y
  combine(part, slope, product);
  combine(energy, part, [](double a, double b) { return a - b; });
  combine(enstrophy, slope, [](double a, double b) { return a - b * b; });
}

/// A tendency n of the vorticity changes the energy by -<psi n>, the enstrophy <w^2>/2 by <w n>.
std::vector<surrogate::Budget> Resolved::budgets(const ComplexField& w, By by, double unit) {
  if (weights_.empty()) {
    weights_.push_back(make("energy"));
    weights_.push_back(make("enstrophy"));
    parts_.push_back(make("part"));
  }
  RealField &energy = weights_[0], &enstrophy = weights_[1];
  if (by == By::viscosity) {
    rates_by_viscosity(w);
  } else if (by == By::diffusivity) {
    rates_by_diffusivity(w);
  } else {
    to_space(w, energy, [](double kx, double ky, Complex z) { return times(inverse_square(kx, ky), z); });
    compute("vorticity", w, enstrophy);
  }
  if (unit != 1)
    for (RealField* weight : {&energy, &enstrophy})
      combine(*weight, *weight, [unit](double a, double) { return unit * a; });
  const auto& length = space_->transform().spec().length;
  const double area = length[0] * length[1];
  const auto budget = [&](const char* name, const RealField& weight, double mean) {
    return surrogate::Budget{.name = name,
                             .weights = {{.data = weight.data(), .layout = weight.layout_pointer()}},
                             .content = area * mean};
  };
  return {
      budget("energy", energy, 0.5 * mean_product(*space_, w, w, inverse_square)),
      budget("enstrophy", enstrophy, 0.5 * mean_product(*space_, w, w, [](double, double) { return 1.0; }))};
}

}  // namespace sluice::solvers::turbulence
