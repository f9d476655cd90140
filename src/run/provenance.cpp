#include "run/provenance.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "numerics/spectral/fourier.hpp"
#include "run/hdf5.hpp"
#include "sluice_version.h"

namespace sluice::run {

namespace {

std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  const std::string whole(text.data());
  return whole.substr(0, whole.find_first_of(",\n"));
}

std::string compiler() { return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__); }

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Distinct texts over the ranks, joined, the same on every rank. Collective.
std::string distinct(const base::Communicator& communicator, const std::string& text) {
  const std::vector<std::string> all = communicator.gather(text);
  std::string joined;
  for (const std::string& one : std::set<std::string>(all.begin(), all.end()))
    joined += (joined.empty() ? "" : "; ") + one;
  communicator.broadcast(joined);
  return joined;
}

}  // namespace

std::string program_version() { return SLUICE_VERSION; }
std::string program_commit() { return SLUICE_COMMIT; }

Libraries own_libraries() {
  return {{"MPI", mpi_version()}, {"HDF5", hdf5_version()}, {"FFTW", numerics::fftw_version()}};
}

std::string library_versions(const Libraries& libraries) {
  std::string text;
  for (const auto& [name, version] : libraries) text += name + " " + version + ", ";
  return text + compiler();
}

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.find(": ") + 2, line.size()));
  return "unknown";
}

std::string provenance_json(const base::Communicator& communicator, const std::string& command,
                            const Libraries& libraries) {
  const std::time_t now = std::time(nullptr);
  const nlohmann::ordered_json provenance = {
      {"program", "sluice"},
      {"version", program_version()},
      {"commit", program_commit()},
      {"build", SLUICE_BUILD_TYPE},
      {"compiler", compiler()},
      {"libraries", libraries},
      {"ranks", communicator.size()},
      {"hosts", distinct(communicator, host_name())},
      {"processor", distinct(communicator, processor_name())},
      {"command", command},
      {"started", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
  };
  std::string text = provenance.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  communicator.broadcast(text);  // the clocks of the ranks differ
  return text;
}

std::string machine_fingerprint(const base::Communicator& communicator, const Libraries& libraries) {
  return fmt::format("version {} commit {} build {}, {}, processor {}, {} rank{}", program_version(),
                     program_commit(), SLUICE_BUILD_TYPE, library_versions(libraries),
                     distinct(communicator, processor_name()), communicator.size(),
                     communicator.size() == 1 ? "" : "s");
}

}  // namespace sluice::run
