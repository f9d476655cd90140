// Where results come from: version, commit, libraries, machine, command.
#pragma once
#include <map>
#include <string>

#include "base/parallel.hpp"

namespace sluice::run {

/// Name and version.
using Libraries = std::map<std::string, std::string>;

[[nodiscard]] std::string program_version();  ///< "0.1.0"
[[nodiscard]] std::string program_commit();   ///< Of the sources; ends in "-dirty" if they had been changed.
[[nodiscard]] Libraries own_libraries();      ///< MPI, HDF5, FFTW: what every run is built on.
[[nodiscard]] std::string library_versions(const Libraries& libraries);  ///< "FFTW 3.3.10, HDF5 ..., g++ ..."
[[nodiscard]] std::string processor_name();                              ///< "Intel(R) Xeon(R) ..."

/// JSON text with version, commit, libraries, ranks, hosts, processor, command, start time. Collective.
[[nodiscard]] std::string provenance_json(const base::Communicator& communicator, const std::string& command,
                                          const Libraries& libraries);

/// What bit equality hangs on beside the solver's own fingerprint: version, commit, build, libraries,
/// processors, ranks. Collective.
[[nodiscard]] std::string machine_fingerprint(const base::Communicator& communicator,
                                              const Libraries& libraries);

}  // namespace sluice::run
