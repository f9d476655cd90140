// Hook `catalyst`: shows the solver's outputs to ParaView Catalyst scripts while the run goes on.
#pragma once
#include "run/hook.hpp"

namespace sluice::hooks {

[[nodiscard]] run::HookEntry catalyst_entry();

}  // namespace sluice::hooks
