// The guarded call: what a network predicts is checked, projected, and accepted, limited or refused, alike on
// every rank.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "surrogate/declaration.hpp"
#include "surrogate/network.hpp"

namespace sluice::surrogate {

enum class Verdict { accepted, limited, refused, off };

/// Why calls were refused or limited, and how many. All integers, for the checkpoint.
struct GuardCounters {
  enum Name {
    calls,
    accepted,
    limited,
    refused,
    not_finite,
    outside,
    out_of_bounds,
    defect,
    growth,
    in_a_row,
    off,
    count
  };
  std::array<std::int64_t, count> values{};
  std::int64_t& operator[](Name name) { return values[name]; }
  std::int64_t operator[](Name name) const { return values[name]; }
};

/// What the seat knows of one call. With `fields` and `dt` the growth of energy is bounded: the outputs,
/// times `dt` where they are rates, are added to these fields by whoever called.
struct GuardedCall {
  std::span<const ChannelView> fields{};  ///< One an output; empty if the outputs are not added to anything.
  double factor = 1;                      ///< What the outputs are multiplied with before they are added.
  double dt = 0;                          ///< [time] That the call stands for.
};

/// Checks of one surrogate. Volumes of cells are the quadrature of integrals.
class Guard {
 public:
  Guard(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
        const grid::LayoutPtr& layout);
  /// Checks `outputs`, changes them (bounds, projection), decides. One pass over the points and one reduction
  /// (one more of each when bounds were limited, or a projection precedes a limit of growth). AgreedError
  /// under the policy "stop". Collective.
  [[nodiscard]] Verdict judge(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                              const GuardedCall& call);
  /// True once the budget is spent: the surrogate is not asked any more.
  [[nodiscard]] bool is_off() const { return counters[GuardCounters::off] != 0; }
  [[nodiscard]] const std::string& reason() const { return reason_; }  ///< Of the last refusal or limit.
  [[nodiscard]] double last_defect() const { return last_defect_; }    ///< Before the last projection.

  GuardCounters counters;

 private:
  struct Sums;
  [[nodiscard]] Sums look(std::span<const ChannelView> inputs, std::span<const grid::RealField> outputs,
                          const GuardedCall& call) const;
  [[nodiscard]] bool outside(const double* x) const;
  [[nodiscard]] std::string complaint(const Sums& sums);
  void limit(std::span<grid::RealField> outputs) const;
  void project(std::span<grid::RealField> outputs, const Sums& sums) const;
  [[nodiscard]] bool limit_growth(std::span<grid::RealField> outputs, const Sums& sums,
                                  const GuardedCall& call);
  [[nodiscard]] Sums agreed(Sums sums) const;
  struct Row {
    const double *d, *u;
    grid::Index stride;
    double factor;
  };
  void look_at_row(Sums& sums, std::size_t o, const Row& row, double shared,
                   const std::vector<double>& along) const;
  template <class Visit>
  void for_each_row_with_volume(Visit visit) const;
  [[nodiscard]] Verdict refuse(const std::string& reason);

  GuardParameters parameters_;
  std::vector<Channel> inputs_, outputs_;
  std::vector<double> low_, high_;     // box of the inputs with its margin; infinite where unknown
  std::vector<double> mean_, whiten_;  // of the distance: lower triangle of the inverse Cholesky factor
  std::vector<bool> conserved_;        // an output each
  std::vector<double> volume_[3];      // along each axis, owned part: a cell's volume is the product
  grid::LayoutPtr layout_;
  std::string reason_;
  double last_defect_ = 0;
};

/// Bayesian update with a conservation law (Hansen et al., ICML 2023, ProbConserv, equation 8 in the limit of
/// an exact law): mu <- mu - S g (g.S g)^-1 (g.mu - b), S = diag(variance), for one law g.mu = b. `variance`
/// may be empty: all the same. The two sums g.mu and g.S g are over all ranks. Not collective.
void conserve(std::span<double> values, std::span<const double> weights, std::span<const double> variance,
              double defect, double weight_norm);

}  // namespace sluice::surrogate
