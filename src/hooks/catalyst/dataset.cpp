#include "hooks/catalyst/dataset.hpp"

#include <vtkCellData.h>
#include <vtkDoubleArray.h>
#include <vtkPoints.h>
#include <vtkSmartPointer.h>
#include <limits>
#include <stdexcept>

namespace sluice::hooks::catalyst {
namespace {

int extent(std::int64_t value) {
  if (value > std::numeric_limits<int>::max())
    throw std::runtime_error("VTK counts the points along an axis with 32 bits: " + std::to_string(value) +
                             " are too many");
  return static_cast<int>(value);
}

bool is_empty(const Mesh& mesh) { return mesh.cells[0] == 0 || mesh.cells[1] == 0 || mesh.cells[2] == 0; }

std::int64_t nodes(const Mesh& mesh, int axis) { return axis < mesh.dimensions ? mesh.cells[axis] + 1 : 1; }

bool contiguous(const Mesh& mesh, const Field& field) {
  std::int64_t expected = field.components;
  for (int axis = 0; axis < mesh.dimensions; ++axis) {
    if (field.stride[axis] != expected && mesh.cells[axis] > 1) return false;
    expected *= mesh.cells[axis];
  }
  return true;
}

void copy_values(const Mesh& mesh, const Field& field, double* to) {
  for (std::int64_t k = 0; k < mesh.cells[2]; ++k)
    for (std::int64_t j = 0; j < mesh.cells[1]; ++j) {
      const double* from = field.values + k * field.stride[2] + j * field.stride[1];
      for (std::int64_t i = 0; i < mesh.cells[0]; ++i, from += field.stride[0])
        for (int c = 0; c < field.components; ++c) *to++ = from[c];
    }
}

vtkSmartPointer<vtkDoubleArray> make_array(const Mesh& mesh, const Field& field,
                                           std::vector<std::string>& copies) {
  auto array = vtkSmartPointer<vtkDoubleArray>::New();
  array->SetName(field.name);
  array->SetNumberOfComponents(field.components);
  for (int c = 0; field.component_names && c < field.components; ++c)
    array->SetComponentName(c, field.component_names[c]);
  const vtkIdType cells = mesh.cells[0] * mesh.cells[1] * mesh.cells[2];
  if (contiguous(mesh, field)) {  // VTK takes no const memory, but filters never write to their input
    array->SetArray(const_cast<double*>(field.values), cells * field.components, 1);
    return array;
  }
  array->SetNumberOfTuples(cells);
  copy_values(mesh, field, array->GetPointer(0));
  copies.push_back("field " + std::string(field.name) + " is copied (halo or padding in its memory)");
  return array;
}

}  // namespace

void Dataset::set_points(const Mesh& mesh, std::vector<std::string>& copies) {
  const vtkIdType count = nodes(mesh, 0) * nodes(mesh, 1) * nodes(mesh, 2);
  vtkNew<vtkDoubleArray> array;
  array->SetNumberOfComponents(3);
  if (mesh.stride == 3 && mesh.y == mesh.x + 1 && mesh.z == mesh.x + 2) {
    array->SetArray(const_cast<double*>(mesh.x), 3 * count, 1);
  } else {
    array->SetNumberOfTuples(count);
    for (vtkIdType n = 0; n < count; ++n)
      array->SetTuple3(n, mesh.x[n * mesh.stride], mesh.y[n * mesh.stride], mesh.z[n * mesh.stride]);
    copies.emplace_back("coordinates are copied (not interleaved)");
  }
  vtkNew<vtkPoints> points;
  points->SetData(array);
  int own[6] = {0, 0, 0, 0, 0, 0};
  for (int axis = 0; axis < mesh.dimensions; ++axis) {
    own[2 * axis] = extent(mesh.origin[axis]);
    own[2 * axis + 1] = extent(mesh.origin[axis] + mesh.cells[axis]);
  }
  grid_->SetExtent(own);
  grid_->SetPoints(points);
}

void Dataset::update(const Mesh& mesh, const Field* fields, int count, std::vector<std::string>& copies) {
  if (is_empty(mesh)) {
    partitions_->SetNumberOfPartitions(0);
    return;
  }
  if (mesh.x != coordinates_) {  // a mesh that stays keeps its points
    set_points(mesh, copies);
    coordinates_ = mesh.x;
  }
  grid_->GetCellData()->Initialize();
  for (int f = 0; f < count; ++f) grid_->GetCellData()->AddArray(make_array(mesh, fields[f], copies));
  grid_->Modified();
  partitions_->SetPartition(0, grid_);
  partitions_->Modified();
}

void Dataset::release() { grid_->GetCellData()->Initialize(); }

}  // namespace sluice::hooks::catalyst
