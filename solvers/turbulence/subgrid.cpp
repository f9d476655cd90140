#include "turbulence/subgrid.hpp"

#include <fmt/format.h>

#include <cmath>

#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

double sinc(double x) { return x == 0 ? 1.0 : std::sin(x) / x; }

/// The same equation on the coarse grid, without a closure and without forcing (filtering commutes with both
/// the linear terms and the forcing).
TurbulenceParameters coarse_parameters(TurbulenceParameters parameters, const run::SubgridSpec& spec) {
  if (spec.points.size() != parameters.points.size())
    throw base::InputError(fmt::format("subgrid_pairs: points: {} axes; the solver's grid has {}",
                                       spec.points.size(), parameters.points.size()));
  for (std::size_t axis = 0; axis < spec.points.size(); ++axis)
    if (spec.points[axis] < 8 || spec.points[axis] >= parameters.points[axis])
      throw base::InputError(
          fmt::format("subgrid_pairs: points: {} along axis {}; 8 to {} are allowed, fewer than the solver's",
                      spec.points[axis], axis, parameters.points[axis] - 1));
  parameters.points = spec.points;
  parameters.navier_stokes.closure.type = "none";
  parameters.navier_stokes.forcing.type = "none";
  parameters.two_layer.closure.type = "none";
  parameters.planning = "estimated";
  return parameters;
}

std::string rate_unit(const std::string& unit) {
  return unit == "1" ? "1" : unit == "s^-1" ? "s^-2" : unit + " s^-1";
}

}  // namespace

CoarseFilter::CoarseFilter(const run::SubgridSpec& spec, const Space& coarse)
    : gaussian_(spec.filter == "gaussian"), box_(spec.filter == "box") {
  for (int axis = 0; axis < coarse.dimensions(); ++axis)
    width_[static_cast<std::size_t>(axis)] = spec.width * coarse.spacing(axis);
}

double CoarseFilter::operator()(double kx, double ky, double kz) const {
  const std::array<double, 3> k{kx, ky, kz};
  double factor = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double turn = k[axis] * width_[axis];
    if (gaussian_) factor *= std::exp(-turn * turn / 24);
    if (box_) factor *= sinc(turn / 2);
  }
  return factor;
}

Complex face_mean(const Space& coarse, int axis, double kx, double ky, double kz) {
  const std::array<double, 3> k{kx, ky, kz};
  Complex factor = 1;
  for (int along = 0; along < coarse.dimensions(); ++along) {
    if (along == axis) continue;
    const double half = 0.5 * k[static_cast<std::size_t>(along)] * coarse.spacing(along);
    factor *= std::polar(sinc(half), half);
  }
  return factor;
}

SpectralCompanion::SpectralCompanion(const TurbulenceParameters& parameters, const run::SubgridSpec& spec,
                                     const Space& fine, Model& model, const Modes& modes,
                                     const run::Context& context)
    : staggered_(spec.staggered),
      fine_(&fine),
      model_(&model),
      modes_(&modes),
      grid_(coarse_parameters(parameters, spec).make_grid()),
      space_(fine.communicator(), coarse_parameters(parameters, spec).fourier_spec(), fine.dealiasing(), ""),
      filter_(spec, space_),
      map_(space_.transform(), fine.transform()),
      coarse_model_(coarse_parameters(parameters, spec).make_model(space_, context)),
      rates_(make_all(fine, modes.size(), "rates")),
      coarse_(make_all(space_, modes.size(), "coarse")),
      subgrid_(make_all(space_, modes.size(), "subgrid")),
      scratch_(space_.make_modes("scratch")) {
  for (const auto& field : fields()) values_.emplace_back(field.info, space_.transform().physical());
}

std::string SpectralCompanion::place_of(std::size_t output) const {
  const int axis = staggered_ ? model_->face_of(output) : -1;
  return axis < 0 ? "node" : std::string(1, "xyz"[axis]);
}

/// Inputs: all outputs of the model. Targets: the evolving fields' and what else is a velocity.
std::vector<run::SubgridField> SpectralCompanion::fields() const {
  std::vector<run::SubgridField> result;
  auto outputs = model_->fields();
  const std::size_t evolving = outputs.size();
  for (const auto& info : model_->further_outputs()) outputs.push_back(info);
  for (std::size_t n = 0; n < outputs.size(); ++n)
    result.push_back({.info = outputs[n], .target = false, .place = place_of(n)});
  for (std::size_t n = 0; n < outputs.size(); ++n)
    if (n < evolving || model_->face_of(n) >= 0)
      result.push_back(
          {.info = {"subgrid_" + outputs[n].name, rate_unit(outputs[n].unit),
                    "rate of change of " + outputs[n].long_name + " that the coarse grid misses"},
           .target = true,
           .place = place_of(n)});
  return result;
}

void SpectralCompanion::filter(const ComplexField& fine, ComplexField& coarse) const {
  map_.to_coarse(fine, space_.points() / fine_->points(), coarse);
  space_.clear_rest(coarse);
  space_.each_mode(
      [&](Index at, double kx, double ky, double kz) { coarse.data()[at] *= filter_(kx, ky, kz); });
}

void SpectralCompanion::to_space(const ComplexField& modes, const std::string& place, RealField& values) {
  space_.clear_rest(scratch_);
  const double scale = 1 / space_.points();
  if (place == "node")
    space_.each_mode(
        [&](Index at, double, double, double) { scratch_.data()[at] = scale * modes.data()[at]; });
  else
    space_.each_mode([&, axis = place[0] - 'x'](Index at, double kx, double ky, double kz) {
      scratch_.data()[at] = times(scale * face_mean(space_, axis, kx, ky, kz), modes.data()[at]);
    });
  space_.transform().inverse(scratch_, values);
}

std::vector<grid::FieldView> SpectralCompanion::evaluate() {
  model_->products(*modes_, rates_);
  for (std::size_t f = 0; f < coarse_.size(); ++f) {
    fine_->clear_rest(rates_[f]);
    filter((*modes_)[f], coarse_[f]);
  }
  Modes missed = make_all(space_, coarse_.size(), "missed");
  coarse_model_->products(coarse_, missed);
  for (std::size_t f = 0; f < coarse_.size(); ++f) {
    filter(rates_[f], subgrid_[f]);
    space_.each_mode(
        [&](Index at, double, double, double) { subgrid_[f].data()[at] -= missed[f].data()[at]; });
  }
  std::size_t next = 0;
  const std::size_t further = model_->further_outputs().size(), evolving = coarse_.size();
  ComplexField modes = space_.make_modes("modes");
  for (const Modes* state : {&coarse_, &subgrid_}) {
    for (std::size_t n = 0; n < evolving; ++n) to_space((*state)[n], place_of(n), values_[next++]);
    for (std::size_t n = 0; n < further; ++n) {
      if (state == &subgrid_ && model_->face_of(evolving + n) < 0) continue;
      coarse_model_->further_output(n, *state, modes);
      to_space(modes, place_of(evolving + n), values_[next++]);
    }
  }
  std::vector<grid::FieldView> views;
  for (const RealField& field : values_) views.push_back(field.erased());
  return views;
}

}  // namespace sluice::solvers::turbulence
