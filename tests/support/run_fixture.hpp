// Runs of the decay solver in a folder that goes away, for tests of the run, of ensembles and of hooks.
#pragma once
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "base/config.hpp"
#include "base/signals.hpp"
#include "run/case.hpp"
#include "run/run.hpp"
#include "support/decay_solver.hpp"

namespace sluice::testing {

/// The same new folder on every rank; removed with all that is in it. Collective.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(base::Communicator communicator = base::Communicator::world())
      : communicator_(std::move(communicator)) {
    std::string name = (std::filesystem::temp_directory_path() / "sluice_test_XXXXXX").string();
    if (communicator_.is_root() && mkdtemp(name.data()) == nullptr) name.clear();
    communicator_.broadcast(name);
    path_ = name;
  }
  ~TemporaryFolder() {
    communicator_.barrier();
    std::error_code ignored;
    if (communicator_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  base::Communicator communicator_;
  std::filesystem::path path_;
};

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A case of the decay solver: `more` is YAML appended at the top level.
inline std::unique_ptr<run::Case> decay_case(run::Registry& registry, const std::string& more) {
  const std::string text = "solver: decay\n" + more;
  return run::Case::from_tree(registry, base::parse_yaml(text, "decay.yaml"), "decay.yaml");
}

/// What is left of a run.
struct Outcome {
  run::Status status = run::Status::failed;
  double time = 0;
  std::int64_t step = 0;
  std::vector<double> state;  ///< This rank's part of u.
  std::string failure;
};

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

/// Runs a case from `start` to `finish` in `folder`. Collective.
inline Outcome run_case_in(const std::filesystem::path& folder, run::Registry& registry, run::Case& the_case,
                           const run::RunOptions& options = {},
                           const base::Communicator& communicator = base::Communicator::world()) {
  base::clear_requests();
  run::RunFolder locked(communicator, folder);
  run::Run run(communicator, registry, the_case, locked, options);
  run.start();
  run.advance_to(run.end_time());
  Outcome outcome;
  outcome.status = run.finish();
  outcome.time = run.time();
  outcome.step = run.step();
  outcome.failure = run.failure();
  base::clear_requests();
  if (!run.has_solver()) return outcome;
  const auto& u = dynamic_cast<DecaySolver&>(run.solver()).field();
  for (grid::Index i = 0; i < u.layout().count()[0]; ++i) outcome.state.push_back(u.view()(i));
  return outcome;
}

inline Outcome run_decay(const std::filesystem::path& folder, run::Registry& registry,
                         const std::string& more, const run::RunOptions& options = {}) {
  const auto the_case = decay_case(registry, more);
  return run_case_in(folder, registry, *the_case, options);
}

/// An observer made of a function; `memory` is its state.
class FunctionHook : public run::Observer {
 public:
  using Function = std::function<void(const run::Look&, std::vector<double>& memory)>;
  explicit FunctionHook(Function function) : function_(std::move(function)) {}
  void observe(const run::Look& look) override { function_(look, memory_); }
  void state(run::State& state) override {
    Observer::state(state);
    state.reals("memory", memory_);
  }

 private:
  Function function_;
  std::vector<double> memory_;
};

}  // namespace sluice::testing
