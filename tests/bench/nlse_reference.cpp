// Steps of one nlse case to t = 20, several times; for tests/bench/nlse_reference.py. Prints the least
// processor time [s] and writes psi (complex128).
//
//   bench_nlse_reference SOLVER.yaml PSI.bin REPEATS
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "support/nlse_runs.hpp"

int main(int argc, char** argv) {
  using namespace sluice;
  const base::MpiSession session(argc, argv);
  if (argc != 4) {
    fmt::print(stderr, "usage: bench_nlse_reference SOLVER.yaml PSI.bin REPEATS\n");
    return 1;
  }
  std::stringstream yaml;
  yaml << std::ifstream(argv[1]).rdbuf();
  const auto parameters = test::nlse_parameters(yaml.str());
  double least = 1e300;
  for (int repeat = 0; repeat < std::max(1, std::atoi(argv[3])); ++repeat) {
    test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
    solver.initialize();
    const std::clock_t begin = std::clock();
    test::advance_to(solver, 20);
    least = std::min(least, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
    const auto psi = solver.outputs()[0].compute();
    std::ofstream(argv[2], std::ios::binary)
        .write(reinterpret_cast<const char*>(psi.data),
               static_cast<std::streamsize>(2 * sizeof(double) *
                                            static_cast<std::size_t>(psi.layout->owned_size())));
  }
  fmt::print("{:.6f}\n", least);
  return 0;
}
