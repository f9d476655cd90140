// Weights of surrogates on disk: HDF5 with a description, the tensors and a hash of both.
#pragma once
#include <filesystem>
#include <string>

#include "base/parallel.hpp"
#include "surrogate/weights.hpp"

namespace sluice::run {

/// A weights file as it was read, every tensor checked against the architecture.
struct WeightsFile {
  surrogate::Weights weights;
  std::string hash;
};

/// Text dataset /description (YAML or JSON), datasets /tensors/NAME, attributes format, version, hash of the
/// root. AgreedError if it is no such file, damaged, or of a later version. Collective.
[[nodiscard]] WeightsFile read_weights(const base::Communicator& communicator,
                                       const std::filesystem::path& file);
/// Whole or not at all. Gives the hash. OutputError. Collective.
std::string write_weights(const base::Communicator& communicator, const std::filesystem::path& file,
                          const surrogate::Weights& weights);

}  // namespace sluice::run
