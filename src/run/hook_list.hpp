// The hooks of a run in their order: asked when they are due, their failures counted.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/case.hpp"
#include "run/hook.hpp"

namespace sluice::run {

class HookList {
 public:
  /// Builds the hooks of the case. Collective.
  void build(const Case& the_case, const HookContext& context);
  /// Schedules begin at t0; a restore may follow.
  void start(double t0);
  /// State of the hooks as "hooks/<i>-<type>/...". Where `only` is given, hooks not marked in it are left
  /// out.
  void state(State& state, const std::vector<bool>* only = nullptr);
  void restored(const std::vector<bool>& which);

  [[nodiscard]] bool wall_due(double wall) const;
  [[nodiscard]] std::optional<double> next_required(double time) const;
  [[nodiscard]] bool may_redo() const;

  /// Smallest step with which a hook wants the last one redone. Collective.
  [[nodiscard]] std::optional<double> redo(const Look& look);
  /// Lets the correctors that are due change the state. Collective.
  void correct(const Look& look, Solver& solver);
  /// Shows the state to the observers that are due. OutputError is reported, counted, and not thrown.
  /// Collective.
  void observe(const Look& look);
  void flush();
  [[nodiscard]] std::vector<Hook*> all() const;
  void finish(const Look& look);

  /// Outputs that could not be written and have not been made up for.
  [[nodiscard]] int missing() const;

 private:
  struct Entry {
    std::string name;   ///< "0-snapshot"
    std::string timer;  ///< "hook snapshot"
    std::unique_ptr<Hook> hook;
    Observer* observer = nullptr;
    Corrector* corrector = nullptr;
    int missing = 0;
  };
  template <class Work>
  void attempt(Entry& entry, const Work& work);

  std::vector<Entry> entries_;
};

/// InputError if two hooks of the case would write the same file.
void refuse_shared_files(const Case& the_case);

}  // namespace sluice::run
