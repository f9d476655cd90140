// The visible list of hooks. A hook is one file and one line here and in hooks.cpp.
#pragma once
#include <memory>
#include <vector>

#include "run/hook.hpp"

namespace sluice::hooks {

[[nodiscard]] std::vector<run::HookEntry> all();

[[nodiscard]] std::unique_ptr<run::HookCase> make_snapshot();
[[nodiscard]] std::unique_ptr<run::HookCase> make_checkpoint();
[[nodiscard]] std::unique_ptr<run::HookCase> make_history();
[[nodiscard]] std::unique_ptr<run::HookCase> make_finite_check();
[[nodiscard]] std::unique_ptr<run::HookCase> make_statistics();
[[nodiscard]] std::unique_ptr<run::HookCase> make_curves();
[[nodiscard]] std::unique_ptr<run::HookCase> make_profile();
[[nodiscard]] std::unique_ptr<run::HookCase> make_points();
[[nodiscard]] std::unique_ptr<run::HookCase> make_map();
[[nodiscard]] std::unique_ptr<run::HookCase> make_surrogate();
[[nodiscard]] std::unique_ptr<run::HookCase> make_subgrid_pairs();
[[nodiscard]] std::unique_ptr<run::HookCase> make_structure_functions();
[[nodiscard]] std::unique_ptr<run::HookCase> make_correlation();
[[nodiscard]] std::unique_ptr<run::HookCase> make_train();
[[nodiscard]] std::unique_ptr<run::HookCase> make_sample();

}  // namespace sluice::hooks
