// Where results come from: version, commit, libraries, machine, command.
#pragma once
#include <string>

#include "base/parallel.hpp"

namespace sluice::run {

[[nodiscard]] std::string program_version();   ///< "0.1.0"
[[nodiscard]] std::string program_commit();    ///< Of the sources; ends in "-dirty" if they had been changed.
[[nodiscard]] std::string library_versions();  ///< One line: "MPI ..., HDF5 ..., FFTW ..., compiler ..."
[[nodiscard]] std::string processor_name();    ///< "Intel(R) Xeon(R) ..."

/// JSON text with version, commit, libraries, ranks, hosts, processor, command, start time. Collective.
[[nodiscard]] std::string provenance_json(const base::Communicator& communicator, const std::string& command);

/// What bit equality hangs on beside the solver's own fingerprint: version, commit, build, processors, ranks.
/// Collective.
[[nodiscard]] std::string machine_fingerprint(const base::Communicator& communicator);

}  // namespace sluice::run
