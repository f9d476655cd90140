// Private to this room: a field as a PETSc vector.
#pragma once
#include "grid/field.hpp"
#include "numerics/petsc/handles.hpp"

namespace sluice::numerics::petsc {

/// A vector on the layout's cells in Numbering's order. Collective.
[[nodiscard]] VecHandle make_vector(const grid::Layout& layout);

/// Copies owned cells between a vector's local array and a field of the same decomposition, with or without
/// halo.
void copy_to_field(const double* values, grid::RealField& field);
void copy_from_field(const grid::RealField& field, double* values);

/// A field as a vector as long as this lives: the same memory where the field has neither halo nor padding,
/// else a copy that is written back by `write_back`.
class FieldVector {
 public:
  explicit FieldVector(grid::RealField& field);  ///< Collective.
  [[nodiscard]] Vec get() const { return vector_; }
  void write_back();

 private:
  grid::RealField* field_;
  bool shared_;
  VecHandle vector_;
};

}  // namespace sluice::numerics::petsc
