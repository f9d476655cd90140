#include "numerics/petsc/bridge.hpp"

#include <algorithm>

namespace sluice::numerics::petsc {

using grid::Index;

namespace {

PetscInt integer(Index value) { return static_cast<PetscInt>(value); }

template <class Row>
void for_each_row(const grid::Layout& layout, Row row) {
  const auto& count = layout.count();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j) row(i, j, (i * count[1] + j) * count[2], count[2]);
}

}  // namespace

VecHandle make_vector(const grid::Layout& layout) {
  VecHandle vector;
  check(VecCreateMPI(layout.communicator().handle(), integer(layout.owned_size()),
                     integer(layout.global_size()), vector.out()));
  return vector;
}

void copy_to_field(const double* values, grid::RealField& field) {
  const auto view = field.view();
  for_each_row(field.layout(), [&](Index i, Index j, Index start, Index length) {
    std::copy_n(values + start, length, view.row(i, j));
  });
}

void copy_from_field(const grid::RealField& field, double* values) {
  const auto view = field.view();
  for_each_row(field.layout(), [&](Index i, Index j, Index start, Index length) {
    std::copy_n(view.row(i, j), length, values + start);
  });
}

FieldVector::FieldVector(grid::RealField& field)
    : field_(&field), shared_(!field.layout().has_halo() && field.layout().spec().padding == 0) {
  const auto& layout = field.layout();
  if (shared_) {
    check(VecCreateMPIWithArray(layout.communicator().handle(), 1, integer(layout.owned_size()),
                                integer(layout.global_size()), field.data(), vector_.out()));
    return;
  }
  vector_ = make_vector(layout);
  double* values = nullptr;
  check(VecGetArrayWrite(vector_, &values));
  copy_from_field(field, values);
  check(VecRestoreArrayWrite(vector_, &values));
}

void FieldVector::write_back() {
  if (shared_) return;
  const double* values = nullptr;
  check(VecGetArrayRead(vector_, &values));
  copy_to_field(values, *field_);
  check(VecRestoreArrayRead(vector_, &values));
}

}  // namespace sluice::numerics::petsc
