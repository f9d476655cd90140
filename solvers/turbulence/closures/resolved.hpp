// Fields of the resolved flow on the solver's grid, as a surrogate's inputs, and what its output may add to.
#pragma once
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "surrogate/inspection.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

class Resolved {
 public:
  explicit Resolved(Space& space) : space_(&space), scratch_(space.make_modes("scratch")) {}
  [[nodiscard]] grid::Grid grid() const;
  /// InputError "where: ..." with the names that there are, unless `name` is one.
  void check(const std::string& where, const std::string& name) const;
  /// The fields of these modes; valid until the next call. Collective.
  [[nodiscard]] std::vector<surrogate::ChannelView> views(const ComplexField& w,
                                                          const std::vector<surrogate::Channel>& channels);
  enum class By { viscosity, diffusivity, tendency };
  /// Energy and enstrophy of these modes with their rates by `unit` times an eddy viscosity, by `unit` times
  /// a diffusivity of the vorticity, or by its tendency. Valid until the next call. Collective.
  [[nodiscard]] std::vector<surrogate::Budget> budgets(const ComplexField& w, By by, double unit);
  /// Mean over the box of |grad w|. Collective.
  [[nodiscard]] double mean_gradient(const ComplexField& w);

 private:
  template <class Factor>
  void to_space(const ComplexField& w, RealField& values, Factor factor);
  void compute(const std::string& name, const ComplexField& w, RealField& values);
  /// values over their root mean square, as sizes. Collective.
  void make_relative(RealField& values) const;
  void rates_by_viscosity(const ComplexField& w);
  void rates_by_diffusivity(const ComplexField& w);
  [[nodiscard]] RealField make(const std::string& name) const;
  /// values = work(values, others) at every point of this rank.
  template <class Work>
  void combine(RealField& values, const RealField& other, Work work) const;

  Space* space_;
  ComplexField scratch_;
  std::vector<RealField> inputs_, weights_, parts_, gradient_;
};

}  // namespace sluice::solvers::turbulence
