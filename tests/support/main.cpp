// GoogleTest under MPI: rank 0 reports, a failure on any rank fails the test on all.
#include <gtest/gtest.h>

#include "base/parallel.hpp"

int main(int argc, char** argv) {
  sluice::base::MpiSession session(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  const auto world = sluice::base::Communicator::world();
  if (!world.is_root()) {
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    struct Failures : testing::EmptyTestEventListener {
      void OnTestPartResult(const testing::TestPartResult& result) override {
        if (result.failed())
          std::fprintf(stderr, "%s:%d: (another rank) %s\n", result.file_name(), result.line_number(),
                       result.summary());
      }
    };
    listeners.Append(new Failures);
  }
  const int failed = RUN_ALL_TESTS();
  return world.any(failed != 0) ? 1 : 0;
}

// Under the leak sanitizer modules stay loaded: OpenMPI unloads its components before leaks are listed, and a
// leak of a library that has gone has no name that a suppression could match.
#ifdef __SANITIZE_ADDRESS__
extern "C" __attribute__((visibility("default"))) int dlclose(void*) { return 0; }
#endif
