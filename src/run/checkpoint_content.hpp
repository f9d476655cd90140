// What is inside a checkpoint file: header, items of the state with their checksums, and a manifest of all of
// them.
#pragma once
#include <string>

#include "run/checkpoint.hpp"
#include "run/hdf5.hpp"

namespace sluice::run {

/// Writes header, state and manifest; returns the manifest's text. Collective.
std::string write_content(Hdf5File& file, const CheckpointHeader& header, const State& state);

/// Reads everything and makes the manifest of what is there. Collective.
struct Content {
  CheckpointHeader header;
  std::string found;     ///< Manifest of what was read.
  std::string recorded;  ///< Manifest as it was written.
};
[[nodiscard]] Content read_content(Hdf5File& file, const base::Communicator& communicator);

/// Fills a state. base::AgreedError if an item is missing or has another shape. Collective.
void read_state(Hdf5File& file, State& state);

/// The first line in which two manifests differ, as "found A, written B"; empty if they are equal.
[[nodiscard]] std::string difference(const std::string& found, const std::string& recorded);

}  // namespace sluice::run
