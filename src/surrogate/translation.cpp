#include "surrogate/translation.hpp"

#include <algorithm>

namespace sluice::surrogate {

void translate(std::span<double> fields, const grid::Index3& points, const grid::Index3& by) {
  // A shift along an axis is a rotation of each block that the axis and those after it make up.
  grid::Index block = 1;
  for (std::size_t a = 3; a-- > 0;) {
    const grid::Index part = block;
    block *= points[a];
    if (by[a] == 0) continue;
    const grid::Index size = static_cast<grid::Index>(fields.size());
    for (grid::Index first = 0; first < size; first += block) {
      const auto begin = fields.begin() + first;
      std::rotate(begin, begin + (points[a] - by[a]) * part, begin + block);
    }
  }
}

}  // namespace sluice::surrogate
