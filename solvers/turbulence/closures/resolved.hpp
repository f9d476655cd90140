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
  /// Energy and enstrophy of these modes with their rates by an eddy viscosity or by a tendency of the
  /// vorticity. Valid until the next call. Collective.
  [[nodiscard]] std::vector<surrogate::Budget> budgets(const ComplexField& w, bool by_viscosity);

 private:
  template <class Factor>
  void to_space(const ComplexField& w, RealField& values, Factor factor);
  void compute(const std::string& name, const ComplexField& w, RealField& values);
  [[nodiscard]] RealField make(const std::string& name) const;
  /// values = work(values, others) at every point of this rank.
  template <class Work>
  void combine(RealField& values, const RealField& other, Work work) const;

  Space* space_;
  ComplexField scratch_;
  std::vector<RealField> inputs_, weights_, parts_;
};

}  // namespace sluice::solvers::turbulence
