// What a case file says about a surrogate.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

struct GuardParameters {
  std::string policy = "fallback";
  double box_margin = 0.1;           ///< Of the training range's width, beyond each end.
  std::optional<double> distance{};  ///< Mahalanobis, of one point's inputs.
  double outside = 0;                ///< Part of the points that may lie outside.
  std::string bounds = "limit";
  std::vector<std::string> conserve{"declared"};  ///< Outputs whose integral over the grid is to be 0.
  std::optional<double> defect{};  ///< Largest |integral| over integral of the modulus, before projection.
  std::optional<double>
      disagreement{};              ///< Of a committee: largest rms of its deviation over that of its mean.
  std::optional<double> growth{};  ///< [time^-1] Largest rate at which squares and budgets may grow.
  std::int64_t budget = 10;
  void declare(base::Parameters& parameters);
};

/// A further member of a committee.
struct CommitteeMember {
  std::string weights;
  void declare(base::Parameters& parameters);
};

/// One entry of `surrogates:` in a case file.
struct Declaration {
  std::string weights;  ///< File; empty: untrained weights of `architecture`.
  std::vector<CommitteeMember> committee;
  std::string torchscript;  ///< File of a TorchScript module, instead of weights.
  std::string call = "pointwise";
  std::int64_t reach = 0;
  Architecture architecture;
  std::vector<Channel> inputs, outputs;
  std::string precision = "single";
  std::int64_t seed = 0;  ///< Of untrained weights.
  GuardParameters guard;
  void declare(base::Parameters& parameters);
};

/// Untrained weights of what the case declares, or its TorchScript module. AgreedError if it declares too
/// little.
[[nodiscard]] Weights without_file(const std::string& name, const Declaration& declaration, int dimensions);

/// AgreedError that says both sides, unless a committee's member has the fields and units of the first.
void check_member(const std::string& name, const Weights& first, const Weights& member,
                  const std::string& file);

/// AgreedError "surrogates.NAME: ..." that says both sides, unless what the case declares is what the file
/// holds. Normalisation and bounds that the case leaves out come from the file.
void check_against(const std::string& name, const Declaration& declaration, const Weights& weights,
                   const std::string& file);

}  // namespace sluice::surrogate
