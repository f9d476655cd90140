// Asks the run for checkpoints. Without this hook one is written only when the run stops and at its end.
#include "hooks/hooks.hpp"

namespace sluice::hooks {

namespace {

class Checkpoint : public run::Observer {
 public:
  Checkpoint(int keep, std::function<void(int)> write) : keep_(keep), write_(std::move(write)) {}
  void observe(const run::Look&) override { write_(keep_); }

 private:
  int keep_;
  std::function<void(int)> write_;
};

class CheckpointCase : public run::HookCase {
 public:
  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.integer("keep", keep_,
                       {.help = "so many of the newest checkpoints stay on disk",
                        .minimum = 1,
                        .maximum = 1000000,
                        .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {"checkpoints"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<Checkpoint>(static_cast<int>(keep_), context.write_checkpoint);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  std::int64_t keep_ = 2;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_checkpoint() { return std::make_unique<CheckpointCase>(); }

}  // namespace sluice::hooks
