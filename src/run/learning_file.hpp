// learning.csv of an ensemble that learns where its members meet: a line a meeting.
#pragma once
#include <filesystem>
#include <string>

#include "base/parallel.hpp"

namespace sluice::run {

/// Adds a line, which begins with its time, behind those of earlier times; others, of a run before a restart,
/// go. OutputError. Collective.
void add_learning_line(const base::Communicator& world, const std::filesystem::path& folder,
                       const std::string& headline, const std::string& line);

}  // namespace sluice::run
