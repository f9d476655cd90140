#include "run/whole_field.hpp"

namespace sluice::run {

std::vector<double> whole_values(const grid::FieldView& field) {
  std::vector<double> values(static_cast<std::size_t>(field.layout->global_size()), 0.0);
  const grid::View<const double> value(field.data, *field.layout);
  const grid::Index3 &count = field.layout->count(), &offset = field.layout->offset(),
                     &whole = field.layout->global();
  for (grid::Index i = 0; i < count[0]; ++i)
    for (grid::Index j = 0; j < count[1]; ++j)
      for (grid::Index k = 0; k < count[2]; ++k)
        values[static_cast<std::size_t>(((offset[0] + i) * whole[1] + offset[1] + j) * whole[2] + offset[2] +
                                        k)] = value(i, j, k);
  field.layout->communicator().sum(std::span<double>(values));
  return values;
}

}  // namespace sluice::run
