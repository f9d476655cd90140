// Where the points are: Cartesian boxes and the sphere in colatitude and longitude.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "grid/layout.hpp"

namespace sluice::grid {

enum class Geometry { cartesian, sphere };

/// One axis of a tensor-product grid. Replicated on every rank.
struct Axis {
  std::string name;            ///< "x", "theta", "phi"
  std::string unit;            ///< "m", "rad", "1"
  std::string long_name;       ///< "colatitude"
  std::vector<double> points;  ///< Where the data sit (cell centres or nodes), ascending.
  std::vector<double> faces;   ///< Cell boundaries, points.size() + 1, ascending.
  bool periodic = false;
  [[nodiscard]] Index size() const { return static_cast<Index>(points.size()); }
  [[nodiscard]] double length() const { return faces.back() - faces.front(); }
  [[nodiscard]] double width(Index i) const {
    return faces[static_cast<std::size_t>(i) + 1] - faces[static_cast<std::size_t>(i)];
  }
};

enum class Centring { cell, node };

struct CartesianSpec {
  std::vector<Index> points;  ///< One to three.
  std::vector<double> lower, upper;
  std::vector<bool>
      periodic;  ///< A periodic axis has its points at lower + i * length / n, the upper end left out.
  Centring centring = Centring::cell;  ///< Of bounded axes: cell centres, or nodes that include both ends.
  std::string unit = "1";
};

/// A tensor-product grid of one to three axes, axis 0 slowest in memory. Cartesian axes are named x, y, z:
/// axis 0 is x. The sphere has axes theta (colatitude, both poles are points) and phi (longitude, distinct
/// points, periodic).
class Grid {
 public:
  static Grid cartesian(const CartesianSpec& spec);
  /// `theta` ascending from 0 to pi (its ends are the poles); `phi` ascending, distinct, within one turn.
  /// AgreedError if not so. theta faces are midpoints, closed by 0 and pi; phi faces are midpoints.
  static Grid sphere(std::vector<double> theta, std::vector<double> phi, double radius,
                     const std::string& radius_unit);
  /// Uniform sphere: n_theta points with both poles, n_phi distinct longitudes from 0.
  static Grid uniform_sphere(Index n_theta, Index n_phi, double radius, const std::string& radius_unit);

  Geometry geometry = Geometry::cartesian;
  Centring centring = Centring::cell;
  std::vector<Axis> axes;
  double radius = 1.0;  ///< Of the sphere.
  std::string radius_unit = "1";

  [[nodiscard]] int dimensions() const { return static_cast<int>(axes.size()); }
  [[nodiscard]] Index3 extents() const;
  [[nodiscard]] Index size() const;
  /// LayoutSpec of this grid (extents, periodicity) with a halo of the given width in every dimension.
  [[nodiscard]] LayoutSpec layout_spec(Index halo = 0) const;
  /// "x = 1.5 m, y = ..." of a global index, for messages.
  [[nodiscard]] std::string describe_point(const Index3& global_index) const;
};

}  // namespace sluice::grid
