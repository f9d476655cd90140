// Fields of the resolved flow on the solver's grid, as a surrogate's inputs, and what its output may add to.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "surrogate/inspection.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

/// Every field is computed once for a state, however often it is asked for: transforms are most of the cost.
class Resolved {
 public:
  explicit Resolved(Space& space) : space_(&space), scratch_(space.make_modes("scratch")) {}
  [[nodiscard]] grid::Grid grid() const;
  /// InputError "where: ..." with the names that there are, unless `name` is one.
  void check(const std::string& where, const std::string& name) const;
  /// What follows is of these modes, which have to stay.
  void look_at(const ComplexField& w);
  /// Valid until the next `look_at`. Collective.
  [[nodiscard]] std::vector<surrogate::ChannelView> views(const std::vector<surrogate::Channel>& channels);
  enum class By { viscosity, diffusivity, tendency };
  /// Energy and enstrophy with their rates by `unit` times an eddy viscosity, by `unit` times a diffusivity
  /// of the vorticity, or by its tendency; with `patterned` also by `unit` times the `pattern` times a second
  /// output. Valid until the next call. Collective.
  [[nodiscard]] std::vector<surrogate::Budget> budgets(By by, double unit, bool patterned = false);
  /// okubo_weiss q as q/sqrt(1 + (q/6)^2): strain less rotation, of any strength up to 6. Valid until the
  /// next `look_at`. Collective.
  [[nodiscard]] const RealField& pattern();
  /// Mean over the box of |grad w|. Collective.
  [[nodiscard]] double mean_gradient();

 private:
  struct Known {
    RealField values;
    std::int64_t look = -1;  ///< Of which it is.
  };
  /// Collective.
  const RealField& field(const std::string& name);
  void compute(const std::string& name, RealField& values);
  template <class Factor>
  void to_space(RealField& values, Factor factor);
  /// values = size of `of` over its root mean square. Collective.
  void make_relative(const RealField& of, RealField& values) const;
  void rates_by_viscosity();
  void rates_by_diffusivity();
  [[nodiscard]] RealField make(const std::string& name) const;
  /// values = work(values of the fields) at every point of this rank.
  template <class Work, class... Fields>
  void combine(RealField& values, Work work, const Fields&... fields) const;

  Space* space_;
  const ComplexField* w_ = nullptr;
  std::int64_t look_ = 0;
  ComplexField scratch_;
  std::map<std::string, Known> known_;
  std::vector<RealField> weights_, parts_;
  std::vector<double> spectrum_;  ///< Of the modes that are looked at, if an input needs it.
};

}  // namespace sluice::solvers::turbulence
