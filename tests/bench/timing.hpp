// What the benchmarks share: wall-clock times of two pieces of work, taken alternately in one run.
#pragma once
#include <algorithm>

#include "base/parallel.hpp"

namespace sluice::bench {

/// Time of the slowest rank [s]. Collective.
template <class Work>
double seconds(const base::Communicator& communicator, Work work) {
  communicator.barrier();
  const double start = MPI_Wtime();
  work();
  return communicator.max(MPI_Wtime() - start);
}

/// The shortest times [s] of both works.
struct LeastTimes {
  double first = 1e300, second = 1e300;
};

/// Takes both in turn, at least four times and for `budget` seconds: short pieces, of which the shortest
/// counts, so that other work on the machine disturbs little. Collective.
template <class First, class Second>
LeastTimes least_times(const base::Communicator& communicator, double budget, First first, Second second) {
  LeastTimes least;
  const double end = MPI_Wtime() + budget;
  for (int repeat = 0; communicator.max(repeat < 4 || MPI_Wtime() < end ? 1.0 : 0.0) > 0; ++repeat) {
    least.first = std::min(least.first, seconds(communicator, first));
    least.second = std::min(least.second, seconds(communicator, second));
  }
  return least;
}

}  // namespace sluice::bench
