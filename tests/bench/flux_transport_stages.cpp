// Cost of one stage of flux transport: WENO3 advection and RKG2 diffusion [ns per cell and stage], on any
// number of ranks, ghost exchange included. Usage: bench_flux_transport [n_theta n_phi]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <utility>
#include <vector>

#include "base/parallel.hpp"
#include "base/timer.hpp"
#include "flux_transport/advector.hpp"
#include "flux_transport/flow.hpp"
#include "numerics/spectral/fourier.hpp"
#include "numerics/sphere_advection.hpp"
#include "numerics/sphere_diffusion.hpp"

using namespace sluice;
namespace ft = solvers::flux_transport;

namespace {

/// Processor time of this thread on one rank, so that other programs on the machine do not count; wall time
/// on more [s].
double now(const base::Communicator& world) {
  if (world.size() > 1) return base::wall_seconds();
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

/// Least time of one call over many short batches [s].
double seconds_per_call(const base::Communicator& world, const std::function<void()>& call, int calls) {
  double least = 1e30;
  call();
  for (int batch = 0; batch < 60; ++batch) {
    world.barrier();
    const double begin = now(world);
    for (int i = 0; i < calls; ++i) call();
    least = std::min(least, world.max((now(world) - begin) / calls));
  }
  return least;
}

/// Time of a forward and an inverse transform of 1024 complex points, out of place [s].
double transform_pair(const base::Communicator& world) {
  numerics::FourierTransform transform(base::Communicator::self(), {.points = {1024, 1, 1}});
  grid::ComplexField space({"f", "1", "field"}, transform.physical()),
      modes({"F", "1", "modes"}, transform.spectral());
  return seconds_per_call(
      world, [&] { transform.forward(space, modes), transform.inverse(modes, space); }, 100);
}

/// Unit costs of HipFT 1.19.3 [ns per cell and operator evaluation], one thread, the lower of the two grids';
/// its machine took 3.3 us for a pair of transforms of 1024 points.
struct HipftCosts {
  double machine = 1;  ///< Time here over time there.
  double weno3 = 17.2, refresh = 12.5, rkg2 = 5.2;
};

/// Bandwidth of a triad on fields of this size [B s^-1].
double triad(const base::Communicator& world, std::size_t n) {
  std::vector<double> a(n), b(n, 1.0), c(n, 2.0);
  double factor = 1;
  const double seconds = seconds_per_call(
      world,
      [&] {
        factor += 1e-9;
        for (std::size_t i = 0; i < n; ++i) a[i] = b[i] + factor * c[i];
      },
      static_cast<int>(1000000 / n) + 1);
  return 24.0 * double(n) / seconds + 0 * a[n / 2];
}

void measure(const base::Communicator& world, const HipftCosts& hipft, grid::Index n_theta,
             grid::Index n_phi) {
  const auto grid = grid::Grid::uniform_sphere(n_theta, n_phi, 1.0, "R_sun");
  const numerics::SphereBlock block(grid, numerics::SphereBlock::make_layout(world, grid));
  const auto make = [&] { return grid::RealField({"B_r", "G", ""}, block.layout()); };
  auto a = make(), b = make(), c = make(), d = make();
  for (grid::RealField* field : {&a, &b, &c, &d})
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k)
        field->view()(i, k) = 10 * std::cos(block.theta[static_cast<std::size_t>(block.first_row() + i)]) *
                              std::sin(0.1 * double(block.first_column() + k));
  block.close_poles(a);
  grid::HaloExchange exchange(block.layout());
  const double cells = double(n_theta) * double(n_phi);
  const int calls = static_cast<int>(5e5 / cells) + 1;
  const double bandwidth = triad(world, static_cast<std::size_t>(block.layout()->owned_size()));
  const auto report = [&](const char* name, double seconds, double bytes, double yardstick = 0) {
    if (!world.is_root()) return;
    const double cost = 1e9 * seconds / cells * world.size();
    std::printf("%4ld x %4ld  %-34s %6.2f ns a cell; memory floor %5.2f ns (%2.0f B at %.1f GB/s)",
                long(n_theta), long(n_phi), name, cost, 1e9 * bytes / bandwidth, bytes, bandwidth / 1e9);
    if (yardstick > 0)
      std::printf("; HipFT %.1f ns: %.1f times", yardstick * hipft.machine, yardstick * hipft.machine / cost);
    std::printf("\n");
  };

  for (const auto& [name, scheme] :
       {std::pair{"WENO3", numerics::AdvectionScheme::weno3},
        std::pair{"WENO5", numerics::AdvectionScheme::weno5},
        std::pair{"WENO3 as HipFT", numerics::AdvectionScheme::weno3_lax_friedrichs}}) {
    numerics::SphereAdvection advection(block, scheme);
    ft::FlowParameters flow;
    const auto advect = [&] {  // the four stages of SSPRK(4,3), as the solver alternates them
      exchange(a), advection.stage(numerics::ssprk43.stages[0], 1e-3, a, a, b);
      exchange(b), advection.stage(numerics::ssprk43.stages[1], 1e-3, a, b, c);
      exchange(c), advection.stage(numerics::ssprk43.stages[2], 1e-3, a, c, b);
      exchange(b), advection.stage(numerics::ssprk43.stages[3], 1e-3, a, b, a);
    };
    const auto stages = [&](const std::string& what, double bytes) {
      report((name + what).c_str(), seconds_per_call(world, advect, calls / 4 + 1) / 4, bytes, hipft.weno3);
    };
    ft::set_velocities(flow, block, advection);
    stages(", zonal flow", 18);
    ft::FlowParameters over_pole;
    over_pole.rotation_period = 600;
    over_pole.axis_colatitude = 30;
    ft::set_velocities(over_pole, block, advection);
    stages(", any flow", 34);
    ft::set_velocities(flow, block, advection);
    const auto refresh = [&] {
      exchange(a);
      ft::attenuation(a.span(), 300, d.span());
      advection.attenuate(d);
    };
    report((std::string(name) + ", attenuation a step").c_str(), seconds_per_call(world, refresh, calls), 16,
           hipft.refresh);
    stages(", attenuated", 26);
  }
  numerics::SphereAdvection upwind(block, numerics::AdvectionScheme::upwind);
  ft::set_velocities(ft::FlowParameters{}, block, upwind);
  report("upwind, zonal flow",
         seconds_per_call(
             world, [&] { exchange(a), upwind.stage(numerics::ssprk43.stages[1], 1e-3, a, a, b); }, calls),
         16);

  numerics::SphereDiffusion diffusion(block, 300 * ft::diffusivity_unit);
  const numerics::SuperStage stage{1.2, -0.3, 0.1, 1e-4, 1e-5};
  report("RKG2",
         seconds_per_call(
             world,
             [&] {
               exchange(b);
               diffusion.stage(stage, 1e-3, {.u = b, .before = c, .start = a, .start_rate = d, .out = c});
               std::swap(b, c);
             },
             calls),
         40, hipft.rkg2);
}

}  // namespace

int main(int argc, char** argv) {
  base::MpiSession session(argc, argv);
  const auto world = base::Communicator::world();
  HipftCosts hipft;
  hipft.machine = transform_pair(world) / 3.3e-6;
  if (world.is_root())
    std::printf("transforms of 1024 points: %.2f of the time on the machine of HipFT's timings\n",
                hipft.machine);
  if (argc == 3) {
    measure(world, hipft, std::atol(argv[1]), std::atol(argv[2]));
  } else {
    measure(world, hipft, 180, 360);
    measure(world, hipft, 512, 1024);
  }
  return 0;
}
