// Training data on disk: HDF5 files with a dataset for every channel.
#pragma once
#include <string>
#include <vector>

#include "surrogate/samples.hpp"

namespace sluice::solvers::training {

struct DataEntry {
  std::string path;  ///< HDF5 file.
  std::string run;   ///< Or a run folder, whose snapshots are a trajectory.
  void declare(base::Parameters& parameters);
};

struct Data {
  std::vector<DataEntry> entries;
  std::vector<std::string>
      targets;  ///< Datasets that the outputs are to equal; empty: of the outputs' names.
};

/// Points of the fields along each axis. AgreedError if the first file has no field. Collective.
[[nodiscard]] std::vector<grid::Index> points_of(const base::Communicator& communicator, const Data& data);

/// All samples, numbered by their trajectory: the dataset `trajectory` of a file, counted on from file to
/// file, or the number of the file or folder. AgreedError that names file and dataset if one is missing or of
/// another shape. Collective.
[[nodiscard]] surrogate::Samples read_samples(const grid::LayoutPtr& layout, const Data& data,
                                              const std::vector<surrogate::Channel>& inputs,
                                              const std::vector<surrogate::Channel>& outputs);

}  // namespace sluice::solvers::training
