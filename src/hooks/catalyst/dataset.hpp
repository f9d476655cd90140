// A block of the mesh with its fields as VTK sees it, on the caller's memory wherever VTK's layout allows it.
#pragma once
#include <vtkNew.h>
#include <vtkPartitionedDataSet.h>
#include <vtkStructuredGrid.h>
#include <string>
#include <vector>

#include "hooks/catalyst/plugin.hpp"

namespace sluice::hooks::catalyst {

/// Builds and keeps the data set of one session.
class Dataset {
 public:
  /// Puts mesh and fields into the data set. Texts in `copies` name what had to be copied. Not collective.
  void update(const Mesh& mesh, const Field* fields, int count, std::vector<std::string>& copies);
  /// Lets go of the caller's memory.
  void release();
  /// One partition a rank, none where a rank owns nothing; what Catalyst 2 makes of a Conduit mesh as well.
  [[nodiscard]] vtkPartitionedDataSet* partitions() const { return partitions_; }

 private:
  void set_points(const Mesh& mesh, std::vector<std::string>& copies);
  vtkNew<vtkPartitionedDataSet> partitions_;
  vtkNew<vtkStructuredGrid> grid_;
  const double* coordinates_ = nullptr;  ///< Of the points that the grid has now.
};

}  // namespace sluice::hooks::catalyst
