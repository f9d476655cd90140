// Super time stepping for parabolic operators: many cheap stages whose stability interval grows with their
// square.
#pragma once
#include <vector>

namespace sluice::numerics {

/// RKL2: Meyer, Balsara & Aslam, J. Comput. Phys. 257 (2014) 594. RKG2: Skaras, Saxton, Meyer & Aslam, J.
/// Comput. Phys. 425 (2021) 109879.
enum class SuperScheme { rkl2, rkg2 };

/// Y_j = mu Y_{j-1} + nu Y_{j-2} + start Y_0 + rate dt D(Y_{j-1}) + start_rate dt D(Y_0). The first stage is
/// Y_1 = Y_0 + rate dt D(Y_0).
struct SuperStage {
  double mu, nu, start, rate, start_rate;
};

/// Stages needed for a step of `ratio` explicit (forward Euler) steps; odd, at least 3.
[[nodiscard]] int super_stages(SuperScheme scheme, double ratio);

/// Coefficients of the stages, made anew only when their number changes.
class SuperTable {
 public:
  explicit SuperTable(SuperScheme scheme) : scheme_(scheme) {}
  [[nodiscard]] const std::vector<SuperStage>& stages(int count);
  [[nodiscard]] SuperScheme scheme() const { return scheme_; }

 private:
  SuperScheme scheme_;
  std::vector<SuperStage> stages_;
};

}  // namespace sluice::numerics
