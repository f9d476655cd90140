// A step takes no memory from the heap, after the first ones have made what they keep. Counts the calls of
// the C library's allocation functions, which operator new and the fields' own memory go through as well.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cerrno>

#include "support/flux_transport_run.hpp"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

namespace {
std::atomic<long> allocations{0};
}

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  ++allocations;
  *memory = __libc_memalign(alignment, bytes);
  return *memory == nullptr ? ENOMEM : 0;
}
}

namespace {

/// Calls during five steps.
long allocations_of_steps(const std::string& yaml) {
  sluice::test::FluxTransportRun run("grid: {n_theta: 18, n_phi: 33}\n" + yaml);
  const double hours = 2;
  const auto steps = [&](int count) {
    for (int n = 0; n < count; ++n) run.time += run.solver->advance(run.time, hours).dt_taken;
  };
  steps(3);
  const long before = allocations;
  steps(5);
  return allocations - before;
}

TEST(Allocation, CountsThem) {
  const long before = allocations;
  delete new double(1);
  const sluice::grid::RealField field(
      {"B_r", "G", ""},
      sluice::test::FluxTransportRun("grid: {n_theta: 18, n_phi: 33}").flux_transport().block().layout());
  EXPECT_GE(allocations - before, 2);
}

TEST(Allocation, NoneInAStep) {
  if (sluice::base::Communicator::world().size() > 1)
    GTEST_SKIP() << "MPI's own allocations count on several ranks";
  for (const std::string yaml : {
           "",
           "step: {splitting: lie}\ndiffusion: {scheme: rkl2, subcycles: 2}\n",
           "advection: {scheme: weno5, integrator: ssprk104}\n",
           "advection: {scheme: upwind, integrator: ssprk33}\ndiffusion: {scheme: euler}\n",
           "flow: {attenuation: 300}\n",
           "flow: {attenuation: 300}\nadvection: {scheme: weno3_lax_friedrichs}\n",
           "flow: {rotation_period: 300, axis_colatitude: 70}\nadvection: {scheme: weno3_lax_friedrichs}\n",
           "flow: {cycle: {meridional_amplitude: 0.2, torsional_amplitude: 5}}\n",
           "sources: {decay_time: 1000}\n",
       })
    EXPECT_EQ(allocations_of_steps(yaml), 0) << yaml;
}

}  // namespace

#endif
