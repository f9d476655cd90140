// A distributed field in one piece, for what is small enough and not worth dividing.
#pragma once
#include <vector>

#include "grid/field.hpp"

namespace sluice::run {

/// All values of a field of one component on every rank, the last axis fastest. Collective.
[[nodiscard]] std::vector<double> whole_values(const grid::FieldView& field);

}  // namespace sluice::run
