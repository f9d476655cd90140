#include "turbulence/closures/resolved.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "run/hook.hpp"
#include "turbulence/shells.hpp"

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
constexpr const char *slope_x = "vorticity_x", *slope_y = "vorticity_y", *pattern_name = "pattern";

constexpr std::string_view spectrum_prefix = "log_spectrum_";
constexpr double pattern_limit = 6;
constexpr double least = 1e-30;  // of a spectrum, so that it has a logarithm

/// K of log_spectrum_K; none for other names.
std::optional<std::size_t> wavenumber_of(const std::string& name) {
  if (!name.starts_with(spectrum_prefix)) return std::nullopt;
  const std::string number = name.substr(spectrum_prefix.size());
  if (number.empty() || number.size() > 6 ||
      !std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return std::stoul(number);
}

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
  if (const auto k = wavenumber_of(name)) {
    if (static_cast<double>(*k) <= space_->cutoff()) return;
    throw base::InputError(where + ": '" + name + "' is beyond the largest wavenumber, " +
                           std::to_string(std::lround(space_->cutoff())));
  }
  std::vector<std::string> known(names.begin(), names.end());
  if (std::ranges::find(known, name) != known.end()) return;
  known.push_back(std::string(spectrum_prefix) + "K");
  run::refuse_output(where, name, known);
}

RealField Resolved::make(const std::string& name) const {
  return {{name, "1", name}, space_->transform().physical()};
}

void Resolved::look_at(const ComplexField& w) {
  w_ = &w;
  ++look_;
  spectrum_.clear();
}

template <class Factor>
void Resolved::to_space(RealField& values, Factor factor) {
  space_->clear_rest(scratch_);
  space_->each_mode(
      [&, from = w_->data(), scale = 1 / space_->points()](Index at, double kx, double ky, double) {
        scratch_.data()[at] = scale * factor(kx, ky, from[at]);
      });
  space_->transform().inverse(scratch_, values);
}

template <class Work, class... Fields>
void Resolved::combine(RealField& values, Work work, const Fields&... fields) const {
  each_row(values.layout(), [&](Index first, Index count) {
    double* to = values.data() + first;
    for (Index i = 0; i < count; ++i) to[i] = work(fields.data()[first + i]...);
  });
}

void Resolved::make_relative(const RealField& of, RealField& values) const {
  base::CompensatedSum sum;
  each_row(of.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) sum.add(of.data()[i] * of.data()[i]);
  });
  const double square = space_->communicator().sum(sum.value()) / space_->points();
  const double factor = square > 0 ? 1 / std::sqrt(square) : 0;
  combine(
      values, [factor](double a) { return factor * std::abs(a); }, of);
}

double Resolved::mean_gradient() {
  const RealField& gradient = field("vorticity_gradient");
  base::CompensatedSum sum;
  each_row(gradient.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) sum.add(gradient.data()[i]);
  });
  return space_->communicator().sum(sum.value()) / space_->points();
}

const RealField& Resolved::field(const std::string& name) {
  auto place = known_.find(name);
  if (place == known_.end()) place = known_.emplace(name, Known{.values = make(name)}).first;
  Known& known = place->second;
  if (known.look != look_) compute(name, known.values);
  known.look = look_;
  return known.values;
}

/// psi = -w/k^2, u = -psi_y, v = psi_x, S11 = u_x, S12 = (u_y + v_x)/2, |S| = 2 sqrt(S11^2 + S12^2).
void Resolved::compute(const std::string& name, RealField& values) {
  const auto inverse = inverse_square;
  if (const auto k = wavenumber_of(name)) {
    if (spectrum_.size() <= *k) spectrum_ = enstrophy_spectrum(*space_, *w_, *k + 1);
    std::ranges::fill(values.span(), std::log10(std::max(spectrum_[*k], least)));
    return;
  }
  if (name == "vorticity") return to_space(values, [](double, double, Complex z) { return z; });
  if (name == "streamfunction")
    return to_space(values, [&](double kx, double ky, Complex z) { return times(-inverse(kx, ky), z); });
  if (name == "u")
    return to_space(values,
                    [&](double kx, double ky, Complex z) { return times_i(ky * inverse(kx, ky), z); });
  if (name == "v")
    return to_space(values,
                    [&](double kx, double ky, Complex z) { return times_i(-kx * inverse(kx, ky), z); });
  if (name == "strain_11")
    return to_space(values,
                    [&](double kx, double ky, Complex z) { return times(-kx * ky * inverse(kx, ky), z); });
  if (name == "strain_12")
    return to_space(values, [&](double kx, double ky, Complex z) {
      return times(0.5 * (kx * kx - ky * ky) * inverse(kx, ky), z);
    });
  if (name == slope_x) return to_space(values, [](double kx, double, Complex z) { return times_i(kx, z); });
  if (name == slope_y) return to_space(values, [](double, double ky, Complex z) { return times_i(ky, z); });
  if (name == "relative_vorticity") return make_relative(field("vorticity"), values);
  if (name == "relative_strain") return make_relative(field("strain"), values);
  if (name == "relative_gradient") return make_relative(field("vorticity_gradient"), values);
  if (name == "okubo_weiss")  // (|S|^2 - w^2) over its parts' mean squares
    return combine(
        values, [](double a, double b) { return a * a - b * b; }, field("relative_strain"),
        field("relative_vorticity"));
  if (name == pattern_name)
    return combine(
        values, [](double q) { return q / std::sqrt(1 + q * q / (pattern_limit * pattern_limit)); },
        field("okubo_weiss"));
  const bool strain = name == "strain";
  combine(
      values, [scale = strain ? 2.0 : 1.0](double a, double b) { return scale * std::sqrt(a * a + b * b); },
      field(strain ? "strain_11" : slope_x), field(strain ? "strain_12" : slope_y));
}

std::vector<surrogate::ChannelView> Resolved::views(const std::vector<surrogate::Channel>& channels) {
  std::vector<surrogate::ChannelView> list;
  for (const surrogate::Channel& channel : channels) {
    const RealField& values = field(channel.field);
    list.push_back({.data = values.data(), .layout = values.layout_pointer()});
  }
  return list;
}

const RealField& Resolved::pattern() { return field(pattern_name); }

/// For tau = -2 nu S, the tendency is -(dxx - dyy) tau_12 - dxy (tau_22 - tau_11), so that by parts the
/// energy changes by -<nu |S|^2>, the enstrophy by <nu (2 S12 (w_xx - w_yy) - 4 S11 w_xy)>.
void Resolved::rates_by_viscosity() {
  RealField &energy = weights_[0], &enstrophy = weights_[1], &part = parts_[0];
  to_space(part, [](double kx, double ky, Complex z) { return times(-4 * kx * ky, z); });  // 4 w_xy
  combine(
      enstrophy, [](double a, double b) { return -a * b; }, part, field("strain_11"));
  to_space(part, [](double kx, double ky, Complex z) { return times(2 * (ky * ky - kx * kx), z); });
  combine(
      enstrophy, [](double sum, double a, double b) { return sum + a * b; }, enstrophy, part,
      field("strain_12"));
  combine(
      energy, [](double a) { return -a * a; }, field("strain"));
}

/// For the tendency div(kappa grad w) by parts: <kappa grad psi.grad w> and -<kappa |grad w|^2>, psi_x = v,
/// psi_y = -u.
void Resolved::rates_by_diffusivity() {
  const RealField &w_x = field(slope_x), &w_y = field(slope_y);
  combine(
      weights_[0], [](double a, double x, double b, double y) { return a * x - b * y; }, field("v"), w_x,
      field("u"), w_y);
  combine(
      weights_[1], [](double x, double y) { return -x * x - y * y; }, w_x, w_y);
}

/// A tendency n of the vorticity changes the energy by -<psi n>, the enstrophy <w^2>/2 by <w n>.
std::vector<surrogate::Budget> Resolved::budgets(By by, double unit, bool patterned) {
  if (weights_.empty()) {
    for (const char* name : {"energy", "enstrophy", "patterned energy", "patterned enstrophy"})
      weights_.push_back(make(name));
    parts_.push_back(make("part"));
  }
  RealField &energy = weights_[0], &enstrophy = weights_[1];
  if (by == By::viscosity) {
    rates_by_viscosity();
  } else if (by == By::diffusivity) {
    rates_by_diffusivity();
  } else {
    combine(
        energy, [](double psi) { return -psi; }, field("streamfunction"));
    combine(
        enstrophy, [](double w) { return w; }, field("vorticity"));
  }
  if (unit != 1)
    for (RealField* weight : {&energy, &enstrophy})
      combine(
          *weight, [unit](double a) { return unit * a; }, *weight);
  const auto& length = space_->transform().spec().length;
  const double area = length[0] * length[1];
  const auto budget = [&](const char* name, std::size_t which, double mean) {
    surrogate::Budget made{.name = name, .content = area * mean};
    for (std::size_t n = which; n < (patterned ? 4U : 2U); n += 2)
      made.weights.push_back({.data = weights_[n].data(), .layout = weights_[n].layout_pointer()});
    return made;
  };
  for (std::size_t n = 0; patterned && n < 2; ++n)
    combine(
        weights_[n + 2], [](double a, double b) { return a * b; }, weights_[n], pattern());
  return {budget("energy", 0, 0.5 * mean_product(*space_, *w_, *w_, inverse_square)),
          budget("enstrophy", 1, 0.5 * mean_product(*space_, *w_, *w_, [](double, double) { return 1.0; }))};
}

}  // namespace sluice::solvers::turbulence
