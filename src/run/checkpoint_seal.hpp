// The seal of a checkpoint: a checksum over every byte of the file, kept in its first 512 bytes (HDF5's user
// block). It is looked at before HDF5 reads the file, which may fail in any way on damaged metadata.
#pragma once
#include <cstdint>
#include <filesystem>

#include "base/parallel.hpp"

namespace sluice::run {

inline constexpr std::uint64_t seal_bytes = 512;

/// Reads the file, each rank its share, writes the seal, syncs. OutputError. Collective.
void write_seal(const base::Communicator& communicator, const std::filesystem::path& file,
                std::int64_t schema);

/// AgreedError that says what is wrong: no checkpoint of Sluice, another schema, cut short, damaged.
/// Collective.
void check_seal(const base::Communicator& communicator, const std::filesystem::path& file,
                std::int64_t schema);

}  // namespace sluice::run
