#include "turbulence/topography.hpp"

#include <cmath>
#include <numbers>

#include "run/hdf5.hpp"

namespace sluice::solvers::turbulence {

void TopographyParameters::declare(base::Parameters& p) {
  p.choice(
      "type", type,
      {{"none", "flat bottom"},
       {"cosine", "amplitude cos(kx x + ky y)"},
       {"hill", "amplitude exp(-r^2/(2 s^2)) in the middle of the box, s a tenth of its shorter side"},
       {"file", "from a file"}},
      {.help =
           "bottom topography, as the potential vorticity eta = f0 h/H that it adds to the lowest layer"});
  p.real("amplitude", amplitude, {.help = "of cosine and hill, in units of vorticity", .unit = "1/time"});
  p.integers("waves", waves,
             {.help = "of cosine: waves in the box along x and y", .minimum_size = 2, .maximum_size = 2});
  p.file("file", file, {.help = "of file: HDF5 file with a dataset topography of the grid's shape"});
}

ComplexField make_topography(const TopographyParameters& parameters, Space& space) {
  ComplexField modes = space.make_modes("topography");
  if (!parameters.active()) return modes;
  RealField eta({"topography", "1", "topography"}, space.transform().physical());
  const auto& layout = eta.layout();
  if (parameters.type == "file") {
    auto file = run::Hdf5File::open(space.communicator(), parameters.file);
    if (!file.has("/topography"))
      throw base::InputError("topography.file: " + parameters.file + " has no dataset topography");
    file.read_field("/topography", eta.layout_pointer(), eta.data(), 1);
  } else {
    const auto view = eta.view();
    const auto& length = space.transform().spec().length;
    const double turn = 2 * std::numbers::pi, size = 0.1 * std::min(length[0], length[1]);
    for (Index i = 0; i < layout.count()[0]; ++i)
      for (Index j = 0; j < layout.count()[1]; ++j) {
        const double x = static_cast<double>(layout.offset()[0] + i) * space.spacing(0),
                     y = static_cast<double>(layout.offset()[1] + j) * space.spacing(1);
        const double r = std::hypot(x - length[0] / 2, y - length[1] / 2) / size;
        const double phase = turn * (static_cast<double>(parameters.waves[0]) * x / length[0] +
                                     static_cast<double>(parameters.waves[1]) * y / length[1]);
        view(i, j) =
            parameters.amplitude * (parameters.type == "hill" ? std::exp(-0.5 * r * r) : std::cos(phase));
      }
  }
  space.transform().forward(eta, modes);
  space.clear_rest(modes);
  space.each_mode([&](Index at, double kx, double ky, double) {
    if (kx == 0 && ky == 0) modes.data()[at] = 0;
  });
  return modes;
}

}  // namespace sluice::solvers::turbulence
