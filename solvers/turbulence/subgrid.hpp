// The coarse companion of a pseudo-spectral model: filters among the modes, a model of the same equation on
// the coarse grid, and the exact subgrid term.
#pragma once
#include <memory>
#include <vector>

#include "numerics/spectral/mode_map.hpp"
#include "run/subgrid.hpp"
#include "turbulence/parameters.hpp"

namespace sluice::solvers::turbulence {

/// Factor of a mode. `cut`: 1. `gaussian`: exp(-k^2 D^2/24), whose second moment is that of a box of width D
/// (Leonard, Adv. Geophys. 18A (1974) 237). `box`: mean over a square (cube) of width D. D = width times the
/// coarse spacing; modes beyond the coarse grid's are cut off in any case.
class CoarseFilter {
 public:
  CoarseFilter(const run::SubgridSpec& spec, const Space& coarse);
  [[nodiscard]] double operator()(double kx, double ky, double kz) const;

 private:
  bool gaussian_, box_;
  std::array<double, 3> width_{0, 0, 0};
};

/// Mean over the face normal to `axis` of a coarse cell that begins at a node, as a factor of the modes.
[[nodiscard]] Complex face_mean(const Space& coarse, int axis, double kx, double ky, double kz);

class SpectralCompanion final : public run::SubgridCompanion {
 public:
  /// `parameters` of the solver, its model and its modes, which must outlive this. Collective: plans.
  SpectralCompanion(const TurbulenceParameters& parameters, const run::SubgridSpec& spec, const Space& fine,
                    Model& model, const Modes& modes, const run::Context& context);
  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  [[nodiscard]] std::vector<run::SubgridField> fields() const override;
  [[nodiscard]] std::vector<grid::FieldView> evaluate() override;

 private:
  void filter(const ComplexField& fine, ComplexField& coarse) const;
  void to_space(const ComplexField& modes, const std::string& place, RealField& values);
  [[nodiscard]] std::string place_of(std::size_t output) const;

  bool staggered_;
  const Space* fine_;
  Model* model_;
  const Modes* modes_;
  grid::Grid grid_;
  Space space_;
  CoarseFilter filter_;
  numerics::ModeMap map_;
  std::unique_ptr<Model> coarse_model_;
  Modes rates_, coarse_, subgrid_;  ///< Of the fine model; the filtered state; what is missed.
  ComplexField scratch_;
  std::vector<RealField> values_;
};

}  // namespace sluice::solvers::turbulence
