// The guarded call: what a network predicts is checked, projected, and accepted, limited or refused, alike on
// every rank.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "surrogate/inspection.hpp"

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
    by_seat,  ///< Refused by the seat: what the call gave was of no use there.
    disagreement,
    count
  };
  std::array<std::int64_t, count> values{};
  std::int64_t& operator[](Name name) { return values[name]; }
  std::int64_t operator[](Name name) const { return values[name]; }
};

/// In `guard.conserve`: whatever the solver declares to be conserved.
inline constexpr const char* declared_laws = "declared";

/// Checks of one surrogate. Volumes of cells are the quadrature of integrals.
class Guard {
 public:
  Guard(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
        const grid::LayoutPtr& layout);
  /// Checks `outputs`, changes them (bounds, projection), decides. One pass over the points and one reduction
  /// (one more of each when bounds were limited, or a projection precedes a limit of growth). AgreedError
  /// under the policy "stop". `variances`: of the outputs, a field each, or empty. Collective.
  [[nodiscard]] Verdict judge(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                              const GuardedCall& call, std::span<const grid::RealField> variances = {});
  /// The same verdict without a trace in the counters; a refusal does not stop the run. Collective.
  [[nodiscard]] Verdict try_out(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                                const GuardedCall& call, std::span<const grid::RealField> variances = {});
  /// The last call, which was accepted or limited, is refused after all. AgreedError under the policy "stop".
  void overrule(const std::string& reason);
  /// Which outputs the solver declares to have an integral of 0; counts where the case says so.
  void declare_conserved(const std::vector<bool>& by_the_solver);
  /// True once the budget is spent: the surrogate is not asked any more.
  [[nodiscard]] bool is_off() const { return counters[GuardCounters::off] != 0; }
  [[nodiscard]] const std::string& reason() const { return reason_; }  ///< Of the last refusal or limit.
  [[nodiscard]] double last_defect() const { return last_defect_; }    ///< Before the last projection.

  GuardCounters counters;

 private:
  [[nodiscard]] std::string complaint(const Findings& sums);
  void limit(std::span<grid::RealField> outputs) const;
  void project(std::span<grid::RealField> outputs, const Findings& sums,
               std::span<const grid::RealField> variances) const;
  [[nodiscard]] bool limit_growth(std::span<grid::RealField> outputs, const Findings& sums,
                                  const GuardedCall& call);
  [[nodiscard]] Verdict refuse(const std::string& reason);

  GuardParameters parameters_;
  std::vector<Channel> outputs_;
  Inspection inspection_;
  std::vector<bool> conserved_;  // an output each
  std::string reason_;
  GuardCounters::Name last_ = GuardCounters::accepted;  // of the last call
  double last_defect_ = 0;
};

}  // namespace sluice::surrogate
